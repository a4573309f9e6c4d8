/**
 * Our end of a transfer whose other end is iperf3's own server: the same far end, whoever sends or receives here.
 *
 * Arguments: `up` or `down`, address, port, seconds, link, milliseconds of patience, seconds to leave out at the start, the
 * congestion control of a server that sends. Writes one line of JSON.
 *
 * The talk about the test goes over a connection of the kernel's, as iperf3 has it (its `iperf_api.h` names the states, one
 * octet each; texts are JSON behind their length in four octets, big-endian). Only the test stream is ours.
 *
 * @module
 */

import process from "node:process";
import { type LinkMode, packetLink, RawConnection } from "../../../driver/mod.ts";
import { parseLiteral } from "../../../ffi/mod.ts";
import {
  after,
  type Connection,
  elapsed,
  type Instant,
  milliseconds,
  NEVER,
  OctetRange,
  seconds,
  toSeconds,
} from "../../../tcp/mod.ts";

/** Octets a call: what iperf3 moves at once. */
const BLOCK_LENGTH = 128 * 1024;

/** The shortest RTO of the kernel's TCP: with RFC 6298's whole second a run under losses would be about this one number. */
const MIN_RTO = milliseconds(200);

const COOKIE_LENGTH = 37;
const COOKIE_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** States of a test, as the octets that name them. */
const State = {
  testStart: 1,
  testRunning: 2,
  testEnd: 4,
  exchangeParameters: 9,
  createStreams: 10,
  exchangeResults: 13,
  displayResults: 14,
  done: 16,
} as const;

/** Our side of the talk about the test. */
class Control implements Disposable {
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async open(hostname: string, port: number): Promise<Control> {
    return new Control(await Deno.connect({ hostname, port }));
  }

  async write(octets: Uint8Array): Promise<void> {
    for (let done = 0; done < octets.length;) done += await this.#connection.write(octets.subarray(done));
  }

  async tell(state: number): Promise<void> {
    await this.write(Uint8Array.of(state));
  }

  /** @throws Error when the server says something else, which it does when it is busy */
  async expect(state: number): Promise<void> {
    const [said] = await this.#read(1);
    if (said !== state) throw new Error(`iperf3's server says ${said} where ${state} was expected`);
  }

  async writeJson(value: unknown): Promise<void> {
    const text = new TextEncoder().encode(JSON.stringify(value));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, text.length);
    await this.write(length);
    await this.write(text);
  }

  async readJson(): Promise<unknown> {
    const length = await this.#read(4);
    return JSON.parse(
      new TextDecoder().decode(await this.#read(new DataView(length.buffer).getUint32(0))),
    );
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #read(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const octets = new Uint8Array(length);
    for (let have = 0; have < length;) {
      const count = await this.#connection.read(octets.subarray(have));
      if (count === null) throw new Error("iperf3's server has closed the connection");
      have += count;
    }
    return octets;
  }
}

const [direction = "", host = "", port = "", length = "", link = "auto", patience = "0", omit = "0"] =
  Deno.args;
/** The server's, when it sends. */
const congestion = Deno.args[7] ?? "cubic";
const isCopying = Deno.args[8] === "copying";
const address = parseLiteral(host);
if (address === undefined) throw new Error(`Cannot connect to ${host}: give an address`);

const letters = crypto.getRandomValues(new Uint8Array(COOKIE_LENGTH - 1));
const cookie = new TextEncoder().encode(
  [...letters].map((value) => COOKIE_LETTERS[value % COOKIE_LETTERS.length]).join("") + "\0",
);
using control = await Control.open(host, Number(port));
await control.write(cookie);
await control.expect(State.exchangeParameters);
await control.writeJson({
  tcp: true,
  omit: 0,
  time: Number(omit) + Number(length),
  num: 0,
  blockcount: 0,
  parallel: 1,
  len: BLOCK_LENGTH,
  congestion,
  ...direction === "down" ? { reverse: true } : {},
});
await control.expect(State.createStreams);

