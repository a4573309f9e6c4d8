/**
 * Reads the lines that inject or expect a packet.
 *
 * @module
 */

import { Flag } from "../tcp/mod.ts";
import type { Direction, IcmpPacket, IpInfo, PacketPart, TcpPacket } from "./ast.ts";
import { type Place, ScriptError, unknownWord, UnsupportedError } from "./errors.ts";
import { expect, isAhead, named, placeAt, takeInteger } from "./expression_parser.ts";
import type { Lexer } from "./lexer.ts";
import { parseNamed, parseOptions } from "./option_parser.ts";
import { icmpCodeWords, icmpNumbers, icmpTypeWords } from "./icmp_words.ts";

const MAX_U8 = 0xff;
const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;
const CIRCLE = 2 ** 32;

const FLAG_LETTERS: Readonly<Record<string, number>> = {
  "F": Flag.fin,
  "S": Flag.syn,
  "R": Flag.rst,
  "P": Flag.psh,
  ".": Flag.ack,
  "U": Flag.urg,
  "E": Flag.ece,
  "W": Flag.cwr,
  "A": Flag.ae,
};

const ECN_WORDS: Readonly<Record<string, number>> = { noecn: 0, ect1: 1, ect0: 2, ce: 3 };

const IP_WORDS = [...Object.keys(ECN_WORDS), "ect01", "tos", "ttl", "hlim", "bad_checksum"];

/** What the language has about an IP header, of which we know nothing. */
const IP_WORDS_UNSUPPORTED = new Set(["flowlabel", "class", "proto", "id"]);

/** Other protocols and headers that the language has and we do not. */
const FOREIGN = new Set(["udp", "udplite", "sctp", "gre", "GREv0", "mpls", "ipv4", "ipv6", "psp"]);

/** Reads a packet, from its direction on. */
export function parsePacket(lexer: Lexer): TcpPacket | IcmpPacket {
  const direction: Direction = lexer.next().text === "<" ? "in" : "out";
  const head = parseHead(lexer);
  const token = lexer.peek();
  if (token.kind === "word" && FOREIGN.has(token.text)) throw new UnsupportedError(token.place, token.text);
  if (token.kind === "word" && token.text === "icmp") return parseIcmp(lexer, direction, head);
  return parseTcp(lexer, direction, head);
}

interface Head {
  readonly ip: IpInfo;
  readonly quoted: IcmpPacket["quoted"];
  readonly badChecksum: boolean;
}

/** What stands in brackets before the packet: about the IP header, or what an ICMP error quotes. */
function parseHead(lexer: Lexer): Head {
  let ip: IpInfo = { ecn: null, trafficClass: null, hopLimit: null };
  let quoted: IcmpPacket["quoted"] = null;
  let badChecksum = false;
  while (isAhead(lexer, "[") || isAhead(lexer, "(")) {
    const close = lexer.next().text === "[" ? "]" : ")";
    if (lexer.peek().kind === "integer") {
      quoted = parseSequence(lexer);
    } else {
      do {
        if (isAhead(lexer, ",")) lexer.next();
        const item = parseIpItem(lexer);
        badChecksum ||= item === "bad checksum";
        if (item !== "bad checksum") ip = { ...ip, ...item };
      } while (isAhead(lexer, ","));
    }
    expect(lexer, close);
  }
  return { ip, quoted, badChecksum };
}

function parseIpItem(lexer: Lexer): Partial<IpInfo> | "bad checksum" {
  const token = lexer.next();
  const ecn = ECN_WORDS[token.text];
  if (ecn !== undefined) return { ecn };
  switch (token.text) {
    case "ect01":
      return { ecn: "ect01" };
    case "tos":
      return { trafficClass: takeInteger(lexer, 0, MAX_U8) };
    case "ttl":
    case "hlim":
      return { hopLimit: takeInteger(lexer, 0, MAX_U8) };
    case "bad_checksum":
      return "bad checksum";
    default:
      if (IP_WORDS_UNSUPPORTED.has(token.text)) throw new UnsupportedError(token.place, token.text);
      throw unknownWord(
        token.place,
        token.text,
        "a word about the IP header",
        IP_WORDS,
      );
  }
}

