/**
 * Reads the arguments and results of system calls.
 *
 * @module
 */

import type { Expression, ExpressionForm, RecordField } from "./ast.ts";
import { assertLevel, type Place, ScriptError, UnsupportedError } from "./errors.ts";
import type { Lexer, Token } from "./lexer.ts";

/** Whether something is missing before a token, which stands on a later line. */
function isBeyondLine({ kind, isFirst }: Token): boolean {
  return isFirst || kind === "end";
}

/** Where a token stands that is not what is wanted; if it is on a later line, what is wanted is missing before it. */
export function placeAt(token: Token): Place {
  return isBeyondLine(token) ? token.behind : token.place;
}

/** A token as a message names it. */
export function named(token: Token): string {
  if (isBeyondLine(token)) return "the end of the line";
  const text = token.text.length > LONGEST_QUOTE ? `${token.text.slice(0, LONGEST_QUOTE)}…` : token.text;
  return `"${text}"`;
}

const LONGEST_QUOTE = 40;

/** Takes the punctuation `text`. @throws ScriptError when something else stands there */
export function expect(lexer: Lexer, text: string): Token {
  const token = lexer.next();
  if (token.kind !== "punctuation" || token.text !== text) {
    throw new ScriptError(placeAt(token), `Cannot read ${named(token)} here`, text);
  }
  return token;
}

/** Whether the token `distance` ahead is the punctuation `text`. */
export function isAhead(lexer: Lexer, text: string, distance = 0): boolean {
  const token = lexer.peek(distance);
  return token.kind === "punctuation" && token.text === text;
}

/** Takes an integer, decimal or hexadecimal, from `least` to `most`. @throws ScriptError */
export function takeInteger(lexer: Lexer, least: number, most: number): number {
  const token = lexer.next();
  const range = `a number from ${least} to ${most}`;
  if (token.kind === "word" && /^[A-Z_][A-Z0-9_]*$/i.test(token.text)) {
    const expected = `${range}, or a name that is defined with -D NAME=VALUE`;
    throw new ScriptError(
      placeAt(token),
      `Cannot use ${named(token)} as a number: it is not defined`,
      expected,
    );
  }
  if (token.kind !== "integer" && token.kind !== "hex") {
    throw new ScriptError(placeAt(token), `Cannot read ${named(token)} as a number`, range);
  }
  if (token.value < least || token.value > most || least === 0 && token.text.startsWith("-")) {
    throw new ScriptError(token.place, `Cannot use ${token.text} here`, range);
  }
  return token.value;
}

/** Reads expressions, separated by commas, up to the closing punctuation, which it takes as well. */
export function parseList(lexer: Lexer, close: string, level: number = 0): Expression[] {
  const items: Expression[] = [];
  if (isAhead(lexer, close)) {
    lexer.next();
    return items;
  }
  for (;;) {
    items.push(parseExpression(lexer, level));
    if (isAhead(lexer, close)) break;
    if (!isAhead(lexer, ",")) {
      const token = lexer.peek();
      throw new ScriptError(placeAt(token), `Cannot read ${named(token)} here`, `, or ${close}`);
    }
    lexer.next();
  }
  lexer.next();
  return items;
}

/** Reads one expression, within so many levels of brackets. */
export function parseExpression(lexer: Lexer, level: number = 0): Expression {
  const { place } = lexer.peek();
  assertLevel(level, place);
  let left = parseOperand(lexer, level + 1);
  for (let depth = level + 1; isAhead(lexer, "|"); depth++) {
    assertLevel(depth, lexer.next().place);
    left = { kind: "or", left, right: parseOperand(lexer, level + 1), place };
  }
  return left;
}

function parseOperand(lexer: Lexer, level: number): Expression {
  const token = lexer.next();
  return { ...operandForm(lexer, token, level), place: token.place };
}

function operandForm(lexer: Lexer, token: Token, level: number): ExpressionForm {
  switch (token.kind) {
    case "ellipsis":
      return { kind: "ellipsis" };
    case "integer":
    case "hex":
    case "float":
      return { kind: "integer", value: token.value };
    case "string":
      return parseStrings(lexer, token.text);
    case "word":
      return parseWord(lexer, token.text, level);
    case "punctuation":
      if (token.text === "[") return { kind: "list", items: parseList(lexer, "]", level) };
      if (token.text === "{") return { kind: "record", fields: parseFields(lexer, level) };
      break;
    case "address":
      throw new UnsupportedError(token.place, token.text);
    case "option":
    case "command":
    case "code":
    case "end":
      break;
  }
  const expected = 'a number, a name, a string, [...], {...} or "..."';
  throw new ScriptError(placeAt(token), `Cannot read ${named(token)} as an argument or a result`, expected);
}

/** Strings one after another are one; `...` after a string says that more may follow. */
function parseStrings(lexer: Lexer, first: string): ExpressionForm {
  let text = first;
  while (lexer.peek().kind === "string") text += lexer.next().text;
  if (lexer.peek().kind === "ellipsis") lexer.next();
  return { kind: "string", text };
}

function parseWord(lexer: Lexer, name: string, level: number): ExpressionForm {
  if (!isAhead(lexer, "(")) return { kind: "word", name };
  lexer.next();
  return { kind: "apply", name, arguments: parseList(lexer, ")", level) };
}

function parseFields(lexer: Lexer, level: number): RecordField[] {
  const fields: RecordField[] = [];
  while (!isAhead(lexer, "}")) {
    if (fields.length > 0) expect(lexer, ",");
    fields.push(parseField(lexer, level));
  }
  lexer.next();
  return fields;
}

function parseField(lexer: Lexer, level: number): RecordField {
  const value = parseExpression(lexer, level);
  if (!isAhead(lexer, "=")) return { name: null, size: null, value };
  const equals = lexer.next();
  if (value.kind === "word") return { name: value.name, size: null, value: parseExpression(lexer, level) };
  if (value.kind === "apply") {
    return { name: value.name, size: value.arguments[0] ?? null, value: parseExpression(lexer, level) };
  }
  throw new ScriptError(equals.place, "Cannot read this field", "a name before =");
}
