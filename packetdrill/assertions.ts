/**
 * Runs the Python of `%{ … }%`: assertions on a connection's figures, assignments, prints.
 *
 * @module
 */

import type { Place } from "./errors.ts";
import type { PythonExpression, PythonStatement } from "./python.ts";
import { type Platform, symbolValue } from "./symbols.ts";
import { FIGURE_CONSTANTS, isFigure } from "./tcp_info.ts";

/** What became of the assertions of a snippet. */
export interface CodeOutcome {
  readonly passed: number;
  /** Those that need what is not supported here: a figure that the core does not show, a form that is not run. */
  readonly unchecked: readonly Finding[];
  /** The first that does not hold, or that nothing is left to check by; null when all hold. */
  readonly failure: Finding | null;
}

/** What is to be said of an assertion, and where it stands. */
export interface Finding {
  readonly place: Place;
  readonly text: string;
}

/** Something that is not supported here. */
class UncheckedError extends Error {}

/** A figure of a connection where there is none. */
class NoConnectionError extends Error {}

/** What a snippet may name. */
export interface Names {
  /** The connection's figures at this moment; null when there is no connection, or none any more. */
  readonly figures: ReadonlyMap<string, number> | null;
  /** What snippets assigned; they share it. */
  readonly variables: Map<string, number>;
  /** Whose constants it knows. */
  readonly platform: Platform;
}

/** Runs the statements of a snippet. */
export function runCode(statements: readonly PythonStatement[], names: Names): CodeOutcome {
  let passed = 0;
  const unchecked: Finding[] = [];
  for (const statement of statements) {
    const { place, text } = statement;
    try {
      const failure = runStatement(statement, names);
      if (failure !== null) return { passed, unchecked, failure: { place, text: failure } };
      if (statement.kind === "assert") passed++;
    } catch (error) {
      if (error instanceof NoConnectionError) {
        const failure = { place, text: `Cannot check ${text}: ${error.message}` };
        return { passed, unchecked, failure };
      }
      if (!(error instanceof UncheckedError)) throw error;
      unchecked.push({ place, text: `${text}: ${error.message}` });
      if (statement.kind === "assign") names.variables.delete(statement.name);
    }
  }
  return { passed, unchecked, failure: null };
}

/** Runs one statement. @returns the failure of an assertion, or null */
function runStatement(statement: PythonStatement, names: Names): string | null {
  switch (statement.kind) {
    case "assert": {
      const evaluation = new Evaluation(names);
      if (evaluation.valueOf(statement.test) !== 0) return null;
      return `${statement.text.replace(/^assert\s+/, "")} does not hold: ${evaluation.namesUsed()}`;
    }
    case "assign": {
      const { name, operator } = statement;
      const value = new Evaluation(names).valueOf(statement.value);
      const before = operator === "=" ? 0 : names.variables.get(name) ?? names.figures?.get(name);
      if (before === undefined) throw new UncheckedError(`${name} has no value`);
      names.variables.set(name, operator === "=" ? value : binary(operator.slice(0, -1), before, value));
      return null;
    }
    case "other":
      throw new UncheckedError(`${statement.word} is not supported`);
    case "expression":
    case "import":
    case "nothing":
      return null;
  }
}

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "&": (a, b) => a & b,
  "<<": (a, b) => a * 2 ** b,
  ">>": (a, b) => Math.floor(a / 2 ** b),
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b),
  "%": (a, b) => a - b * Math.floor(a / b),
  "**": (a, b) => a ** b,
};

const FUNCTIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  abs: ([value = 0]) => Math.abs(value),
  int: ([value = 0]) => Math.trunc(value),
  float: ([value = 0]) => value,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
};

const UNSUPPORTED_FUNCTIONS = [
  "all",
  "any",
  "bool",
  "len",
  "pow",
  "print",
  "range",
  "round",
  "sorted",
  "str",
  "sum",
];

/** Functions that a snippet may call. */
export const FUNCTION_NAMES: readonly string[] = [...Object.keys(FUNCTIONS), ...UNSUPPORTED_FUNCTIONS];

/** Python's own constants, and what they count as. */
export const PYTHON_CONSTANTS: ReadonlyMap<string, number> = new Map([["True", 1], ["False", 0]]);

function binary(operator: string, left: number, right: number): number {
  const apply = BINARY[operator];
  if (apply === undefined) throw new UncheckedError(`${operator} is not supported`);
  return apply(left, right);
}

/** Values of expressions; truth is 1 and 0. */
class Evaluation {
  readonly #names: Names;
  readonly #used = new Map<string, number>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** The names looked up so far, with their values. */
  namesUsed(): string {
    return [...this.#used].map(([name, value]) => `${name} is ${value}`).join(", ");
  }

  valueOf(expression: PythonExpression): number {
    switch (expression.kind) {
      case "number":
        return expression.value;
      case "name":
        return this.#named(expression.name);
      case "call": {
        const apply = FUNCTIONS[expression.name];
        if (apply === undefined) throw new UncheckedError(`${expression.name}() is not supported`);
        return apply(expression.arguments.map((each) => this.valueOf(each)));
      }
      case "unary": {
        const value = this.valueOf(expression.operand);
        if (expression.operator === "not") return value === 0 ? 1 : 0;
        return expression.operator === "-" ? -value : expression.operator === "~" ? ~value : value;
      }
      case "binary":
        return this.#binary(expression);
      case "comparison": {
        let left = this.valueOf(expression.first);
        let holds = true;
        for (const { operator, right } of expression.rest) {
          const value = this.valueOf(right);
          holds &&= COMPARISONS[operator]?.(left, value) ?? false;
          left = value;
        }
        return holds ? 1 : 0;
      }
      case "tuple":
      case "text":
        throw new UncheckedError(`${expression.kind}s are not supported`);
      case "other":
        throw new UncheckedError(`${expression.word} is not supported`);
    }
  }

  #binary({ operator, left, right }: Extract<PythonExpression, { kind: "binary" }>): number {
    const value = this.valueOf(left);
    if (operator === "and") return value === 0 ? value : this.valueOf(right);
    if (operator === "or") return value !== 0 ? value : this.valueOf(right);
    return binary(operator, value, this.valueOf(right));
  }

  #named(name: string): number {
    const { variables, figures, platform } = this.#names;
    const constant = PYTHON_CONSTANTS.get(name) ?? FIGURE_CONSTANTS.get(name);
    const value = variables.get(name) ?? figures?.get(name) ?? constant ?? symbolValue(name, platform);
    if (value !== null) {
      this.#used.set(name, value);
      return value;
    }
    if (isFigure(name)) throw new NoConnectionError("there is no connection to look at");
    throw new UncheckedError(`${name} is not supported`);
  }
}
