/**
 * Connection after connection in one process: connect, send an octet, read it back, close in order.
 *
 * @module
 */

import { RawConnection } from "../../../driver/mod.ts";
import { parseLiteral } from "../../../ffi/mod.ts";
import { after, type Connection, type Instant, type IpAddress, seconds } from "../../../tcp/mod.ts";
import { answer, type ConnectAnswer, type ConnectJob, readJob } from "./jobs.ts";

/** Connections before those that count. */
const WARM_UP = 200;

/** More are not made, whatever the time: the kernel's ports are 28,000 for each of the server's. */
const MOST = 100_000;

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

async function overOurs(address: IpAddress, port: number): Promise<void> {
  using raw = RawConnection.open({ remote: { address, port }, link: "auto" });
  const { connection, loop } = raw;
  const limit = (): Instant => after(loop.readClock(), seconds(PATIENCE));
  const come = async (condition: () => boolean): Promise<void> => {
    if (!await loop.run(condition, limit())) throw new Error(`Stuck in ${connection.state}`);
  };
  await come(() => isFine(connection) && connection.state === "ESTABLISHED");
  connection.send(octet, loop.readClock());
  await come(() => isFine(connection) && connection.receive(octet, loop.now) === 1);
  connection.close(loop.readClock());
  await come(() => isFine(connection) && (connection.state === "TIME-WAIT" || connection.state === "CLOSED"));
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

const address = parseLiteral(job.host);
if (address === undefined) throw new Error(`Cannot connect to ${job.host}: give an address`);
answer(await measure(job.who === "ours" ? (port) => overOurs(address, port) : overKernel));
