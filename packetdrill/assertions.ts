/**
 * A small evaluator for the Python of `%{ … }%`: assertions on a connection's figures, assignments, prints.
 *
 * @module
 */

import { type Platform, symbolValue } from "./symbols.ts";

/** What became of the assertions of a snippet. */
export interface CodeOutcome {
  readonly passed: number;
  /** Those that use a name or a form that is not known here. */
  readonly skipped: readonly string[];
  /** The first that does not hold, with the values of its names; null when all hold. */
  readonly failure: string | null;
}

/** A form or a name that this evaluator does not know. */
class UnknownError extends Error {}

/** What a snippet may name. */
export interface Names {
  /** The connection's figures at this moment. */
  readonly figures: ReadonlyMap<string, number>;
  /** What snippets assigned; they share it. */
  readonly variables: Map<string, number>;
  /** Whose constants it knows. */
  readonly platform: Platform;
}

/** Runs the snippet. */
export function runCode(text: string, names: Names): CodeOutcome {
  let passed = 0;
  const skipped: string[] = [];
  for (const statement of splitStatements(text)) {
    try {
      const failure = runStatement(statement, names);
      if (failure !== null) return { passed, skipped, failure };
      if (statement.startsWith("assert")) passed++;
    } catch (error) {
      if (!(error instanceof UnknownError)) throw error;
      skipped.push(`${statement}: ${error.message}`);
      const target = /^(\w+)\s*=[^=]/.exec(statement)?.[1];
      if (target !== undefined) names.variables.delete(target);
    }
  }
  return { passed, skipped, failure: null };
}

/** Statements end at line ends and semicolons outside quotes and parentheses; `#` begins a comment. */
function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let statement = "";
  let depth = 0;
  for (
    const [piece] of text.replace(/\\\r?\n/g, " ").matchAll(/'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|#[^\n]*|[\s\S]/g)
  ) {
    if (piece.startsWith("#")) continue;
    if (depth === 0 && (piece === ";" || piece === "\n")) {
      statements.push(statement);
      statement = "";
      continue;
    }
    if ("([{".includes(piece)) depth++;
    if (")]}".includes(piece)) depth--;
    statement += piece;
  }
  statements.push(statement);
  return statements.map((each) => each.trim()).filter((each) => each !== "");
}

/** Runs one statement. @returns the failure of an assertion, or null */
function runStatement(statement: string, names: Names): string | null {
  const { figures, variables } = names;
  const assertion = /^assert\b\s*([\s\S]*)$/.exec(statement)?.[1];
  if (assertion !== undefined) {
    const reader = new Reader(assertion, names);
    if (reader.whole() !== 0) return null;
    return `${assertion} does not hold: ${reader.namesUsed()}`;
  }
  if (/^(print\b|import\b|pass\b)/.test(statement)) return null;
  const [, name, operator, value] = /^(\w+)\s*([-+*/]?=)(?!=)\s*([\s\S]+)$/.exec(statement) ?? [];
  if (name === undefined || value === undefined) throw new UnknownError("this is not a form that is known");
  const amount = new Reader(value, names).whole();
  const before = variables.get(name) ?? figures.get(name);
  if (operator === "=") variables.set(name, amount);
  else if (before === undefined) throw new UnknownError(`${name} is not known`);
  else if (operator === "+=") variables.set(name, before + amount);
  else if (operator === "-=") variables.set(name, before - amount);
  else throw new UnknownError(`${operator} is not known`);
  return null;
}

const TOKEN =
  /\s*(?:(0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|([A-Za-z_]\w*)|(<=|>=|==|!=|<<|>>|\/\/|[-+*/%&|^~<>(),]))/y;

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** Python's binary operators by how tightly they bind, loosest first. */
const LEVELS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { "|": (a, b) => a | b },
  { "^": (a, b) => a ^ b },
  { "&": (a, b) => a & b },
  { "<<": (a, b) => a * 2 ** b, ">>": (a, b) => Math.floor(a / 2 ** b) },
  { "+": (a, b) => a + b, "-": (a, b) => a - b },
  {
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "//": (a, b) => Math.floor(a / b),
    "%": (a, b) => a - b * Math.floor(a / b),
  },
];

