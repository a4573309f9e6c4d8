/**
 * Every segment of every story is the same to whoever has sent or received it, and to whoever reads a capture of it without
 * knowing anything.
 */

import { assert, assertEquals } from "@std/assert";
import { Analysis } from "../../capture/analysis/analysis.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import type { ArrivedEvent, SentEvent } from "../../trace/record.ts";
import { codesOf } from "../../trace/told.ts";
import { readCapture } from "../capture/read_whole.ts";
import { Collector } from "../trace/collect.ts";
import { type Kind, KINDS } from "./kinds.ts";
import { runStory } from "./run.ts";
import { STORIES } from "./stories.ts";

type Passing = SentEvent | ArrivedEvent;

/** What faults took away of packets stands on an interface of its own. */
const LOST = "rawtcp-lost";

function segmentsOf(packets: readonly CapturedPacket[], ignoresComments: boolean): readonly Passing[] {
  const seen = new Collector();
  const kept = { headers: false, excerpt: 0 };
  const analysis = new Analysis(packets[0]?.time ?? 0n, [seen], { kept, ignoresComments });
  for (const packet of packets) analysis.packet(packet);
  analysis.finish();
  return seen.events.filter((event) => event.kind === "sent" || event.kind === "arrived");
}

function isSame(one: Passing, other: Passing): boolean {
  const { rawSeq, rawAck, flags, length } = one.segment;
  const that = other.segment;
  return one.time === other.time && one.kind === other.kind && rawSeq === that.rawSeq &&
    rawAck === that.rawAck && flags === that.flags && length === that.length;
}

/** Each segment as the ends told it, with what is read of it; damaged ones reach nobody. */
function pairsOf(file: Uint8Array): readonly (readonly [told: Passing, read: Passing])[] {
  const { packets } = readCapture(file);
  const told = segmentsOf(packets, false);
  let at = 0;
  return segmentsOf(packets.filter(({ interfaceName }) => interfaceName !== LOST), true).flatMap((read) => {
    if (codesOf(read).includes("damaged")) return [];
    const found = told.findIndex((one, i) => i >= at && isSame(one, read));
    if (found < 0) return [];
    at = found + 1;
    return [[told[found] as Passing, read] as const];
  });
}

/** What the ends said of a segment. A probe of the tail that takes new data along is new data on the wire (RFC 8985 7.3). */
function toldCodes(told: Passing): readonly string[] {
  const codes: readonly string[] = codesOf(told);
  if (told.kind === "arrived" || told.marks.includes("retransmission")) return codes;
  return codes.map((code) => code === "tail-loss-probe" ? "data" : code);
}

/** What came twice at once: whether the network or the capture has doubled it, a reader judges by the times. */
const DOUBLES: readonly string[] = ["captured-twice", "doubled", "doubled-by-network"];

/** What of a kind is said by one and not by the other. */
function differences(told: Passing, read: Passing): readonly string[] {
  if (told.marks.includes("duplicate") && codesOf(read).some((code) => DOUBLES.includes(code))) return [];
  const [codes, found] = [toldCodes(told), codesOf(read) as readonly string[]];
  const isTold = (kind: Kind): boolean => {
    const known: readonly string[] = told.kind === "sent" ? kind.sent : kind.arrived;
    return codes.some((code) => known.includes(code));
  };
  const isRead = (kind: Kind): boolean => kind.read.some((code) => found.includes(code));
  const speaks = (kind: Kind): boolean => (told.kind === "sent" ? kind.sent : kind.arrived).length > 0;
  return KINDS.filter(speaks).flatMap((kind) => {
    if (isTold(kind) && !isRead(kind)) return [`${codes.join()} is read as ${found.join()}`];
    return kind.isMutual && isRead(kind) && !isTold(kind) ? [`${found.join()} was ${codes.join()}`] : [];
  });
}

/** Stories that a reader who knows nothing must misunderstand: an ACK of what has not passed looks like a gap of the capture. */
const AMBIGUOUS: readonly string[] = ["ack_of_unsent"];

for (const { name } of STORIES.filter(({ name }) => !AMBIGUOUS.includes(name))) {
  Deno.test(`${name}: each segment is of the same kind live and read without knowing anything`, async () => {
    const { file } = await runStory(name);
    const pairs = pairsOf(file);
    assert(pairs.length > 0);
    assertEquals(pairs.flatMap(([told, read]) => differences(told, read)), []);
  });
}
