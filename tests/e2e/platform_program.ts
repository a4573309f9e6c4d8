/**
 * The same connections by `Deno.connect` and `Deno.listen`, or by ours: what each call comes to, a line each. Peers are the
 * kernel's.
 *
 *     deno run --allow-net --allow-ffi platform_program.ts platform|ours [address of this host's]
 */

// deno-lint-ignore-file no-console -- it tells its outcomes
import { connect, listen } from "../../driver/mod.ts";

/** What both have. */
interface Conn extends Disposable {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  readonly localAddr: Deno.NetAddr;
  readonly remoteAddr: Deno.NetAddr;
  read(into: Uint8Array): Promise<number | null>;
  write(data: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  setNoDelay(noDelay?: boolean): void;
  setKeepAlive(keepAlive?: boolean): void;
  ref(): void;
  unref(): void;
}

interface Listener extends AsyncIterable<Conn>, Disposable {
  readonly addr: Deno.NetAddr;
  accept(): Promise<Conn>;
  close(): void;
}

interface Platform {
  readonly connect: (options: { hostname: string; port: number }) => Promise<Conn>;
  readonly listen: (options: { hostname: string; port: number }) => Promise<Listener> | Listener;
}

const isOurs = Deno.args[0] === "ours";
const platform: Platform = isOurs
  ? { connect, listen }
  : { connect: (options) => Deno.connect(options), listen: (options) => Deno.listen(options) };

const [, HOST = "127.0.0.1"] = Deno.args;
const SOON = 30;
const LONG = 1_000;
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (from: Uint8Array): string => new TextDecoder().decode(from);
const pause = (milliseconds = SOON): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));
const some = (): Uint8Array => new Uint8Array(1_000);

/** What a call comes to: its result, the class of its error, or that it goes on. */
async function outcome(call: () => unknown): Promise<string> {
  const { promise: late, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve("goes on"), LONG);
  try {
    return String(await Promise.race([Promise.resolve().then(call), late]) ?? "nothing");
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    clearTimeout(timer);
  }
}

async function outcomes(...calls: readonly (() => unknown)[]): Promise<string> {
  const all: string[] = [];
  for (const call of calls) all.push(await outcome(call));
  return all.join(", ");
}

type Kernel = (peer: Deno.TcpConn) => Promise<unknown> | void;
const silent: Kernel = () => {};
const sends = (words: string): Kernel => (peer) => peer.write(octets(words));
const ends: Kernel = (peer) => peer.close();

/** What `use` tells of a connection to a server of the kernel's. */
async function client(name: string, kernel: Kernel, use: (conn: Conn) => Promise<string>): Promise<void> {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  const accepted = listener.accept();
  const conn = await platform.connect({ hostname: HOST, port: listener.addr.port });
  const peer = await accepted;
  await kernel(peer);
  await pause();
  console.log(`${name}: ${await use(conn)}`);
  conn[Symbol.dispose]();
  try {
    peer.close();
  } catch {
    // It has closed already.
  }
}

const allOf = (conn: Conn): (() => unknown)[] => [
  () => conn.read(some()),
  () => conn.write(some()),
  () => conn.write(new Uint8Array(0)),
  () => conn.closeWrite(),
  () => conn.setNoDelay(),
  () => conn.setKeepAlive(),
  () => conn.ref(),
  () => conn.unref(),
  () => conn.close(),
  () => conn[Symbol.dispose](),
  () => conn.remoteAddr.hostname,
];

await client("open", sends("abc"), (conn) =>
  outcomes(
    () => conn.read(new Uint8Array(0)),
    () => conn.read(new Uint8Array(2)),
    () => conn.read(some()),
    () => conn.write(new Uint8Array(0)),
    () => conn.write(some()),
    () => [conn.localAddr.hostname, conn.localAddr.transport, conn.remoteAddr.hostname].join(),
  ));
await client("closed", silent, (conn) => {
  conn.close();
  return outcomes(...allOf(conn));
});
await client("the peer has closed", ends, (conn) =>
  outcomes(
    () => conn.read(some()),
    () => conn.read(new Uint8Array(0)),
    () => conn.write(some()),
    () => pause(),
    () => conn.write(some()),
    () => conn.read(some()),
    () => conn.closeWrite(),
    () => conn.close(),
  ));
