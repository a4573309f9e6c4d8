/**
 * What can be wrong with a script or with a run of it, each with its place in the text.
 *
 * @module
 */

/** A place in a script: line and column, both from 1. */
export interface Place {
  /** 1 is the first. */
  readonly line: number;
  /** 1 is the first. */
  readonly column: number;
}

/** Where a script begins. */
export const START: Place = { line: 1, column: 1 };

/** A script that cannot be understood: its own mistake, wherever it is run. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
  readonly place: Place;
  /** What would have been right there. */
  readonly expected: string;

  constructor(place: Place, message: string, expected: string) {
    super(message);
    this.place = place;
    this.expected = expected;
  }
}

/** So deep may brackets be nested, and so many operands have one `|` after the other: what reads and runs them calls itself. */
const MOST_LEVELS = 100;

/** @throws ScriptError for what is nested deeper */
export function assertLevel(level: number, place: Place): void {
  if (level <= MOST_LEVELS) return;
  const expected = `at most ${MOST_LEVELS}, of brackets and of operators one after the other`;
  throw new ScriptError(place, "Cannot read an expression of so many levels", expected);
}

/** A script that uses what the language has and this interpreter has not: `word` names it. */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
  readonly place: Place;
  readonly word: string;

  constructor(place: Place, word: string) {
    super(`Not supported: ${word}`);
    this.place = place;
    this.word = word;
  }
}

/** The behaviour differs from what a line says. */
export class FailedError extends Error {
  override readonly name = "FailedError";
  readonly place: Place;
  readonly expected: string | null;
  readonly actual: string | null;

  constructor(place: Place, message: string, expected: string | null = null, actual: string | null = null) {
    super(message);
    this.place = place;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The mistake of a word that is none of `known`; the most similar ones are named. `what` they are: "a system call". */
export function unknownWord(place: Place, word: string, what: string, known: Iterable<string>): ScriptError {
  const words = [...new Set(known)];
  const listed = words.length <= MOST_LISTED ? `${what}: ${words.join(", ")}` : what;
  const similar = similarWords(word, words);
  const hint = similar.length === 0 ? "" : `; did you mean ${similar.join(" or ")}?`;
  return new ScriptError(place, `Cannot read "${word}" as ${what}`, `${listed}${hint}`);
}

/** Words that a message has room for. */
const MOST_LISTED = 16;

/** Edits that a misspelt word is away from what was meant, as a share of its length. */
const EDITS_SHARE = 0.34;

const MOST_SUGGESTIONS = 3;

/** Letters that tell a word by its beginning. */
const LEAST_START = 6;

/** Those of the known words that `word` may have been meant to be, nearest first. */
export function similarWords(word: string, known: Iterable<string>): string[] {
  const limit = Math.max(1, Math.floor(EDITS_SHARE * word.length));
  const found: { readonly candidate: string; readonly edits: number }[] = [];
  for (const candidate of known) {
    const [given, meant] = [word.toLowerCase(), candidate.toLowerCase()];
    // A word may also have been cut short.
    const start = meant.slice(0, given.length + 1);
    const isCut = given.length >= LEAST_START && editDistance(given, start) <= 1;
    const edits = isCut ? 1 : editDistance(given, meant);
    if (edits <= limit) found.push({ candidate, edits });
  }
  const least = Math.min(...found.map(({ edits }) => edits));
  return found.filter(({ edits }) => edits === least).map(({ candidate }) => candidate).sort()
    .slice(0, MOST_SUGGESTIONS);
}

/** Letters to insert, drop, replace, or exchange with their neighbour (Damerau-Levenshtein). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchange = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchanged = isExchange ? at(i - 2, j - 2) + 1 : Infinity;
      row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, exchanged);
    }
  }
  return at(a.length, b.length);
}