const links: string[] = [];
using raw = RawConnection.open({
  remote: { address, port: Number(port) },
  config: { retransmission: { minRto: MIN_RTO } },
  link: link === "raw"
    ? undefined
    : packetLink(link as LinkMode, (now, reason) => links.push(`${now}: ${reason}`)),
  patience: Number(patience),
});
const { connection, loop } = raw;
const given = connection.send(cookie, loop.readClock());
const isThere = (): boolean => connection.state === "ESTABLISHED" && connection.unackedOctets === 0;
if (!await loop.run(isThere, after(loop.now, seconds(5))) || given !== COOKIE_LENGTH) {
  throw new Error(`Cannot connect: ${connection.state}`);
}
await control.expect(State.testStart);
await control.expect(State.testRunning);

const block = new Uint8Array(BLOCK_LENGTH).map((_, i) => i % 251);
const start = loop.readClock();
const countFrom = after(start, seconds(Number(omit)));
const end = after(countFrom, seconds(Number(length)));
const range = new OctetRange();
/** The send buffer's memory, and how many of its octets were written. */
let buffer = { octets: range.octets, filled: 0 };
let received = 0;
let counted = { at: NEVER as Instant, octets: 0, cpu: process.cpuUsage() };

function octetsSoFar(): number {
  return direction === "up" ? connection.octetsAcknowledged - COOKIE_LENGTH : received;
}

function move(): boolean {
  failWhenGone(connection);
  if (counted.at === NEVER && loop.now >= countFrom) {
    counted = { at: loop.now, octets: octetsSoFar(), cpu: process.cpuUsage() };
  }
  if (direction === "down") received += readAll();
  else while ((isCopying ? connection.send(block, loop.now) : sendInPlace()) > 0);
  return loop.now >= end;
}

function sendInPlace(): number {
  const length = connection.reserve(BLOCK_LENGTH, range);
  if (range.octets !== buffer.octets) buffer = { octets: range.octets, filled: 0 };
  if (buffer.filled < buffer.octets.length) {
    const { offset, firstPartLength } = range;
    range.octets.set(block.subarray(0, firstPartLength), offset);
    range.octets.set(block.subarray(firstPartLength, length), 0);
    buffer.filled += length;
  }
  connection.commit(length, loop.now);
  return length;
}

function readAll(): number {
  let octets = 0;
  for (let count = 1; count > 0;) {
    count = (isCopying ? connection.receive(block, loop.now) : connection.peek(range)) ?? 0;
    if (!isCopying) connection.consume(count, loop.now);
    octets += count;
  }
  return octets;
}

function failWhenGone({ failure }: Connection): void {
  if (failure !== null) throw failure;
}

await loop.run(move);
const time = toSeconds(elapsed(counted.at, loop.readClock()));
const octets = octetsSoFar() - counted.octets;
const cpu = process.cpuUsage(counted.cpu);
const all = octetsSoFar();

await control.tell(State.testEnd);
// What is on its way must be taken, or the server waits for room.
const talk = finishTalk();
let talked = false;
const serverSays = talk.then((said) => (talked = true, loop.wake(), said));
await loop.run(() => (direction === "down" && readAll(), talked), after(loop.readClock(), seconds(5)));

async function finishTalk(): Promise<unknown> {
  await control.expect(State.exchangeResults);
  const stream = { id: 1, bytes: all, retransmits: 0, jitter: 0, errors: 0, packets: 0 };
  await control.writeJson({
    cpu_util_total: 0,
    cpu_util_user: 0,
    cpu_util_system: 0,
    sender_has_retransmits: 0,
    streams: [{ ...stream, start_time: 0, end_time: Number(length) }],
  });
  const said = await control.readJson();
  await control.expect(State.displayResults);
  await control.tell(State.done);
  return said;
}

const said = await serverSays as { streams: { bytes: number }[] };
await Deno.stdout.write(new TextEncoder().encode(`${
  JSON.stringify({
    state: connection.state,
    octets,
    octetsAtServer: said.streams[0]?.bytes,
    megabytesPerSecond: octets / time / 1e6,
    cpuSecondsPerGigabyte: (cpu.user + cpu.system) / 1e6 / (octets / 1e9),
    segmentsSent: connection.segmentsSent,
    segmentsReceived: connection.segmentsReceived,
    segmentsRetransmitted: connection.segmentsRetransmitted,
    links,
  })
}\n`));
connection.abort(loop.readClock());
await loop.run(() => !loop.hasUnsent, after(loop.now, seconds(1)));
