/**
 * Looks through a whole script before it is run, so that a mistake is found wherever it stands: words that there are not,
 * wrong numbers and kinds of arguments, descriptors that nothing opened, times that run backwards, packets that cannot be.
 *
 * @module
 */

import { argumentCount } from "./arguments.ts";
import { Flag } from "../tcp/mod.ts";
import { FUNCTION_NAMES, PYTHON_CONSTANTS } from "./assertions.ts";
import type { CodeSnippet, Expression, Script, ScriptEvent, SystemCall, TcpPacket, TimeSpec } from "./ast.ts";
import { CALLS, OPENING_CALLS, signatureOf } from "./call_table.ts";
import { type Place, ScriptError, unknownWord, UnsupportedError } from "./errors.ts";
import type { RunSettings } from "./options.ts";
import { MAX_OPTIONS, optionOctets } from "./packets.ts";
import type { PythonExpression } from "./python.ts";
import { interpretCommands } from "./settings.ts";
import { SYMBOL_NAMES, symbolValue } from "./symbols.ts";
import { FIGURE_CONSTANTS, FIGURE_NAMES } from "./tcp_info.ts";
import {
  CALLS_UNSUPPORTED,
  CONGESTION_CONTROLS,
  ERROR_NAMES,
  FIELD_NAMES,
  FIGURES_UNSUPPORTED,
  OTHER_SYMBOLS,
  REQUESTS,
  SOCKET_OPTIONS,
} from "./vocabulary.ts";

/** Finds the first mistake. @returns what is not supported, in order @throws ScriptError */
export function checkScript(script: Script, settings: RunSettings): readonly UnsupportedError[] {
  const check = new Check(script, settings);
  const { initCommand, events, cleanupCommand } = script;
  if (initCommand !== null) check.command(initCommand);
  for (const event of events) check.event(event);
  if (cleanupCommand !== null) check.command(cleanupCommand);
  return [...script.unsupported, ...check.unsupported].sort((a, b) => a.place.line - b.place.line);
}

/** Constants by name, of both systems. */
const CONSTANTS = new Set([
  ...SYMBOL_NAMES,
  ...OTHER_SYMBOLS,
  ...ERROR_NAMES,
  ...SOCKET_OPTIONS,
  ...REQUESTS,
]);

const FIGURES = new Set([...FIGURE_NAMES, ...FIGURES_UNSUPPORTED]);

/** Functions that an argument may be made by. */
const CONVERSIONS = ["htons", "htonl", "ntohs", "ntohl", "inet_addr", "inet6_addr"];

class Check {
  /** Calls and commands. */
  readonly unsupported: UnsupportedError[] = [];
  readonly #settings: RunSettings;
  /** Numbers of descriptors that some line before opens; null: what opens them may not be read here. */
  readonly #opened: Set<number> | null;
  readonly #assigned = new Set<string>();
  /** The earliest that the next event can be, microseconds. */
  #earliest = 0;
  #isFirst = true;

  constructor(script: Script, settings: RunSettings) {
    this.#settings = settings;
    this.#opened = script.unsupported.length === 0 ? new Set() : null;
    this.#isFirst = script.unsupported.length === 0;
  }

  event({ time, action, place }: ScriptEvent): void {
    this.#checkTime(time, place, action.kind === "tcp" && action.direction === "out");
    switch (action.kind) {
      case "call":
        return this.#checkCall(action, place);
      case "tcp":
        return this.#checkPacket(action, place);
      case "command":
        return this.command(action);
      case "code":
        return this.#checkCode(action);
      case "icmp":
        return;
    }
  }

  command(command: Parameters<typeof interpretCommands>[0]): void {
    try {
      interpretCommands(command, this.#settings.config);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      this.unsupported.push(error);
    }
  }

  #checkTime({ kind, start, end }: TimeSpec, place: Place, isExpected: boolean): void {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst && !isExpected && start !== 0) {
      throw new ScriptError(place, "Cannot begin at another time than 0", "0 or +0");
    }
    if (kind === "relative") this.#earliest += start;
    if (kind !== "absolute") return;
    const latest = end ?? start;
    if (latest + this.#settings.tolerance < this.#earliest) {
      const [given, before] = [latest, this.#earliest].map((it) => `${it / MICROS_PER_SECOND}`);
      const message = `Cannot go back to ${given} s: the line before is at ${before} s`;
      throw new ScriptError(place, message, `${before} or later, or a time with + that counts from it`);
    }
    this.#earliest = Math.max(this.#earliest, start);
  }

