/**
 * Reads a packetdrill script: options, a shell command to begin with, events, a shell command to end with.
 *
 * @module
 */

import type {
  Action,
  CodeSnippet,
  Script,
  ScriptEvent,
  ScriptOption,
  ShellCommand,
  SystemCall,
  TimeSpec,
} from "./ast.ts";
import { type Place, ScriptError, similarWords, START, unknownWord, UnsupportedError } from "./errors.ts";
import { expect, isAhead, named, parseExpression, parseList, placeAt } from "./expression_parser.ts";
import { Lexer } from "./lexer.ts";
import { checkOption, PROFILE_WORDS } from "./options.ts";
import { parsePacket } from "./packet_parser.ts";
import { parsePython } from "./python.ts";

const MICROS_PER_SECOND = 1_000_000;

/**
 * Reads the script `text`; `path` is for messages. Words in `definitions` are replaced, and so are those that the
 * script defines itself with `--define=NAME=value`. What the language has and this interpreter has not is noted, and the
 * events that have it are left out.
 *
 * @throws ScriptError when it is not a script
 * @throws UnsupportedError for an option that is not supported: what follows may mean anything then
 */
export function parseScript(
  text: string,
  path: string,
  definitions: ReadonlyMap<string, string> = new Map(),
): Script {
  const known = new Map(definitions);
  const lexer = new Lexer(selectBranches(text, known), known);
  const options = parseOptions(lexer, known);
  const initCommand = lexer.peek().kind === "command" ? parseCommand(lexer) : null;
  const events: ScriptEvent[] = [];
  const unsupported: UnsupportedError[] = [];
  while (lexer.peek().kind !== "end" && lexer.peek().kind !== "command") {
    const event = parseEvent(lexer);
    if (event instanceof UnsupportedError) unsupported.push(event);
    else events.push(event);
  }
  const cleanupCommand = lexer.peek().kind === "command" ? parseCommand(lexer) : null;
  const rest = lexer.peek();
  if (rest.kind !== "end") {
    throw new ScriptError(rest.place, `Cannot read "${rest.text}" here`, TIME_EXPECTED);
  }
  if (events.length === 0 && unsupported.length === 0) {
    throw new ScriptError(START, "Cannot run a script without events", TIME_EXPECTED);
  }
  return { path, text, options, initCommand, events, cleanupCommand, unsupported };
}

const TIME_EXPECTED = "a time (0.1, +.1, *) and what happens then";

/**
 * Resolves `#ifdef NAME`, `#ifndef`, `#else`, `#endif`: scripts for several systems are one file. What is left out
 * becomes empty lines, so that line numbers stay.
 */
function selectBranches(text: string, definitions: ReadonlyMap<string, string>): string {
  if (!/^#[a-z]/m.test(text)) return text;
  const branches: { isTaken: boolean; readonly line: number; hasElse: boolean }[] = [];
  const lines = text.split("\n").map((line, i) => {
    const [, directive, rest = ""] = /^#([a-z]+)\b(.*)$/.exec(line) ?? [];
    if (directive === undefined) return branches.every(({ isTaken }) => isTaken) ? line : "";
    const place = { line: i + 1, column: 1 };
    const innermost = branches.at(-1);
    if (directive === "ifdef" || directive === "ifndef") {
      const name = /^\s*(\w+)\s*(\/\/.*)?$/.exec(rest)?.[1];
      if (name === undefined) throw new ScriptError(place, `Cannot read #${directive}`, "one name behind it");
      if (!definitions.has(name)) refuseSimilar(name, place);
      const isTaken = definitions.has(name) === (directive === "ifdef");
      branches.push({ isTaken, line: i + 1, hasElse: false });
    } else if (directive !== "else" && directive !== "endif") {
      throw new ScriptError(place, `Cannot use #${directive}`, "#ifdef, #ifndef, #else or #endif");
    } else if (innermost === undefined || directive === "else" && innermost.hasElse) {
      throw new ScriptError(place, `Cannot use #${directive} here`, "an #ifdef or #ifndef before it");
    } else if (directive === "endif") branches.pop();
    else [innermost.isTaken, innermost.hasElse] = [!innermost.isTaken, true];
    return "";
  });
  const open = branches.at(-1);
  if (open === undefined) return lines.join("\n");
  throw new ScriptError({ line: open.line, column: 1 }, "Cannot find the end of this branch", "#endif");
}

/** A name that nobody defines may be as meant; one that is nearly that of a profile is not. */
function refuseSimilar(name: string, place: Place): void {
  const profiles = Object.values(PROFILE_WORDS);
  if (profiles.includes(name) || similarWords(name, profiles).length === 0) return;
  throw unknownWord({ ...place, column: place.column + 1 }, name, "the name of a system", profiles);
}

function parseOptions(lexer: Lexer, definitions: Map<string, string>): ScriptOption[] {
  const options: ScriptOption[] = [];
  while (lexer.peek().kind === "option") {
    const { text: name, place } = lexer.next();
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
    const option = { name, value, place };
    checkOption(option);
    options.push(option);
  }
  return options;
}

function parseCommand(lexer: Lexer): ShellCommand {
  const { text, place } = lexer.next();
  return { kind: "command", text, place: { line: place.line, column: place.column + 1 } };
}

/** One event; what is not supported in it, and then the lexer is at the next. */
function parseEvent(lexer: Lexer): ScriptEvent | UnsupportedError {
  try {
    return parseKnownEvent(lexer);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    while (lexer.peek().kind !== "end" && !isEventAhead(lexer)) lexer.next();
    return error;
  }
}

/** Whether the next line begins with a time or a command. */
function isEventAhead(lexer: Lexer): boolean {
  const { kind, isFirst } = lexer.peek();
  const isTime = isAhead(lexer, "+") || isAhead(lexer, "*") || kind === "float" || kind === "integer";
  return isFirst && (isTime || kind === "command");
}

function parseKnownEvent(lexer: Lexer): ScriptEvent {
  const time = parseTime(lexer);
  const { place } = lexer.peek();
  const action = parseAction(lexer, time);
  const isExpectation = (action.kind === "tcp" || action.kind === "icmp") && action.direction === "out";
  if (!isExpectation && (time.kind === "any" || time.end !== null)) {
    const expected = "a moment; only packets from the stack may come at any time or within a range";
    throw new ScriptError(place, "Cannot do this at any time or within a range", expected);
  }
  return { place, time, action };
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
    const { place } = lexer.next();
    if (relative) expect(lexer, "+");
    end = parseSeconds(lexer);
    if (end < start) {
      throw new ScriptError(
        place,
        "Cannot use a range of times that runs backwards",
        "the earlier time first",
      );
    }
  }
  return { kind: relative ? "relative" : "absolute", start, end };
}