function parseSequence(lexer: Lexer): { seq: number; length: number } {
  const { place } = lexer.peek();
  const seq = takeInteger(lexer, 0, MAX_U32);
  expect(lexer, ":");
  const end = takeInteger(lexer, 0, MAX_U32);
  expect(lexer, "(");
  const length = takeInteger(lexer, 0, MAX_U16);
  expect(lexer, ")");
  refuseEncapsulation(lexer);
  if ((seq + length) % CIRCLE !== end) {
    throw new ScriptError(
      place,
      `Cannot use ${seq}:${end}(${length}): ${seq} + ${length} is not ${end}`,
      `${seq}:${(seq + length) % CIRCLE}(${length})`,
    );
  }
  return { seq, length };
}

/** `1:11(10)`, or `...(10)` where a number that the stack chooses does not matter. */
function parseSegmentSequence(lexer: Lexer, direction: Direction): { seq: number | null; length: number } {
  if (lexer.peek().kind !== "ellipsis" || direction === "in") return parseSequence(lexer);
  lexer.next();
  expect(lexer, "(");
  const length = takeInteger(lexer, 0, MAX_U16);
  expect(lexer, ")");
  return { seq: null, length };
}

function parseIcmp(lexer: Lexer, direction: Direction, head: Head): IcmpPacket {
  lexer.next();
  const typeToken = lexer.next();
  if (typeToken.kind !== "word") {
    throw new ScriptError(
      placeAt(typeToken),
      `Cannot read ${named(typeToken)} as an ICMP type`,
      "an ICMP type",
    );
  }
  const type = typeToken.text;
  let code: string | null = null;
  let mtu: number | null = null;
  let quoted = head.quoted;
  if (lexer.peek().kind === "word" && lexer.peek().text !== "mtu" && lexer.peek().text !== "id") {
    code = lexer.next().text;
  }
  if (lexer.peek().text === "mtu") {
    lexer.next();
    mtu = takeInteger(lexer, 0, MAX_U32);
  }
  if (lexer.peek().text === "id") throw new UnsupportedError(lexer.peek().place, "icmp id");
  if (isAhead(lexer, "[")) {
    lexer.next();
    const token = lexer.peek();
    if (FOREIGN.has(token.text)) throw new UnsupportedError(token.place, `icmp [${token.text}]`);
    quoted = parseSequence(lexer);
    expect(lexer, "]");
  }
  checkIcmp(typeToken.place, type, code);
  return { kind: "icmp", direction, ip: head.ip, type, code, mtu, quoted };
}

/** The words are those of either family. */
function checkIcmp(place: Place, type: string, code: string | null): void {
  if (([4, 6] as const).some((family) => icmpNumbers(family, type, code) !== null)) return;
  if (ICMP_UNSUPPORTED.has(type)) throw new UnsupportedError(place, `icmp ${type}`);
  const isType = ([4, 6] as const).some((family) => icmpNumbers(family, type, null) !== null);
  if (isType) throw unknownWord(place, code ?? "", `a code of ICMP's ${type}`, icmpCodeWords(type));
  throw unknownWord(place, type, "an ICMP type", icmpTypeWords());
}

/** Messages that the language has, of neighbours and routers. */
const ICMP_UNSUPPORTED = new Set([
  "router_advertisement",
  "router_solicitation",
  "neighbor_advertisement",
  "neighbor_solicitation",
  "redirect",
]);

function parseTcp(lexer: Lexer, direction: Direction, head: Head): TcpPacket {
  const { place } = lexer.peek();
  const places: Partial<Record<PacketPart, Place>> = {};
  const note = (part: PacketPart): void => void (places[part] = lexer.peek().place);
  let [sourcePort, destinationPort] = [0, 0];
  if (lexer.peek().kind === "integer" && isAhead(lexer, ">", 1)) {
    sourcePort = takeInteger(lexer, 1, MAX_U16);
    lexer.next();
    destinationPort = takeInteger(lexer, 1, MAX_U16);
  }
  note("flags");
  const flags = parseFlags(lexer);
  note("sequence");
  const { seq, length } = parseSegmentSequence(lexer, direction);
  const absolute = isAhead(lexer, "!");
  if (absolute) lexer.next();
  const named = (word: string, part: PacketPart, most: number): number | null => {
    if (lexer.peek().kind !== "word" || lexer.peek().text !== word) return null;
    note(part);
    return parseNamed(lexer, word, most);
  };
  const ack = named("ack", "ack", MAX_U32) ?? 0;
  const window = named("win", "window", MAX_U16);
  const urgentPointer = named("urg", "urgent pointer", MAX_U16) ?? 0;
  if (isAhead(lexer, "<")) note("options");
  const options = parseOptions(lexer);
  refuseEncapsulation(lexer);
  const { ip, badChecksum } = head;
  const ports = { sourcePort, destinationPort };
  const numbers = { flags, seq, absolute, length, ack, window, urgentPointer };
  const packet: TcpPacket = {
    kind: "tcp",
    direction,
    ip,
    ...ports,
    ...numbers,
    options,
    badChecksum,
    places,
  };
  checkSaid(packet, place, lexer);
  return packet;
}