  #checkCall(call: SystemCall, place: Place): void {
    const { name, errno, result } = call;
    const isUnsupported = CALLS_UNSUPPORTED.has(name);
    if (!Object.hasOwn(CALLS, name) && !isUnsupported) {
      throw unknownWord(place, name, "a system call", [...Object.keys(CALLS), ...CALLS_UNSUPPORTED]);
    }
    if (isUnsupported) this.unsupported.push(new UnsupportedError(place, name));
    for (const argument of call.arguments) checkExpression(argument);
    checkExpression(result);
    if (errno !== null && !ERROR_NAMES.has(errno.name)) {
      throw unknownWord(errno.place, errno.name, "an error", ERROR_NAMES);
    }
    const isFailure = result.kind === "integer" && result.value < 0;
    if (errno !== null && !isFailure) {
      throw new ScriptError(errno.place, `Cannot expect ${errno.name} with another result than -1`, "-1");
    }
    if (!isWhole(result) || result.kind === "list") {
      throw new ScriptError(result.place, "Cannot use this as a result", "a whole number or ...");
    }
    if (!isUnsupported) this.#checkArguments(call, place, isFailure);
    checkCongestionControl(call);
    this.#noteOpened(call);
  }

  #checkArguments({ name, arguments: all }: SystemCall, place: Place, isFailure: boolean): void {
    const { kinds, least } = signatureOf(name);
    if (all.length < least || all.length > kinds.length) {
      const count = least === kinds.length
        ? argumentCount(least)
        : `${least} or ${argumentCount(kinds.length)}`;
      const message = `Cannot call ${name} with ${argumentCount(all.length)}`;
      throw new ScriptError(all[kinds.length]?.place ?? place, message, count);
    }
    for (const [i, argument] of all.entries()) {
      const kind = kinds[i];
      if (kind === "list" && argument.kind !== "list" && argument.kind !== "ellipsis") {
        throw new ScriptError(argument.place, "Cannot use this argument", "a list, [...]");
      }
      if (kind === "reference" && !isReference(argument)) {
        throw new ScriptError(argument.place, "Cannot use this argument", "a number by reference, [N]");
      }
      if (kind !== "number" && kind !== "descriptor") continue;
      if (!isWhole(argument)) {
        throw new ScriptError(argument.place, "Cannot use this argument", "a whole number");
      }
      if (kind === "descriptor" && !isFailure) this.#checkDescriptor(argument);
    }
  }

  #checkDescriptor(argument: Expression): void {
    if (argument.kind === "ellipsis") {
      throw new ScriptError(argument.place, "Cannot use ... here", "the number of a descriptor");
    }
    if (argument.kind !== "integer" || this.#opened === null || this.#opened.has(argument.value)) return;
    const known = [...this.#opened].sort((a, b) => a - b).join(", ");
    const expected = known === "" ? "a descriptor; no line before opens one" : `one of ${known}`;
    throw new ScriptError(
      argument.place,
      `Cannot use descriptor ${argument.value}: nothing opened it`,
      expected,
    );
  }

  #noteOpened({ name, result, arguments: all }: SystemCall): void {
    if (this.#opened === null) return;
    const opens = OPENING_CALLS.has(name) || CALLS_UNSUPPORTED.has(name);
    if (opens && result.kind === "integer" && result.value >= 0) this.#opened.add(result.value);
    const [ends] = all;
    if (name !== "pipe" || ends?.kind !== "list") return;
    for (const end of ends.items) if (end.kind === "integer") this.#opened.add(end.value);
  }

  #checkPacket(packet: TcpPacket, place: Place): void {
    const isAck = (packet.flags & Flag.ack) !== 0;
    const isSyn = (packet.flags & Flag.syn) !== 0;
    const { exactOptions } = this.#settings.run;
    // In packetdrill what is left out acknowledges 0, which only a SYN-ACK cannot mean.
    if (isAck && packet.places.ack === undefined && (exactOptions || isSyn)) {
      throw new ScriptError(place, "Cannot use the flag . without an acknowledgment number", "ack N");
    }
    const named = packet.seq ?? 0;
    if (exactOptions && packet.direction === "out" && isSyn && named !== 0 && !packet.absolute) {
      const message =
        `Cannot call the stack's initial sequence number ${named}: all others count from it as 0`;
      throw new ScriptError(packet.places.sequence ?? place, message, `0:${packet.length}(${packet.length})`);
    }
    if (packet.options === "any") return;
    const octets = packet.options.reduce((sum, option) => sum + optionOctets(option).length, 0);
    if (octets > MAX_OPTIONS) {
      const message = `Cannot put options of ${octets} octets into one header`;
      throw new ScriptError(packet.places.options ?? place, message, `at most ${MAX_OPTIONS} octets`);
    }
  }

  #checkCode({ statements }: CodeSnippet): void {
    for (const statement of statements) {
      if (statement.kind === "other") continue;
      if (statement.kind === "assert") {
        this.#checkPython(statement.test);
        if (statement.message !== null) this.#checkPython(statement.message);
      } else if (statement.kind === "assign") {
        this.#checkPython(statement.value);
        this.#assigned.add(statement.name);
      } else if (statement.kind === "expression") this.#checkPython(statement.value);
      else if (statement.kind === "import") statement.modules.forEach((name) => this.#assigned.add(name));
    }
  }

  #checkPython(expression: PythonExpression): void {
    switch (expression.kind) {
      case "name":
        return this.#checkName(expression.place, expression.name);
      case "call":
        if (!FUNCTION_NAMES.includes(expression.name)) {
          throw unknownWord(expression.place, expression.name, "a function", FUNCTION_NAMES);
        }
        return expression.arguments.forEach((each) => this.#checkPython(each));
      case "tuple":
        return expression.items.forEach((each) => this.#checkPython(each));
      case "unary":
        return this.#checkPython(expression.operand);
      case "binary":
        this.#checkPython(expression.left);
        return this.#checkPython(expression.right);
      case "comparison":
        this.#checkPython(expression.first);
        return expression.rest.forEach(({ right }) => this.#checkPython(right));
      case "other":
        return expression.parts.forEach((each) => this.#checkPython(each));
      case "number":
      case "text":
        return;
    }
  }

  #checkName(place: Place, name: string): void {
    const isKnown = this.#assigned.has(name) || FIGURES.has(name) || FIGURE_CONSTANTS.has(name) ||
      PYTHON_CONSTANTS.has(name) || CONSTANTS.has(name) || symbolValue(name, "freebsd") !== null;
    if (isKnown) return;
    const known = [...FIGURES, ...FIGURE_CONSTANTS.keys(), ...this.#assigned, ...CONSTANTS];
    throw unknownWord(
      place,
      name,
      "a figure of the connection, a constant or a name that was assigned",
      known,
    );
  }
}

const MICROS_PER_SECOND = 1_000_000;

/** `setsockopt(…, TCP_CONGESTION, "cubic", …)`. */
function checkCongestionControl({ arguments: all }: SystemCall): void {
  const [, , option, value] = all;
  if (option?.kind !== "word" || option.name !== "TCP_CONGESTION") return;
  const pointed = value?.kind === "list" ? value.items[0] : value;
  if (pointed?.kind !== "string" || CONGESTION_CONTROLS.has(pointed.text)) return;
  throw unknownWord(pointed.place, pointed.text, "a congestion control", CONGESTION_CONTROLS);
}

function isWhole(expression: Expression): boolean {
  if (expression.kind === "integer") return Number.isInteger(expression.value);
  return !["string", "record"].includes(expression.kind);
}

function isReference(expression: Expression): boolean {
  if (expression.kind === "ellipsis") return true;
  return expression.kind === "list" && expression.items.length === 1 && expression.items.every(isWhole);
}

function checkExpression(expression: Expression): void {
  switch (expression.kind) {
    case "word":
      if (CONSTANTS.has(expression.name)) return;
      throw unknownWord(expression.place, expression.name, "a constant", CONSTANTS);
    case "or":
      checkExpression(expression.left);
      return checkExpression(expression.right);
    case "list":
      return expression.items.forEach(checkExpression);
    case "apply":
      if (!CONVERSIONS.includes(expression.name)) {
        throw unknownWord(expression.place, expression.name, "a conversion", CONVERSIONS);
      }
      if (expression.arguments.length !== 1) {
        throw new ScriptError(expression.place, `Cannot use ${expression.name} so`, "one argument");
      }
      return expression.arguments.forEach(checkExpression);
    case "record":
      for (const { name, value } of expression.fields) {
        if (name !== null && !FIELD_NAMES.has(name) && !FIGURES.has(name)) {
          throw unknownWord(expression.place, name, "a field", [...FIELD_NAMES, ...FIGURES]);
        }
        checkExpression(value);
      }
      return;
    case "ellipsis":
    case "integer":
    case "string":
      return;
  }
}
