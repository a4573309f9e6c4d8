/**
 * Connection after connection in one process: connect, send an octet, read it back, close in order.
 *
 * @module
 */

import { type Loop, packetLink, RawConnection, RawDialer } from "../../../driver/mod.ts";
import { parseLiteral, sourceAddressFor } from "../../../ffi/mod.ts";
import { after, type Connection, type IpAddress, milliseconds, seconds } from "../../../tcp/mod.ts";
import { answer, type ConnectAnswer, type ConnectJob, readJob } from "./jobs.ts";

/** Connections before those that count. */
const WARM_UP = 200;

/** More are not made, whatever the time: the kernel's ports are 28,000 for each of the server's. */
const MOST = 100_000;

/**
 * Few enough for a process that may open no more than 1,024 files: TIME-WAIT guards each port for its time. None of those that
 * the kernel chooses from for the other contenders (32768 to 60999), whose TIME-WAITs would be in the way.
 */
const LOCAL_PORTS = { first: 61_000, last: 61_699 } as const;

/** How soon the dialer may use such a port again (RFC 6191); each has eight ports of the server's to connect to. */
const TAKEOVER = milliseconds(10);

/** Longest that one step may take, seconds. */
const PATIENCE = 5;

const job = readJob<ConnectJob>();
const octet = new Uint8Array(1);

async function measure(once: (port: number) => Promise<void>): Promise<ConnectAnswer> {
  const { ports } = job;
  const portOf = (index: number): number => ports[index % ports.length] ?? 0;
  for (let i = 0; i < WARM_UP; i++) await once(portOf(i));
  const start = performance.now();
  let connections = 0;
  while (connections < MOST && performance.now() - start < job.seconds * 1_000) {
    await once(portOf(connections++));
  }
  return { connections, seconds: (performance.now() - start) / 1_000 };
}

/** Does the job on a connection that has just been opened. */
async function converse(connection: Connection, loop: Loop): Promise<void> {
  const come = async (condition: () => boolean): Promise<void> => {
    const isThere = await loop.run(condition, after(loop.readClock(), seconds(PATIENCE)));
    if (!isThere) throw new Error(`Stuck in ${connection.state}`);
  };
  await come(() => isFine(connection) && connection.state === "ESTABLISHED");
  connection.send(octet, loop.readClock());
  await come(() => isFine(connection) && connection.receive(octet, loop.now) === 1);
  connection.close(loop.readClock());
  await come(() => isFine(connection) && (connection.state === "TIME-WAIT" || connection.state === "CLOSED"));
}

/** Each on sockets of its own. */
async function overOwnSockets(address: IpAddress, port: number): Promise<void> {
  using raw = RawConnection.open({ remote: { address, port }, link: packetLink("auto") });
  await converse(raw.connection, raw.loop);
}

function isFine({ failure }: Connection): boolean {
  if (failure !== null) throw failure;
  return true;
}

async function overKernel(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: job.host, port });
  await connection.write(octet);
  if (await connection.read(octet) !== 1) throw new Error("No answer");
  await connection.closeWrite();
  if (await connection.read(octet) !== null) throw new Error("No end");
}

/** All by one dialer. */
async function measureDialer(address: IpAddress): Promise<ConnectAnswer> {
  const config = { closing: { timeWaitTakeover: TAKEOVER } };
  using dialer = RawDialer.open({ source: sourceAddressFor(address), ports: LOCAL_PORTS, config });
  return await measure((port) => converse(dialer.connect({ address, port }), dialer.loop));
}

async function answerFor(who: ConnectJob["who"], address: IpAddress): Promise<ConnectAnswer> {
  switch (who) {
    case "dialer":
      return await measureDialer(address);
    case "own sockets":
      return await measure((port) => overOwnSockets(address, port));
    case "Deno.connect":
      return await measure(overKernel);
  }
}

const address = parseLiteral(job.host);
if (address === undefined) throw new Error(`Cannot connect to ${job.host}: give an address`);
answer(await answerFor(job.who, address));
