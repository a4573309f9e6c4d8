// deno-lint-ignore-file no-console
/**
 * Our TCP by the library: a server with a port per behaviour (those of lwip_peer.c), or a client that checks what it reads.
 * `our_peer.ts serve OCTETS ADDRESS…`, or `our_peer.ts MODE HOST PORT OCTETS` with MODE down, echo, half, slow, reset, small
 * or many (20 echoes at once, or 20 downloads from port 19). A line for each connection, as the other peers print it.
 *
 * @module
 */

import { type Conn, connect, listen } from "../../../driver/mod.ts";

/** Octet i of what travels is i mod 251. */
const PATTERN = Uint8Array.from({ length: 251 * 300 }, (_, i) => i % 251);
const CUT = 16_384;
const PORTS = [7, 9, 19, 5000, 5001, 5002, 5003, 5004, 5005] as const;

async function sendAll(conn: Conn, from: number, length: number): Promise<void> {
  for (let left = length, at = from; left > 0;) {
    const sent = await conn.write(PATTERN.subarray(at % 251, at % 251 + Math.min(CUT, left)));
    at += sent;
    left -= sent;
  }
}

/** Reads to the end. `each`: what else to do with a piece. @returns octets, and whether all were the pattern's */
async function readAll(
  conn: Conn,
  each: (piece: Uint8Array<ArrayBuffer>) => Promise<void> = async () => {},
): Promise<readonly [number, boolean]> {
  const into = new Uint8Array(CUT);
  let [total, isRight] = [0, true];
  for (let got = await conn.read(into); got !== null; got = await conn.read(into)) {
    for (let i = 0; i < got; i++) isRight &&= into[i] === PATTERN[(total + i) % 251];
    total += got;
    await each(into.slice(0, got));
  }
  return [total, isRight];
}

async function small(conn: Conn): Promise<void> {
  conn.setNoDelay(true);
  for (let i = 0; i < 5_000; i++) await sendAll(conn, i * 10, 10);
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

async function echoed(piece: Uint8Array<ArrayBuffer>, conn: Conn): Promise<void> {
  for (let rest = piece; rest.length > 0;) rest = rest.subarray(await conn.write(rest));
}

/** What the port does with its connection; the end is FIN unless it has aborted. */
async function behave(conn: Conn, port: number, octets: number): Promise<readonly [number, boolean]> {
  switch (port) {
    case 7:
      return await readAll(conn, (piece) => echoed(piece, conn));
    case 19:
      await sendAll(conn, 0, octets);
      await conn.closeWrite();
      return await readAll(conn);
    case 5000:
      await pause(5_000);
      return await readAll(conn);
    case 5001:
      await conn.read(new Uint8Array(1));
      conn[Symbol.dispose]();
      return [0, true];
    case 5002: {
      const read = await readAll(conn);
      await sendAll(conn, 0, 100_000);
      return read;
    }
    case 5003:
      await sendAll(conn, 0, 6);
      return [6, true];
    case 5004:
      await conn.closeWrite();
      return await readAll(conn);
    case 5005:
      await small(conn);
      return [50_000, true];
    default:
      return await readAll(conn);
  }
}

/** A client's work, until both directions are closed. */
async function work(conn: Conn, mode: string, octets: number): Promise<readonly [number, boolean]> {
  switch (mode) {
    case "echo": {
      const [, read] = await Promise.all([
        sendAll(conn, 0, octets).then(() => conn.closeWrite()),
        readAll(conn),
      ]);
      return read;
    }
    case "half":
      await sendAll(conn, 0, 1_000);
      await conn.closeWrite();
      return await readAll(conn);
    case "slow":
      await pause(5_000);
      return await readAll(conn);
    case "reset":
      await sendAll(conn, 0, 1_000);
      await pause(200);
      conn[Symbol.dispose]();
      return [0, true];
    case "small":
      await small(conn);
      await conn.closeWrite();
      await readAll(conn);
      return [50_000, true];
    default:
      return await readAll(conn);
  }
}

/** Does the job and says how it went. @returns whether it went well */
async function told(
  port: number,
  what: string,
  conn: Conn,
  job: () => Promise<readonly [number, boolean]>,
): Promise<boolean> {
  const start = performance.now();
  let [read, isRight, end]: [number, boolean, string] = [0, true, "in order"];
  try {
    [read, isRight] = await job();
    if (end === "in order" && what !== "reset" && port !== 5001) await conn[Symbol.asyncDispose]();
  } catch (error) {
    end = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  const seconds = ((performance.now() - start) / 1_000).toFixed(2);
  console.log(`port ${port} ${what} ${read} octets ${isRight ? "right" : "WRONG"} ${end} ${seconds} s`);
  return isRight && end === "in order";
}

/** Takes all connections to the port, forever. */
async function serve(hostname: string, port: number, octets: number): Promise<void> {
  // Each client is a new lwIP, whose numbers begin as those of the one before: its RST may end our TIME-WAIT.
  const config = { defence: { ignoreResetInTimeWait: false } };
  const listener = await listen({ hostname, port, config });
  void (async () => {
    for await (const conn of listener) void told(port, "done", conn, () => behave(conn, port, octets));
  })();
}

const [mode = "", second = "", third = "", fourth = third] = Deno.args;
if (mode === "serve") {
  for (const hostname of Deno.args.slice(2)) {
    for (const port of PORTS) await serve(hostname, port, Number(second));
  }
  console.log("ready");
} else {
  const [port, octets] = [Number(third), Number(fourth)];
  const one = async (): Promise<boolean> => {
    const conn = await connect({ hostname: second, port });
    const many = port === 19 ? "down" : "echo";
    const what = mode === "many" ? many : mode;
    return await told(port, what, conn, () => work(conn, what, octets));
  };
  const results = await Promise.all(Array.from({ length: mode === "many" ? 20 : 1 }, one));
  Deno.exit(results.every(Boolean) ? 0 : 1);
}
