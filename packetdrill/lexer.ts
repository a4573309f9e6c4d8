/**
 * Splits a script into words: the longest match wins, and of equals the first kind in the table.
 *
 * @module
 */

import { type Place, ScriptError, START } from "./errors.ts";

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
  readonly place: Place;
  /** Whether it is the first of its line. */
  readonly isFirst: boolean;
  /** Where the token before it ends. */
  readonly behind: Place;
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
  ["string", /"(?:\\[^\n]|[^"\\\n])*"/y],
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

/** What begins something that has an end, with that end and what it is. */
const UNFINISHED: readonly (readonly [start: string, end: string, what: string])[] = [
  ["/*", "*/", "comment"],
  ["%{", "}%", "code"],
  ['"', '"', "string"],
  ["`", "`", "command"],
];

/** Reads tokens one by one, with any look-ahead; words that are defined are replaced by what they stand for. */
export class Lexer {
  readonly #text: string;
  readonly #definitions: Map<string, string>;
  #position = 0;
  #line = 1;
  #lineStart = 0;
  #lastLine = 0;
  #lastEnd: Place = START;
  readonly #ahead: Token[] = [];

  /** Borrows `definitions`: what is added to it later holds for words not yet looked at. */
  constructor(text: string, definitions: Map<string, string> = new Map()) {
    this.#text = text;
    this.#definitions = definitions;
  }

  /** The token `distance` ahead, 0 for the next, without taking it. @throws ScriptError for what never ends */
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
    if (this.#position >= this.#text.length) return this.#token("end", "");
    let kind: TokenKind = "punctuation";
    let text = "";
    for (const [candidate, pattern] of PATTERNS) {
      pattern.lastIndex = this.#position;
      const match = pattern.exec(this.#text);
      if (match !== null && match[0].length > text.length) [kind, text] = [candidate, match[0]];
    }
    if (kind === "punctuation") this.#refuseUnfinished();
    return this.#defined(this.#token(kind, text));
  }

  #refuseUnfinished(): void {
    for (const [start, end, what] of UNFINISHED) {
      if (!this.#text.startsWith(start, this.#position)) continue;
      throw new ScriptError(this.#place, `Cannot find the end of the ${what} that begins here`, end);
    }
  }

  get #place(): Place {
    return { line: this.#line, column: this.#position - this.#lineStart + 1 };
  }

  /** Takes `raw` from the text. */
  #token(kind: TokenKind, raw: string): Token {
    const context = { place: this.#place, isFirst: this.#line !== this.#lastLine, behind: this.#lastEnd };
    this.#advance(raw);
    this.#lastLine = this.#line;
    this.#lastEnd = this.#place;
    return tokenOf(kind, raw, context);
  }

  #advance(text: string): void {
    for (let i = 0; i < text.length; i++) {
      if (text[i] !== "\n") continue;
      this.#line++;
      this.#lineStart = this.#position + i + 1;
    }
    this.#position += text.length;
  }

  #defined(found: Token): Token {
    const replacement = found.kind === "word" ? this.#definitions.get(found.text) : undefined;
    if (replacement === undefined) return found;
    if (replacement.startsWith('"')) return tokenOf("string", replacement, found);
    if (replacement.startsWith("`")) return tokenOf("command", replacement, found);
    const number = /^-?[0-9]+$/.test(replacement);
    return tokenOf(number ? "integer" : "word", replacement, found);
  }
}

function tokenOf(kind: TokenKind, raw: string, context: Pick<Token, "place" | "isFirst" | "behind">): Token {
  const delimiter = DELIMITERS[kind] ?? 0;
  const text = delimiter === 0 ? raw : raw.slice(delimiter, -delimiter);
  const isNumber = kind === "float" || kind === "integer" || kind === "hex";
  const { place, isFirst, behind } = context;
  return {
    kind,
    text: kind === "option" ? raw.slice(2) : text,
    value: isNumber ? Number(raw) : NaN,
    place,
    isFirst,
    behind,
  };
}
