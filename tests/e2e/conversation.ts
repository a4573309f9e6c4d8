/**
 * What a captured conversation between our client and any server must look like.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { CapturedSegment } from "./capture.ts";

const text = (pieces: readonly Uint8Array[]): string =>
  new TextDecoder().decode(new Uint8Array(pieces.flatMap((piece) => [...piece])));

/** How much shorter and longer the time between two sendings may be on a busy machine, seconds: the first or the second is late. */
const SHORTER = 0.3;
const LONGER = 0.65;

/** The segments of one connection, split by who sent them. */
export interface Conversation {
  readonly all: readonly CapturedSegment[];
  readonly ours: readonly CapturedSegment[];
  readonly theirs: readonly CapturedSegment[];
}

/** The conversations in a capture, in the order of their first segments; the server is the side with this port. */
export function conversations(
  segments: readonly CapturedSegment[],
  serverPort: number,
): readonly Conversation[] {
  const found: CapturedSegment[][] = [];
  const latest = new Map<number, CapturedSegment[]>();
  for (const segment of segments) {
    const client = segment.sourcePort === serverPort ? segment.destinationPort : segment.sourcePort;
    const current = latest.get(client);
    const begins = segment.flags === "S" && segment.seq !== current?.[0]?.seq; // the port may have been used before
    if (current !== undefined && !begins) {
      current.push(segment);
      continue;
    }
    const next = [segment];
    found.push(next);
    latest.set(client, next);
  }
  return found.map((all) => ({
    all,
    ours: all.filter(({ destinationPort }) => destinationPort === serverPort),
    theirs: all.filter(({ sourcePort }) => sourcePort === serverPort),
  }));
}

/** What one side has sent, in the order of its octets; repeated ones count once, however they are cut. */
export function stream(segments: readonly CapturedSegment[]): string {
  const first = segments[0]?.seq ?? 0;
  const pieces = segments.filter(({ payload }) => payload.length > 0)
    .map(({ seq, payload }) => ({ at: (seq - first) >>> 0, payload }))
    .sort((a, b) => a.at - b.at);
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const { at, payload } of pieces) {
    if (at + payload.length <= end) continue;
    parts.push(payload.subarray(Math.max(0, end - at)));
    end = at + payload.length;
  }
  return text(parts);
}

/** Without those that say the same again: the peer repeats its SYN-ACK where a busy machine lets our ACK wait for a second. */
function withoutRepeats(segments: readonly CapturedSegment[]): readonly CapturedSegment[] {
  const seen = new Set<string>();
  return segments.filter(({ sourcePort, flags, seq, ack, payload }) => {
    const words = [sourcePort, flags, seq, ack, payload.length].join();
    return !seen.has(words) && seen.add(words);
  });
}

/**
 * Checks handshake, message, FIN from both sides and their acknowledgements, no RST, and our checksums.
 *
 * @param message what our side must have sent, octet for octet
 */
export function assertOrderly({ all, ours, theirs }: Conversation, message: string): void {
  const handshake = withoutRepeats(all).slice(0, 3);
  assertEquals(handshake.map(({ flags }) => flags), ["S", "SA", "A"], "the handshake");
  const [syn, synAck, ack] = handshake;
  assertEquals(synAck?.ack, plus(syn?.seq, 1), "the SYN-ACK acknowledges our SYN");
  assertEquals(ack?.ack, plus(synAck?.seq, 1), "our ACK acknowledges the SYN-ACK");
  assertEquals(stream(ours), message, "what we sent");
  assertEquals(all.filter(({ flags }) => flags.includes("R")), [], "no RST from anybody");
  assertEquals(ours.filter(({ checksumsGood }) => !checksumsGood), [], "our checksums");
  for (const [side, other] of [[ours, theirs], [theirs, ours]] as const) {
    const fin = side.find(({ flags }) => flags.includes("F"));
    assert(fin !== undefined, "both sides have sent FIN");
    const end = plus(fin.seq, fin.payload.length + 1);
    assert(other.some(({ ack, flags }) => flags.includes("A") && ack === end), "both FINs are acknowledged");
  }
}

function plus(seq: number | undefined, length: number): number {
  return ((seq ?? NaN) + length) >>> 0;
}

/** Seconds between one sending of a segment and the next. */
export function intervals(segments: readonly CapturedSegment[]): readonly number[] {
  return segments.slice(1).map(({ time }, i) => time - (segments[i]?.time ?? NaN));
}

/** Checks when segments were repeated; the timers are ours, the times tcpdump's. */
export function assertIntervals(found: readonly number[], expected: readonly number[]): void {
  assertEquals(found.length, expected.length, `intervals: ${found}`);
  for (const [i, seconds] of expected.entries()) {
    const off = (found[i] ?? NaN) - seconds;
    assert(off >= -SHORTER && off <= LONGER, `intervals: ${found}, not ${expected}`);
  }
}
