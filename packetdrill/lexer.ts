/**
 * Splits a script into words: the longest match wins, and of equals the first kind in the table.
 *
 * @module
 */

import { ScriptError } from "./ast.ts";

/** The kinds of token; "punctuation" is a single character. */
export type TokenKind =
  | "ellipsis"
  | "option"
  | "float"
  | "integer"
  | "hex"
  | "word"
  | "string"
  | "command"
  | "code"
  | "address"
  | "punctuation"
  | "end";

/** A token: `text` is without quotes and delimiters. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** The number that it stands for; NaN for kinds that are none. */
  readonly value: number;
  readonly line: number;
}

const COMMENTS_AND_SPACE = /(?:[ \t\r\n]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;

/** In order of precedence among matches of one length. */
const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ["ellipsis", /\.\.\./y],
  ["option", /--[a-zA-Z0-9_]+/y],
  ["float", /-?[0-9]*\.[0-9]+/y],
  ["integer", /-?[0-9]+/y],
  ["hex", /0x[0-9a-fA-F]+/y],
  ["word", /[a-zA-Z0-9_]+/y],
  ["string", /"(?:\\[\s\S]|[^"\\])*"/y],
  ["command", /`(?:\\[\s\S]|[^`\\])*`/y],
  ["code", /%\{[\s\S]*?\}%/y],
  ["address", /[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/y],
  ["address", /(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}/y],
  [
    "address",
    /(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4})*)?::(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4})*)?(?::?[0-9.]+)?/y,
  ],
  ["punctuation", /[\s\S]/y],
];

/** Octets of the delimiter at either end. */
const DELIMITERS: Partial<Record<TokenKind, number>> = { string: 1, command: 1, code: 2 };

/** Reads tokens one by one, with any look-ahead; words that are defined are replaced by what they stand for. */
export class Lexer {
  readonly #text: string;
  readonly #definitions: Map<string, string>;
  #position = 0;
  #line = 1;
  readonly #ahead: Token[] = [];

  /** Borrows `definitions`: what is added to it later holds for words not yet looked at. */
  constructor(text: string, definitions: Map<string, string> = new Map()) {
    this.#text = text;
    this.#definitions = definitions;
  }

  /** The token `distance` ahead, 0 for the next, without taking it. */
  peek(distance = 0): Token {
    while (this.#ahead.length <= distance) this.#ahead.push(this.#scan());
    return this.#ahead[distance] as Token;
  }

  /** Takes the next token; at the end of the text it is of kind "end", for ever. */
  next(): Token {
    const token = this.peek();
    this.#ahead.shift();
    return token;
  }

  #scan(): Token {
    COMMENTS_AND_SPACE.lastIndex = this.#position;
    const blank = COMMENTS_AND_SPACE.exec(this.#text);
    if (blank !== null) this.#advance(blank[0]);
    if (this.#position >= this.#text.length) return { kind: "end", text: "", value: NaN, line: this.#line };
    let kind: TokenKind = "punctuation";
    let text = "";
    for (const [candidate, pattern] of PATTERNS) {
      pattern.lastIndex = this.#position;
      const match = pattern.exec(this.#text);
      if (match !== null && match[0].length > text.length) [kind, text] = [candidate, match[0]];
    }
    const line = this.#line;
    if (kind === "punctuation" && '"`'.includes(text)) {
      throw new ScriptError(line, `Cannot find the end of what ${text} begins`);
    }
    this.#advance(text);
    return this.#defined(token(kind, text, line));
  }

  #advance(text: string): void {
    this.#position += text.length;
    for (let i = 0; i < text.length; i++) {
      if (text[i] === "\n") this.#line++;
    }
  }

  #defined(found: Token): Token {
    const replacement = found.kind === "word" ? this.#definitions.get(found.text) : undefined;
    if (replacement === undefined) return found;
    if (replacement.startsWith('"')) return token("string", replacement, found.line);
    if (replacement.startsWith("`")) return token("command", replacement, found.line);
    const number = /^-?[0-9]+$/.test(replacement);
    return token(number ? "integer" : "word", replacement, found.line);
  }
}

function token(kind: TokenKind, raw: string, line: number): Token {
  const delimiter = DELIMITERS[kind] ?? 0;
  const text = delimiter === 0 ? raw : raw.slice(delimiter, -delimiter);
  const isNumber = kind === "float" || kind === "integer" || kind === "hex";
  return { kind, text: kind === "option" ? raw.slice(2) : text, value: isNumber ? Number(raw) : NaN, line };
}
