/**
 * Reads the TCP options of a packet's line.
 *
 * @module
 */

import type { TcpOption } from "./ast.ts";
import { ScriptError, unknownWord, UnsupportedError } from "./errors.ts";
import { expect, isAhead, named, placeAt, takeInteger } from "./expression_parser.ts";
import type { Lexer } from "./lexer.ts";

const MAX_U8 = 0xff;
const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;

const OPTION_WORDS = ["nop", "eol", "mss", "uto", "wscale", "sackOK", "TS", "sack", "raw"];

/** Options of TCP that dialects of the language have: Fast Open, signatures, accurate ECN, Multipath TCP. */
const OPTION_WORDS_UNSUPPORTED = new Set([
  "FO",
  "FOEXP",
  "md5",
  "ao",
  "ECN",
  "mp_capable",
  "mp_join",
  "mp_join_syn",
  "mp_join_syn_ack",
  "mp_join_ack",
  "mp_prio",
  "mp_fail",
  "mp_fastclose",
  "mp_reset",
  "dss",
  "add_address",
  "remove_address",
]);

/** Reads `<…>`, if it stands there; "any" for `<...>`. */
export function parseOptions(lexer: Lexer): TcpOption[] | "any" {
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
      if (OPTION_WORDS_UNSUPPORTED.has(token.text)) throw new UnsupportedError(token.place, token.text);
      throw unknownWord(token.place, token.text, "a TCP option", OPTION_WORDS);
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
  if (value === null) {
    throw new ScriptError(placeAt(token), `Cannot read ${named(token)} in this option`, "TS val N ecr N");
  }
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
    const expected = "two hexadecimal digits for each octet";
    throw new ScriptError(placeAt(token), `Cannot read ${named(token)} as octets`, expected);
  }
  return (token.text.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
}

/** Reads `name N`, if it stands there; null when it does not. */
export function parseNamed(lexer: Lexer, name: string, most: number): number | null {
  if (lexer.peek().kind !== "word" || lexer.peek().text !== name) return null;
  lexer.next();
  return takeInteger(lexer, 0, most);
}