/** Evaluates an expression as it reads it; truth is 1 and 0. Stops at a comma or what it cannot use. */
class Reader {
  readonly #text: string;
  readonly #names: Names;
  readonly #used = new Map<string, number>();
  #position = 0;

  constructor(text: string, names: Names) {
    this.#text = text;
    this.#names = names;
  }

  /** The names looked up so far, with their values. */
  namesUsed(): string {
    return [...this.#used].map(([name, value]) => `${name} is ${value}`).join(", ");
  }

  /** The value of everything up to a comma, behind which an assertion has its message. */
  whole(): number {
    const value = this.expression();
    if (!/^\s*(,|$)/.test(this.#text.slice(this.#position))) {
      throw new UnknownError("this is not a form that is known");
    }
    return value;
  }

  expression(): number {
    let value = this.#conjunction();
    while (this.#take("or")) {
      const right = this.#conjunction();
      value = value !== 0 ? value : right;
    }
    return value;
  }

  #conjunction(): number {
    let value = this.#negation();
    while (this.#take("and")) {
      const right = this.#negation();
      value = value === 0 ? value : right;
    }
    return value;
  }

  #negation(): number {
    return this.#take("not") ? (this.#negation() === 0 ? 1 : 0) : this.#comparison();
  }

  /** `a <= b <= c` compares each with the next. */
  #comparison(): number {
    let left = this.#binary(0);
    let holds = true;
    let compared = false;
    for (;;) {
      const operator = Object.keys(COMPARISONS).find((each) => this.#peek() === each);
      if (operator === undefined) return compared ? (holds ? 1 : 0) : left;
      this.#take(operator);
      const right = this.#binary(0);
      holds &&= (COMPARISONS[operator] as (a: number, b: number) => boolean)(left, right);
      left = right;
      compared = true;
    }
  }

  #binary(level: number): number {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let value = this.#binary(level + 1);
    for (;;) {
      const operator = this.#peek();
      const apply = operator === null ? undefined : operators[operator];
      if (operator === null || apply === undefined) return value;
      this.#take(operator);
      value = apply(value, this.#binary(level + 1));
    }
  }

  #unary(): number {
    if (this.#take("-")) return -this.#unary();
    if (this.#take("+")) return this.#unary();
    if (this.#take("~")) return ~this.#unary();
    if (this.#take("(")) {
      const value = this.expression();
      if (!this.#take(")")) throw new UnknownError("this is not a form that is known");
      return value;
    }
    return this.#atom();
  }

  #atom(): number {
    const token = this.#peek();
    if (token === null) throw new UnknownError("this is not a form that is known");
    this.#take(token);
    if (/^\d/.test(token)) return Number(token);
    if (token === "True") return 1;
    if (token === "False") return 0;
    if (this.#peek() === "(") return this.#call(token);
    const { variables, figures, platform } = this.#names;
    const value = variables.get(token) ?? figures.get(token) ?? symbolValue(token, platform);
    if (value === null || value === undefined) throw new UnknownError(`${token} is not known`);
    this.#used.set(token, value);
    return value;
  }

  #call(name: string): number {
    const functions: Readonly<Record<string, (values: number[]) => number>> = {
      abs: ([value = 0]) => Math.abs(value),
      int: ([value = 0]) => Math.trunc(value),
      min: (values) => Math.min(...values),
      max: (values) => Math.max(...values),
    };
    const apply = functions[name];
    if (apply === undefined) throw new UnknownError(`${name}() is not known`);
    this.#take("(");
    const values = [this.expression()];
    while (this.#take(",")) values.push(this.expression());
    if (!this.#take(")")) throw new UnknownError("this is not a form that is known");
    return apply(values);
  }

  #peek(): string | null {
    TOKEN.lastIndex = this.#position;
    const match = TOKEN.exec(this.#text);
    return match === null ? null : match[1] ?? match[2] ?? match[3] ?? null;
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    TOKEN.lastIndex = this.#position;
    TOKEN.exec(this.#text);
    this.#position = TOKEN.lastIndex;
    return true;
  }
}
