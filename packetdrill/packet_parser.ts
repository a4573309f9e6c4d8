/**
 * Reads the lines that inject or expect a packet.
 *
 * @module
 */

import { Flag } from "../tcp/base/segment.ts";
import {
  type Direction,
  type IcmpPacket,
  type IpInfo,
  ScriptError,
  type TcpOption,
  type TcpPacket,
  UnsupportedError,
} from "./ast.ts";
import { expect, isAhead, takeInteger } from "./expression_parser.ts";
import type { Lexer } from "./lexer.ts";

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

/** Other protocols and headers that the language has and we do not. */
const FOREIGN = new Set(["udp", "udplite", "sctp", "gre", "GREv0", "mpls", "ipv4", "ipv6", "psp"]);

/** Reads a packet, from its direction on. */
export function parsePacket(lexer: Lexer): TcpPacket | IcmpPacket {
  const direction: Direction = lexer.next().text === "<" ? "in" : "out";
  const head = parseHead(lexer);
  const token = lexer.peek();
  if (token.kind === "word" && FOREIGN.has(token.text)) throw new UnsupportedError(token.line, token.text);
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
      throw new UnsupportedError(token.line, token.text);
  }
}

function parseSequence(lexer: Lexer): { seq: number; length: number } {
  const line = lexer.peek().line;
  const seq = takeInteger(lexer, 0, MAX_U32);
  expect(lexer, ":");
  const end = takeInteger(lexer, 0, MAX_U32);
  expect(lexer, "(");
  const length = takeInteger(lexer, 0, MAX_U16);
  expect(lexer, ")");
  if ((seq + length) % CIRCLE !== end) {
    throw new ScriptError(line, `Cannot use ${seq}:${end}(${length}): ${seq} + ${length} is not ${end}`);
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
  const type = lexer.next().text;
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
  if (lexer.peek().text === "id") throw new UnsupportedError(lexer.peek().line, "icmp id");
  if (isAhead(lexer, "[")) {
    lexer.next();
    const token = lexer.peek();
    if (token.kind !== "integer") throw new UnsupportedError(token.line, `icmp [${token.text}]`);
    quoted = parseSequence(lexer);
    expect(lexer, "]");
  }
  return { kind: "icmp", direction, ip: head.ip, type, code, mtu, quoted };
}

function parseTcp(lexer: Lexer, direction: Direction, head: Head): TcpPacket {
  const line = lexer.peek().line;
  let [sourcePort, destinationPort] = [0, 0];
  if (lexer.peek().kind === "integer" && isAhead(lexer, ">", 1)) {
    sourcePort = takeInteger(lexer, 0, MAX_U16);
    lexer.next();
    destinationPort = takeInteger(lexer, 0, MAX_U16);
  }
  const flags = parseFlags(lexer);
  const { seq, length } = parseSegmentSequence(lexer, direction);
  const absolute = isAhead(lexer, "!");
  if (absolute) lexer.next();
  const ack = parseNamed(lexer, "ack", MAX_U32) ?? 0;
  const window = parseNamed(lexer, "win", MAX_U16);
  const urgentPointer = parseNamed(lexer, "urg", MAX_U16) ?? 0;
  const options = parseOptions(lexer);
  if (isAhead(lexer, "/")) throw new UnsupportedError(line, `/${lexer.peek(1).text}`);
  if (direction === "in" && window === null) {
    throw new ScriptError(line, "Cannot inject a segment without a window: write win N");
  }
  if (direction === "in" && (options === "any" || head.ip.ecn === "ect01")) {
    throw new ScriptError(line, "Cannot inject a segment that is not said in full");
  }
  const { ip, badChecksum } = head;
  return {
    kind: "tcp",
    direction,
    ip,
    sourcePort,
    destinationPort,
    flags,
    seq,
    absolute,
    length,
    ack,
    window,
    urgentPointer,
    options,
    badChecksum,
  };
}

function parseNamed(lexer: Lexer, name: string, most: number): number | null {
  if (lexer.peek().kind !== "word" || lexer.peek().text !== name) return null;
  lexer.next();
  return takeInteger(lexer, 0, most);
}

/** Letters, dots and the ACE digit stand together; the tokens are cut otherwise, `P` `.5` or `5` `.`. */
function parseFlags(lexer: Lexer): number {
  const line = lexer.peek().line;
  let text = "";
  const beginsWithAce = lexer.peek().kind === "integer" && isAhead(lexer, ".", 1);
  if (lexer.peek().kind === "word" || beginsWithAce) text += lexer.next().text;
  if (lexer.peek().kind === "float" || isAhead(lexer, ".")) text += lexer.next().text;
  if (text === "" && isAhead(lexer, "-")) {
    lexer.next();
    return 0;
  }
  if (text === "") throw new ScriptError(line, `Cannot read "${lexer.peek().text}" as flags`);
  let flags = 0;
  for (const letter of text) {
    const bit = /[0-7]/.test(letter) ? aceBits(Number(letter)) : FLAG_LETTERS[letter];
    if (bit === undefined) throw new UnsupportedError(line, text);
    flags |= bit;
  }
  return flags;
}

/** RFC 9768 3.2: the three bits AE, CWR, ECE read as one number. */
function aceBits(ace: number): number {
  return ((ace & 4) !== 0 ? Flag.ae : 0) | ((ace & 2) !== 0 ? Flag.cwr : 0) |
    ((ace & 1) !== 0 ? Flag.ece : 0);
}

function parseOptions(lexer: Lexer): TcpOption[] | "any" {
  if (!isAhead(lexer, "<")) return [];
  lexer.next();
  if (lexer.peek().kind === "ellipsis") {
    lexer.next();
    expect(lexer, ">");
    return "any";
  }
  const options = [parseOption(lexer)];
  while (isAhead(lexer, ",")) {
    lexer.next();
    options.push(parseOption(lexer));
  }
  expect(lexer, ">");
  return options;
}

function parseOption(lexer: Lexer): TcpOption {
  const token = lexer.next();
  switch (token.text) {
    case "nop":
    case "eol":
    case "sackOK":
      return { kind: token.text };
    case "mss":
    case "uto":
      return { kind: token.text, value: takeInteger(lexer, 0, MAX_U16) };
    case "wscale":
      return { kind: "wscale", value: takeInteger(lexer, 0, MAX_U8) };
    case "TS":
      return parseTimestamps(lexer);
    case "sack":
      return { kind: "sack", blocks: parseBlocks(lexer) };
    case "raw":
      return { kind: "raw", octets: parseHexadecimal(lexer) };
    default:
      throw new UnsupportedError(token.line, token.text);
  }
}

function parseTimestamps(lexer: Lexer): TcpOption {
  return { kind: "TS", value: parseStamp(lexer, "val"), echo: parseStamp(lexer, "ecr") };
}

function parseStamp(lexer: Lexer, name: string): number | null {
  const token = lexer.peek();
  if (token.text === name && lexer.peek(1).kind === "ellipsis") {
    lexer.next();
    lexer.next();
    return null;
  }
  const value = parseNamed(lexer, name, MAX_U32);
  if (value === null) throw new ScriptError(token.line, "Cannot read this option: write TS val N ecr N");
  return value;
}

function parseBlocks(lexer: Lexer): (readonly [number, number])[] {
  const blocks: (readonly [number, number])[] = [];
  do {
    const left = takeInteger(lexer, 0, MAX_U32);
    expect(lexer, ":");
    blocks.push([left, takeInteger(lexer, 0, MAX_U32)]);
  } while (lexer.peek().kind === "integer");
  return blocks;
}

function parseHexadecimal(lexer: Lexer): number[] {
  const token = lexer.next();
  if (!/^([0-9a-fA-F]{2})+$/.test(token.text)) {
    throw new ScriptError(
      token.line,
      `Cannot read "${token.text}" as octets: write two hexadecimal digits for each`,
    );
  }
  return (token.text.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
}
