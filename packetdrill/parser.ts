/**
 * Reads a packetdrill script: options, a shell command to begin with, events, a shell command to end with.
 *
 * @module
 */

import {
  type Action,
  type Script,
  ScriptError,
  type ScriptEvent,
  type ScriptOption,
  type SystemCall,
  type TimeSpec,
  UnsupportedError,
} from "./ast.ts";
import { expect, isAhead, parseExpression, parseList } from "./expression_parser.ts";
import { Lexer } from "./lexer.ts";
import { parsePacket } from "./packet_parser.ts";

const MICROS_PER_SECOND = 1_000_000;

/**
 * Reads the script `text`; `path` is for messages. Words in `definitions` are replaced, and so are those that the
 * script defines itself with `--define=NAME=value`.
 *
 * @throws ScriptError when it is not a script
 * @throws UnsupportedError when it uses what this interpreter does not know
 */
export function parseScript(
  text: string,
  path: string,
  definitions: ReadonlyMap<string, string> = new Map(),
): Script {
  const known = new Map(definitions);
  const lexer = new Lexer(selectBranches(text, known), known);
  const options = parseOptions(lexer, known);
  const initCommand = lexer.peek().kind === "command" ? lexer.next().text : null;
  const events: ScriptEvent[] = [];
  while (lexer.peek().kind !== "end" && lexer.peek().kind !== "command") events.push(parseEvent(lexer));
  const cleanupCommand = lexer.peek().kind === "command" ? lexer.next().text : null;
  const rest = lexer.peek();
  if (rest.kind !== "end") {
    throw new ScriptError(rest.line, `Cannot read "${rest.text}" here: a time or the end is expected`);
  }
  if (events.length === 0) throw new ScriptError(rest.line, "Cannot run a script without events");
  return { path, options, initCommand, events, cleanupCommand };
}

/**
 * Resolves `#ifdef NAME`, `#ifndef`, `#else`, `#endif`: scripts for several systems are one file. What is left out
 * becomes empty lines, so that line numbers stay.
 */
function selectBranches(text: string, definitions: ReadonlyMap<string, string>): string {
  if (!/^#(if|else|endif)/m.test(text)) return text;
  const taken: boolean[] = [];
  return text.split("\n").map((line, i) => {
    const [, directive, name = ""] = /^#(ifdef|ifndef|else|endif)\b\s*(\w*)/.exec(line) ?? [];
    if (directive === undefined) return taken.every(Boolean) ? line : "";
    if (directive === "ifdef" || directive === "ifndef") {
      taken.push(definitions.has(name) === (directive === "ifdef"));
    } else {
      const innermost = taken.pop();
      if (innermost === undefined) throw new ScriptError(i + 1, `Cannot use #${directive} without #ifdef`);
      if (directive === "else") taken.push(!innermost);
    }
    return "";
  }).join("\n");
}

function parseOptions(lexer: Lexer, definitions: Map<string, string>): ScriptOption[] {
  const options: ScriptOption[] = [];
  while (lexer.peek().kind === "option") {
    const { text: name, line } = lexer.next();
    let value: string | null = null;
    if (isAhead(lexer, "=")) {
      lexer.next();
      value = lexer.next().text;
      if (isAhead(lexer, "=")) {
        lexer.next();
        const meaning = lexer.next();
        const quote = meaning.kind === "string" ? '"' : meaning.kind === "command" ? "`" : "";
        if (name === "define") definitions.set(value, quote + meaning.text + quote);
        value = `${value}=${meaning.text}`;
      }
    }
    options.push({ name, value, line });
  }
  return options;
}

function parseEvent(lexer: Lexer): ScriptEvent {
  const line = lexer.peek().line;
  // Behind a packet: how to spoil its octets (a fuzzer's dialect).
  if (isAhead(lexer, "{")) throw new UnsupportedError(line, "{");
  const time = parseTime(lexer);
  const action = parseAction(lexer, time);
  const isExpectation = (action.kind === "tcp" || action.kind === "icmp") && action.direction === "out";
  if (!isExpectation && (time.kind === "any" || time.end !== null)) {
    throw new ScriptError(
      line,
      "Cannot do this at any time or within a range: only packets from the stack may come so",
    );
  }
  return { line, time, action };
}

function parseTime(lexer: Lexer): TimeSpec {
  if (isAhead(lexer, "*")) {
    lexer.next();
    return { kind: "any", start: 0, end: null };
  }
  const relative = isAhead(lexer, "+");
  if (relative) lexer.next();
  const start = parseSeconds(lexer);
  let end: number | null = null;
  if (isAhead(lexer, "~")) {
    const { line } = lexer.next();
    if (relative) expect(lexer, "+");
    end = parseSeconds(lexer);
    if (end < start) throw new ScriptError(line, "Cannot use a range of times that runs backwards");
  }
  return { kind: relative ? "relative" : "absolute", start, end };
}

/** A number of seconds, not negative, as microseconds. */
function parseSeconds(lexer: Lexer): number {
  const token = lexer.next();
  if (token.kind !== "float" && token.kind !== "integer") {
    throw new ScriptError(token.line, `Cannot read "${token.text}" as a time`);
  }
  if (token.value < 0) throw new ScriptError(token.line, `Cannot use the time ${token.text}: it is negative`);
  return Math.round(token.value * MICROS_PER_SECOND);
}

function parseAction(lexer: Lexer, time: TimeSpec): Action {
  const token = lexer.peek();
  switch (token.kind) {
    case "command":
      return { kind: "command", text: lexer.next().text };
    case "code":
      return { kind: "code", text: lexer.next().text };
    case "punctuation":
      if (token.text === "<" || token.text === ">") return parsePacket(lexer);
      break;
    case "ellipsis":
      lexer.next();
      return parseCall(lexer, parseEnd(lexer, time));
    case "word":
      return parseCall(lexer, null);
    case "option":
    case "float":
    case "integer":
    case "hex":
    case "string":
    case "address":
    case "end":
      break;
  }
  throw new ScriptError(token.line, `Cannot read "${token.text}" as something to do`);
}

function parseEnd(lexer: Lexer, time: TimeSpec): number {
  const line = lexer.peek().line;
  if (isAhead(lexer, "+")) lexer.next();
  const end = parseSeconds(lexer);
  if (end < time.start) throw new ScriptError(line, "Cannot end a call before it begins");
  return end;
}

function parseCall(lexer: Lexer, end: number | null): SystemCall {
  const token = lexer.next();
  if (token.kind !== "word") {
    throw new ScriptError(token.line, `Cannot read "${token.text}" as a system call`);
  }
  if (!isAhead(lexer, "(")) throw new UnsupportedError(token.line, token.text);
  lexer.next();
  const arguments_ = parseList(lexer, ")");
  expect(lexer, "=");
  const result = parseExpression(lexer);
  const errno = lexer.peek().kind === "word" ? lexer.next().text : null;
  skipNote(lexer);
  return { kind: "call", name: token.text, arguments: arguments_, result, errno, end };
}

/** A note in parentheses says to people what the result means. */
function skipNote(lexer: Lexer): void {
  while (isAhead(lexer, "(")) {
    let depth = 0;
    do {
      const token = lexer.next();
      if (token.kind === "end") throw new ScriptError(token.line, "Cannot find the end of a note");
      if (token.text === "(") depth++;
      if (token.text === ")") depth--;
    } while (depth > 0);
  }
}
