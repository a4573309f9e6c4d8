/**
 * Reads the Python of `%{ … }%`, as much of it as scripts use: assertions, assignments, prints, and expressions of numbers.
 *
 * @module
 */

import { assertLevel, type Place, ScriptError, unknownWord } from "./errors.ts";

/** An expression. */
export type PythonExpression = PythonForm & { readonly place: Place };

type PythonForm =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly PythonExpression[] }
  | { readonly kind: "tuple"; readonly items: readonly PythonExpression[] }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: PythonExpression }
  | { readonly kind: "binary"; readonly operator: string } & Operands
  | { readonly kind: "comparison"; readonly first: PythonExpression; readonly rest: readonly Comparison[] }
  /** What Python has and is not evaluated here: attributes, subscripts, conditions within expressions. */
  | { readonly kind: "other"; readonly word: string; readonly parts: readonly PythonExpression[] };

interface Operands {
  readonly left: PythonExpression;
  readonly right: PythonExpression;
}

/** `a < b < c` has two. */
export interface Comparison {
  readonly operator: string;
  readonly right: PythonExpression;
}

/** A statement, with its text for messages. */
export type PythonStatement = StatementForm & { readonly place: Place; readonly text: string };

type StatementForm =
  | { readonly kind: "assert"; readonly test: PythonExpression; readonly message: PythonExpression | null }
  | {
    readonly kind: "assign";
    readonly name: string;
    readonly operator: string;
    readonly value: PythonExpression;
  }
  | { readonly kind: "expression"; readonly value: PythonExpression }
  | { readonly kind: "import"; readonly modules: readonly string[] }
  | { readonly kind: "nothing" }
  /** A statement that Python has and is not run here. */
  | { readonly kind: "other"; readonly word: string };

interface Token {
  readonly kind: "number" | "text" | "name" | "sign" | "end";
  readonly text: string;
  readonly place: Place;
  readonly start: number;
}

const TOKEN =
  /[ \t\r]+|\\\r?\n|#[^\n]*|(?<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w))|(?<name>[A-Za-z_]\w*)|(?<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|(?<sign>\n|;|\*\*|\/\/|<<|>>|<=|>=|==|!=|[-+*/%]=|[-+*/%&|^~<>=(),.:[\]{}])/y;

/** Statements of which the rest of the snippet may be the body. */
const COMPOUND = new Set(["if", "for", "while", "def", "class", "with", "try"]);
const SIMPLE = new Set(["from", "global", "del", "raise", "return", "break", "continue", "nonlocal"]);

/** The statements that are run here. */
const STATEMENTS = ["assert", "import", "pass", "print()", "NAME = VALUE"];

const EXPECTED_STATEMENT = "assert, an assignment or print()";

/** Python's binary operators by how tightly they bind, loosest first. */
const LEVELS: readonly (readonly string[])[] = [["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], [
  "*",
  "/",
  "//",
  "%",
]];

const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];

const ASSIGNMENTS = ["=", "+=", "-=", "*=", "/=", "%="];

/** Reads the statements of a snippet; `place`: of its first octet. @throws ScriptError for what is not Python */
export function parsePython(text: string, place: Place): readonly PythonStatement[] {
  return new Reader(text, place).statements();
}

function tokensOf(text: string, place: Place): Token[] {
  const tokens: Token[] = [];
  let { line, column } = place;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const here = { line, column };
    if (match === null) {
      const what = `'"`.includes(text[at] ?? "")
        ? "Cannot find the end of the text"
        : `Cannot read "${text[at]}"`;
      throw new ScriptError(here, `${what} in this code`, EXPECTED_STATEMENT);
    }
    const kind = (["number", "name", "text", "sign"] as const).find((it) => match.groups?.[it] !== undefined);
    if (kind !== undefined) tokens.push({ kind, text: match[0], place: here, start: at });
    at += match[0].length;
    const lines = match[0].split("\n");
    line += lines.length - 1;
    column = lines.length === 1 ? column + match[0].length : (lines.at(-1) ?? "").length + 1;
  }
  tokens.push({ kind: "end", text: "", place: { line, column }, start: text.length });
  return tokens;
}