/** A number of seconds, not negative, as microseconds. */
function parseSeconds(lexer: Lexer): number {
  const token = lexer.next();
  if (token.kind !== "float" && token.kind !== "integer") {
    throw new ScriptError(token.place, `Cannot read "${token.text}" as a time`, TIME_EXPECTED);
  }
  if (token.text.startsWith("-")) {
    throw new ScriptError(token.place, `Cannot use the time ${token.text}`, "a number that is not negative");
  }
  return Math.round(token.value * MICROS_PER_SECOND);
}

function parseAction(lexer: Lexer, time: TimeSpec): Action {
  const token = lexer.peek();
  switch (token.kind) {
    case "command":
      return parseCommand(lexer);
    case "code":
      return parseCode(lexer);
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
  throw new ScriptError(placeAt(token), `Cannot read ${named(token)} as something to do`, ACTION_EXPECTED);
}

const ACTION_EXPECTED = "a packet (< or >), a system call, `a command` or %{ code }%";

function parseCode(lexer: Lexer): CodeSnippet {
  const { text, place } = lexer.next();
  const statements = parsePython(text, { line: place.line, column: place.column + 2 });
  if (statements.length > 0) return { kind: "code", statements };
  throw new ScriptError(place, "Cannot run code that says nothing", "assert, an assignment or print()");
}

function parseEnd(lexer: Lexer, time: TimeSpec): number {
  const { place } = lexer.peek();
  if (isAhead(lexer, "+")) lexer.next();
  const end = parseSeconds(lexer);
  if (end < time.start) throw new ScriptError(place, "Cannot end a call before it begins", "a later time");
  return end;
}

function parseCall(lexer: Lexer, end: number | null): SystemCall {
  const token = lexer.next();
  if (token.kind !== "word") {
    throw new ScriptError(placeAt(token), `Cannot read ${named(token)} as a system call`, "a system call");
  }
  if (!isAhead(lexer, "(")) {
    throw new ScriptError(
      placeAt(lexer.peek()),
      `Cannot read ${named(lexer.peek())} behind "${token.text}"`,
      "(",
    );
  }
  lexer.next();
  const arguments_ = parseList(lexer, ")");
  expect(lexer, "=");
  const result = parseExpression(lexer);
  const word = lexer.peek().kind === "word" && !lexer.peek().isFirst ? lexer.next() : null;
  const errno = word === null ? null : { name: word.text, place: word.place };
  skipNote(lexer);
  return { kind: "call", name: token.text, arguments: arguments_, result, errno, end };
}

/** A note in parentheses says to people what the result means. */
function skipNote(lexer: Lexer): void {
  while (isAhead(lexer, "(")) {
    const { place } = lexer.peek();
    let depth = 0;
    do {
      const token = lexer.next();
      if (token.kind === "end" || token.isFirst && token.place.line !== place.line) {
        throw new ScriptError(place, "Cannot find the end of the note that begins here", ")");
      }
      if (token.text === "(") depth++;
      if (token.text === ")") depth--;
    } while (depth > 0);
  }
}
