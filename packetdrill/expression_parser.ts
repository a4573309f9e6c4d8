/**
 * Reads the arguments and results of system calls.
 *
 * @module
 */

import { type Expression, type RecordField, ScriptError, UnsupportedError } from "./ast.ts";
import type { Lexer, Token } from "./lexer.ts";

/** Takes the punctuation `text`. @throws ScriptError when something else stands there */
export function expect(lexer: Lexer, text: string): Token {
  const token = lexer.next();
  if (token.kind !== "punctuation" || token.text !== text) {
    throw new ScriptError(token.line, `Cannot read "${token.text}" here: ${text} is expected`);
  }
  return token;
}

/** Whether the token `distance` ahead is the punctuation `text`. */
export function isAhead(lexer: Lexer, text: string, distance = 0): boolean {
  const token = lexer.peek(distance);
  return token.kind === "punctuation" && token.text === text;
}

/** Takes an integer, decimal or hexadecimal, from `least` to `most`. @throws ScriptError, UnsupportedError for a word */
export function takeInteger(lexer: Lexer, least: number, most: number): number {
  const token = lexer.next();
  // A name that stands for a number elsewhere (`-D`, other sets' runners).
  if (token.kind === "word") throw new UnsupportedError(token.line, token.text);
  if (token.kind !== "integer" && token.kind !== "hex") {
    throw new ScriptError(token.line, `Cannot read "${token.text}" as a number`);
  }
  if (token.value < least || token.value > most) {
    throw new ScriptError(token.line, `Cannot use ${token.text} here: give ${least} to ${most}`);
  }
  return token.value;
}

/** Reads expressions up to the closing punctuation, which it takes as well. */
export function parseList(lexer: Lexer, close: string): Expression[] {
  const items: Expression[] = [];
  if (isAhead(lexer, close)) {
    lexer.next();
    return items;
  }
  for (;;) {
    items.push(parseExpression(lexer));
    if (isAhead(lexer, close)) break;
    expect(lexer, ",");
  }
  lexer.next();
  return items;
}

/** Reads one expression. */
export function parseExpression(lexer: Lexer): Expression {
  let left = parseOperand(lexer);
  while (isAhead(lexer, "|")) {
    lexer.next();
    left = { kind: "or", left, right: parseOperand(lexer) };
  }
  return left;
}

function parseOperand(lexer: Lexer): Expression {
  const token = lexer.next();
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
      return parseWord(lexer, token.text);
    case "punctuation":
      if (token.text === "[") return { kind: "list", items: parseList(lexer, "]") };
      if (token.text === "{") return { kind: "record", fields: parseFields(lexer) };
      break;
    case "address":
      throw new UnsupportedError(token.line, token.text);
    case "option":
    case "command":
    case "code":
    case "end":
      break;
  }
  throw new ScriptError(token.line, `Cannot read "${token.text}" as an argument or a result`);
}

/** Strings one after another are one; `...` after a string says that more may follow. */
function parseStrings(lexer: Lexer, first: string): Expression {
  let text = first;
  while (lexer.peek().kind === "string") text += lexer.next().text;
  if (lexer.peek().kind === "ellipsis") lexer.next();
  return { kind: "string", text };
}

function parseWord(lexer: Lexer, name: string): Expression {
  if (!isAhead(lexer, "(")) return { kind: "word", name };
  lexer.next();
  return { kind: "apply", name, arguments: parseList(lexer, ")") };
}

function parseFields(lexer: Lexer): RecordField[] {
  const fields: RecordField[] = [];
  while (!isAhead(lexer, "}")) {
    if (fields.length > 0) expect(lexer, ",");
    fields.push(parseField(lexer));
  }
  lexer.next();
  return fields;
}

function parseField(lexer: Lexer): RecordField {
  const value = parseExpression(lexer);
  if (!isAhead(lexer, "=")) return { name: null, size: null, value };
  const equals = lexer.next();
  if (value.kind === "word") return { name: value.name, size: null, value: parseExpression(lexer) };
  if (value.kind === "apply") {
    return { name: value.name, size: value.arguments[0] ?? null, value: parseExpression(lexer) };
  }
  throw new ScriptError(equals.line, "Cannot read this field: a name is expected before =");
}