class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  /** Line ends within parentheses mean nothing. */
  #depth = 0;
  /** How deep what is read is nested in brackets, conditions and signs. */
  #level = 0;

  constructor(text: string, place: Place) {
    this.#text = text;
    this.#tokens = tokensOf(text, place);
  }

  statements(): PythonStatement[] {
    const found: PythonStatement[] = [];
    for (;;) {
      while (this.#take("\n") || this.#take(";"));
      if (this.#peek().kind === "end") return found;
      const { place, start } = this.#peek();
      const form = this.#statement();
      const end = this.#peek();
      if (end.kind !== "end" && end.text !== "\n" && end.text !== ";") {
        this.#refuse("the end of the statement");
      }
      found.push({ ...form, place, text: this.#text.slice(start, end.start).trim() });
    }
  }

  #statement(): StatementForm {
    const { text, kind } = this.#peek();
    if (COMPOUND.has(text)) {
      this.#next = this.#tokens.length - 1;
      return { kind: "other", word: text };
    }
    if (SIMPLE.has(text)) {
      while (!["\n", ";", ""].includes(this.#peek().text)) this.#next++;
      return { kind: "other", word: text };
    }
    if (this.#take("pass")) return { kind: "nothing" };
    if (this.#take("import")) {
      const modules: string[] = [];
      do modules.push(this.#name("the name of a module")); while (this.#take(","));
      return { kind: "import", modules };
    }
    if (this.#take("assert")) {
      const test = this.#expression();
      return { kind: "assert", test, message: this.#take(",") ? this.#expression() : null };
    }
    const operator = this.#tokens[this.#next + 1]?.text ?? "";
    if (kind === "name" && ASSIGNMENTS.includes(operator)) {
      this.#next += 2;
      return { kind: "assign", name: text, operator, value: this.#expression() };
    }
    const value = this.#expression();
    if (value.kind === "name") throw unknownWord(value.place, value.name, "a statement", STATEMENTS);
    return { kind: "expression", value };
  }

  #expression(): PythonExpression {
    return this.#deeper(() => this.#conditional());
  }

  #conditional(): PythonExpression {
    const value = this.#disjunction();
    const { place } = value;
    if (!this.#take("if")) return value;
    const parts = [value, this.#disjunction()];
    if (!this.#take("else")) this.#refuse("else");
    return { kind: "other", word: "if … else", parts: [...parts, this.#expression()], place };
  }

  #disjunction(): PythonExpression {
    return this.#chain(["or"], () => this.#chain(["and"], () => this.#negation()));
  }

  #negation(): PythonExpression {
    const { place } = this.#peek();
    if (!this.#take("not")) return this.#comparison();
    return { kind: "unary", operator: "not", operand: this.#deeper(() => this.#negation()), place };
  }

  #comparison(): PythonExpression {
    const first = this.#binary(0);
    const rest: Comparison[] = [];
    for (;;) {
      const operator = COMPARISONS.find((each) => this.#take(each));
      if (operator === undefined) break;
      rest.push({ operator, right: this.#binary(0) });
    }
    const { place } = first;
    if (["in", "is"].includes(this.#peek().text)) {
      const word = this.#peek().text;
      this.#next++;
      this.#take("not");
      return { kind: "other", word, parts: [first, this.#binary(0)], place };
    }
    return rest.length === 0 ? first : { kind: "comparison", first, rest, place };
  }

  #binary(level: number): PythonExpression {
    const operators = LEVELS[level];
    return operators === undefined ? this.#unary() : this.#chain(operators, () => this.#binary(level + 1));
  }

  #chain(operators: readonly string[], part: () => PythonExpression): PythonExpression {
    let left = part();
    for (let level = this.#level;; level++) {
      const operator = operators.find((each) => this.#take(each));
      if (operator === undefined) return left;
      assertLevel(level, left.place);
      left = { kind: "binary", operator, left, right: part(), place: left.place };
    }
  }

  #unary(): PythonExpression {
    const { place } = this.#peek();
    const operator = ["-", "+", "~"].find((each) => this.#take(each));
    if (operator !== undefined) {
      return { kind: "unary", operator, operand: this.#deeper(() => this.#unary()), place };
    }
    const base = this.#trailed(this.#atom());
    return this.#take("**")
      ? { kind: "binary", operator: "**", left: base, right: this.#deeper(() => this.#unary()), place }
      : base;
  }

  /** `.name` and `[…]` behind an atom. */
  #trailed(atom: PythonExpression): PythonExpression {
    let value = atom;
    const { place } = atom;
    for (let level = this.#level;; level++) {
      assertLevel(level, place);
      if (this.#take(".")) {
        this.#name("the name of an attribute");
        const given = this.#take("(") ? this.#items(")") : [];
        value = { kind: "other", word: ".", parts: [value, ...given], place };
      } else if (this.#take("[")) {
        value = { kind: "other", word: "[]", parts: [value, ...this.#items("]")], place };
      } else return value;
    }
  }

  #atom(): PythonExpression {
    const { kind, text, place } = this.#peek();
    if (kind === "number") {
      this.#next++;
      return { kind, value: Number(text), place };
    }
    if (kind === "text") {
      while (this.#peek().kind === "text") this.#next++;
      return { kind, text: text.slice(1, -1), place };
    }
    if (kind === "name") {
      this.#next++;
      return this.#take("(") ? { kind: "call", name: text, arguments: this.#items(")"), place } : {
        kind: "name",
        name: text,
        place,
      };
    }
    if (this.#take("(")) {
      const items = this.#items(")");
      const [only] = items;
      return only !== undefined && items.length === 1 ? only : { kind: "tuple", items, place };
    }
    if (this.#take("[")) return { kind: "tuple", items: this.#items("]"), place };
    return this.#refuse("a number, a name or a text");
  }

  #items(close: string): PythonExpression[] {
    const items: PythonExpression[] = [];
    this.#depth++;
    while (!this.#isAhead(close)) {
      items.push(this.#expression());
      if (this.#isAhead(close)) break;
      if (!this.#take(",")) this.#refuse(`, or ${close}`);
    }
    this.#depth--;
    this.#take(close);
    return items;
  }

  /** @throws ScriptError for what is nested deeper than can be read */
  #deeper(read: () => PythonExpression): PythonExpression {
    assertLevel(++this.#level, this.#peek().place);
    const value = read();
    this.#level--;
    return value;
  }

  #name(expected: string): string {
    const { kind, text } = this.#peek();
    if (kind !== "name") this.#refuse(expected);
    this.#next++;
    return text;
  }

  #peek(): Token {
    while (this.#depth > 0 && this.#tokens[this.#next]?.text === "\n") this.#next++;
    return this.#tokens[this.#next] as Token;
  }

  #isAhead(text: string): boolean {
    const token = this.#peek();
    return token.kind !== "text" && token.kind !== "end" && token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#isAhead(text)) return false;
    this.#next++;
    return true;
  }

  #refuse(expected: string): never {
    const { kind, text, place } = this.#peek();
    const what = kind === "end" ? "the end of the code" : text === "\n" ? "the end of the line" : `"${text}"`;
    throw new ScriptError(place, `Cannot read ${what} here`, expected);
  }
}