await client("half closed", sends("x"), (conn) =>
  outcomes(
    () => conn.closeWrite(),
    () => conn.write(some()),
    () => conn.write(new Uint8Array(0)),
    () => conn.closeWrite(),
    () => conn.read(some()),
  ));
await client("closed while it reads", silent, async (conn) => {
  const reading = outcome(() => conn.read(some()));
  await pause();
  conn.close();
  return await reading;
});
await client("wrong types", silent, (conn) => {
  const wrong = "text" as unknown as Uint8Array;
  return outcomes(() => conn.write(wrong), () => conn.read(wrong));
});
await client("reads at once", silent, async (conn) => {
  const [first, second] = [conn.read(new Uint8Array(2)), conn.read(new Uint8Array(2))];
  const writer = conn.writable.getWriter();
  await writer.write(octets("x"));
  return await outcomes(() => Promise.race([first, second, pause(LONG / 2)]));
});
await client("readable cancelled", sends("abc"), async (conn) => {
  const reader = conn.readable.getReader();
  const { value = some() } = await reader.read();
  return `${text(value)}, ${await outcomes(() => reader.cancel(), ...allOf(conn))}`;
});
await client("readable of a closed one", silent, async (conn) => {
  const reader = conn.readable.getReader();
  const reading = outcome(() => reader.read());
  await pause();
  conn.close();
  return `${await reading}, ${await outcomes(() => reader.read())}`;
});
await client("readable by pieces of one's own", sends("abcdef"), async (conn) => {
  const reader = conn.readable.getReader({ mode: "byob" });
  const { value } = await reader.read(new Uint8Array(4));
  return text(value ?? some());
});
await client("nobody reads", silent, async (conn) => {
  let written = 0;
  for (;;) {
    const count = await outcome(() => conn.write(new Uint8Array(65_536)));
    if (count === "goes on") return written < 100_000_000 ? "waits" : "does not end";
    written += Number(count);
  }
});

const REFUSED = [[HOST, 1], ["localhost", 1], ["::1", 1], ["[::1]", 1], ["::ffff:127.0.0.1", 1]] as const;
for (const [hostname, port] of REFUSED) {
  console.log(`${hostname}: ${await outcome(() => platform.connect({ hostname, port }))}`);
}
for (const port of [-1, 65_536]) {
  console.log(`port ${port}: ${await outcome(() => platform.connect({ hostname: HOST, port }))}`);
}

/** A listener, and what `use` tells of it. */
async function server(name: string, use: (listener: Listener) => Promise<string>): Promise<void> {
  const listener = await platform.listen({ hostname: HOST, port: 0 });
  console.log(`${name}: ${await use(listener)}`);
  listener[Symbol.dispose]();
}

await server("listener", async (listener) => {
  const { port } = listener.addr;
  const again = (): unknown => platform.listen({ hostname: HOST, port });
  const twice = await outcome(again);
  const waiting = outcome(() => listener.accept());
  await pause();
  listener.close();
  return `${twice}, ${await waiting}, ${await outcomes(() => listener.accept(), () => listener.close())}`;
});
await server("listener, once more on its port", async (listener) => {
  listener.close();
  const again = await platform.listen({ hostname: HOST, port: listener.addr.port });
  again.close();
  return "listens";
});
await server("loop over a listener", async (listener) => {
  using _peer = await Deno.connect({ hostname: HOST, port: listener.addr.port });
  for await (const conn of listener) {
    conn.close();
    break;
  }
  return await outcomes(() => listener.accept());
});
await server("accepted, then the listener closed", async (listener) => {
  const accepted = listener.accept();
  using peer = await Deno.connect({ hostname: HOST, port: listener.addr.port });
  const conn = await accepted;
  listener.close();
  await conn.write(octets("still there"));
  const into = some();
  const count = await peer.read(into) ?? 0;
  conn.close();
  return `${text(into.subarray(0, count))}, ${conn.remoteAddr.port === peer.localAddr.port}`;
});
Deno.exit();