const REST = "the rest of a segment: ack N, win N, urg N and <options>, in this order";

/** `/udp(1 > 2)` behind a segment: it travels in another protocol. */
function refuseEncapsulation(lexer: Lexer): void {
  const { text } = lexer.peek(1);
  if (isAhead(lexer, "/") && FOREIGN.has(text)) throw new UnsupportedError(lexer.peek().place, `/${text}`);
}

/** How to spoil the octets of the packet before, `{word …}` (a fuzzer's dialect). */
function isSpoiling(lexer: Lexer): boolean {
  if (!isAhead(lexer, "{") || lexer.peek(1).kind !== "word") return false;
  for (let distance = 1; !lexer.peek(distance).isFirst && lexer.peek(distance).kind !== "end"; distance++) {
    if (isAhead(lexer, "}", distance)) return true;
  }
  return false;
}

/** A line must say what it takes to make its packet, and end with it. */
function checkSaid(packet: TcpPacket, place: Place, lexer: Lexer): void {
  const rest = lexer.peek();
  if (isSpoiling(lexer)) throw new UnsupportedError(rest.place, "{");
  if (rest.kind === "word" && !rest.isFirst) {
    throw unknownWord(rest.place, rest.text, REST, ["ack", "win", "urg"]);
  }
  if (rest.kind !== "end" && !rest.isFirst) {
    throw new ScriptError(rest.place, `Cannot read ${named(rest)} here`, REST);
  }
  if ((packet.flags & Flag.urg) !== 0 && packet.places["urgent pointer"] === undefined) {
    throw new ScriptError(place, "Cannot use the flag U without an urgent pointer", "urg N");
  }
  if (packet.direction === "out") return;
  if (packet.window === null) {
    throw new ScriptError(place, "Cannot inject a segment without a window", "win N");
  }
  if (packet.options === "any") {
    const options = packet.places.options ?? place;
    throw new ScriptError(options, "Cannot inject a segment with any options", "the options, or none");
  }
  if (packet.ip.ecn === "ect01") {
    throw new ScriptError(place, "Cannot inject a segment that is [ect01]", "ect0 or ect1");
  }
}

/** Letters, dots and the ACE digit stand together; the tokens are cut otherwise, `P` `.5` or `5` `.`. */
function parseFlags(lexer: Lexer): number {
  const token = lexer.peek();
  const { place } = token;
  let text = "";
  const beginsWithAce = token.kind === "integer" && isAhead(lexer, ".", 1);
  if (token.kind === "word" || beginsWithAce) text += lexer.next().text;
  if (lexer.peek().kind === "float" || isAhead(lexer, ".")) text += lexer.next().text;
  if (text === "" && isAhead(lexer, "-")) {
    lexer.next();
    return 0;
  }
  const expected = `flags: letters of ${Object.keys(FLAG_LETTERS).join("")}, a digit for ACE, or - for none`;
  if (text === "") throw new ScriptError(placeAt(token), `Cannot read ${named(token)} as flags`, expected);
  let flags = 0;
  for (const letter of text) {
    const bit = /[0-7]/.test(letter) ? aceBits(Number(letter)) : FLAG_LETTERS[letter];
    if (bit === undefined) throw new ScriptError(place, `Cannot read "${text}" as flags`, expected);
    if (bit !== 0 && (flags & bit) === bit) {
      throw new ScriptError(place, `Cannot use "${text}" as flags`, "each flag once");
    }
    flags |= bit;
  }
  return flags;
}

/** RFC 9768 3.2: the three bits AE, CWR, ECE read as one number. */
function aceBits(ace: number): number {
  return ((ace & 4) !== 0 ? Flag.ae : 0) | ((ace & 2) !== 0 ? Flag.cwr : 0) |
    ((ace & 1) !== 0 ? Flag.ece : 0);
}
