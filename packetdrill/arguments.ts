/**
 * The arguments of a system call as numbers, lists and records.
 *
 * @module
 */

import type { Expression, RecordField } from "./ast.ts";
import { type Place, ScriptError, UnsupportedError } from "./errors.ts";
import { type Platform, symbolValue } from "./symbols.ts";
import { ERROR_NAMES } from "./vocabulary.ts";

/** What a call handed back is not what the line says. */
export class MismatchError extends Error {
  override readonly name = "MismatchError";
  /** Of what the line says; null: of the whole call. */
  readonly place: Place | null;

  constructor(message: string, place: Place | null = null) {
    super(message);
    this.place = place;
  }
}

/** Reads the arguments of one call. */
export class Arguments {
  readonly #all: readonly Expression[];
  readonly platform: Platform;
  /** Of the call. */
  readonly place: Place;

  constructor(all: readonly Expression[], platform: Platform, place: Place) {
    this.#all = all;
    this.platform = platform;
    this.place = place;
  }

  /** The argument at `index`. @throws ScriptError when there is none */
  at(index: number): Expression {
    const found = this.#all[index];
    if (found === undefined) {
      const expected = `at least ${argumentCount(index + 1)}`;
      throw new ScriptError(this.place, `Cannot call this with ${argumentCount(this.#all.length)}`, expected);
    }
    return found;
  }

  /** The argument at `index` as a number; `missing` when it is left out or `...`. */
  integer(index: number, missing?: number): number {
    const expression = this.#all[index];
    if (missing !== undefined && (expression === undefined || expression.kind === "ellipsis")) return missing;
    return this.valueOf(this.at(index));
  }

  /** The word at `index`, for options that are distinguished by name. */
  word(index: number): string {
    const expression = this.at(index);
    if (expression.kind === "word") return expression.name;
    if (expression.kind === "integer") return String(expression.value);
    throw new ScriptError(expression.place, "Cannot use this argument", "a name");
  }

  /** What is handed over by reference at `index`: the one item of `[…]`, or the expression itself. */
  pointed(index: number): Expression {
    const expression = this.at(index);
    return expression.kind === "list" && expression.items.length === 1
      ? expression.items[0] as Expression
      : expression;
  }

  /** The items of the list at `index`. */
  list(index: number): readonly Expression[] {
    const expression = this.at(index);
    if (expression.kind !== "list") {
      throw new ScriptError(expression.place, "Cannot use this argument", "a list, [...]");
    }
    return expression.items;
  }

  /** An expression as a number. @throws UnsupportedError for a name that has none */
  valueOf(expression: Expression): number {
    switch (expression.kind) {
      case "integer":
        return expression.value;
      case "word": {
        const value = symbolValue(expression.name, this.platform);
        if (value === null) throw new UnsupportedError(expression.place, expression.name);
        return value;
      }
      case "or": {
        // Flags may use bit 31: no sign here.
        const [left, right] = [this.valueOf(expression.left), this.valueOf(expression.right)];
        return Number(BigInt(left) | BigInt(right));
      }
      case "apply":
        return this.#apply(expression, expression.name, expression.arguments);
      case "list":
        if (expression.items.length === 1) return this.valueOf(expression.items[0] as Expression);
        break;
      case "ellipsis":
      case "string":
      case "record":
        break;
    }
    throw new ScriptError(expression.place, "Cannot use this argument", "a number");
  }

  #apply({ place }: Expression, name: string, inner: readonly Expression[]): number {
    const [first] = inner;
    if (first === undefined) {
      throw new ScriptError(place, `Cannot use ${name}()`, "an argument in parentheses");
    }
    if (name === "htons" || name === "htonl" || name === "ntohs") return this.valueOf(first);
    throw new UnsupportedError(place, `${name}()`);
  }

  /** The field of a record, or undefined. */
  static field(expression: Expression, name: string): RecordField | undefined {
    return expression.kind === "record" ? expression.fields.find((field) => field.name === name) : undefined;
  }

  /** Compares a number that the call handed back with what the line says. @throws MismatchError */
  expectValue(what: string, expected: Expression, actual: number): void {
    if (expected.kind === "ellipsis") return;
    const wanted = this.valueOf(expected);
    if (wanted !== actual) {
      throw new MismatchError(`${what}: ${wanted} expected, ${actual} returned`, expected.place);
    }
  }

  /** Compares an error that the call handed back as a value, null for none. @throws MismatchError */
  expectError(what: string, expected: Expression, actual: string | null): void {
    if (expected.kind === "ellipsis") return;
    const isName = expected.kind === "word" && ERROR_NAMES.has(expected.name);
    const wanted = isName
      ? expected.name
      : this.valueOf(expected) === 0
      ? null
      : String(this.valueOf(expected));
    if (wanted !== actual) {
      const message = `${what}: ${wanted ?? "no error"} expected, ${actual ?? "no error"} returned`;
      throw new MismatchError(message, expected.place);
    }
  }
}

/** `1 argument`, `2 arguments`. */
export function argumentCount(count: number): string {
  return `${count} argument${count === 1 ? "" : "s"}`;
}
