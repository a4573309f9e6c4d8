/**
 * Finds the literals of a module that stand for values when it runs: texts, pieces of templates, numbers.
 *
 * @module
 */

/** A literal, or a piece of a template. */
export interface Literal {
  readonly kind: "text" | "piece" | "number";
  /** Where it stands; of a text with its quotes, of a piece without what surrounds it. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** As it is written. */
  readonly source: string;
}

/** Before these a slash begins a regular expression. */
const BEFORE_REGEX = /^([(,=:[!&|?{};+<>]|=>|return|)$/;

/** After these a literal is a name of something and not said: a module, a type, a case, what something is compared with. */
const NAMED_AFTER = /^(from|import|case|type|as|in|===|!==|\||&|<|keyof)$/;
/** Before these it is a name too: a type's, or what is compared. */
const NAMED_BEFORE = /^(===|!==|\||in|>)$/;

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|===|!==|=>|\.\.\.|\d[\d_]*(?:\.\d+)?(?:e\d+)?|0x[\da-f]+|[\p{L}_$#@][\p{L}\p{N}_$]*|\s+|[^]/yu;

interface Piece {
  readonly text: string;
  readonly at: number;
  readonly kind: Literal["kind"] | null;
}

/** The literals of a module's text, in its order. */
export function literalsOf(module: string): readonly Literal[] {
  const pieces: Piece[] = [];
  scan(module, 0, pieces, false);
  const typed = typeRanges(module, pieces);
  const lines = lineCounter(module);
  return pieces.flatMap((piece, i) => {
    const { kind, at, text } = piece;
    if (kind === null || typed.some(([from, to]) => at >= from && at < to)) return [];
    const before = pieces[i - 1]?.text ?? "";
    const after = pieces[i + 1]?.text ?? "";
    if (kind !== "piece") {
      if (NAMED_AFTER.test(before) || NAMED_BEFORE.test(after)) return [];
      if (after === ":" && /^[{,]$/.test(before)) return [];
      if (before === "-" && pieces[i - 2]?.text === "|") return [];
      // A member's type: `TheRecord["member"]`.
      if (before === "[" && after === "]" && /^\w/.test(pieces[i - 2]?.text ?? "")) return [];
    }
    return [{ kind, start: at, end: at + text.length, line: lines(at), source: text }];
  });
}

/** Takes the text apart from `at`. @returns where it ended: at the text's end, or behind the brace that ends an insertion */
function scan(module: string, at: number, pieces: Piece[], isInsertion: boolean): number {
  let depth = 0;
  for (let i = at; i < module.length;) {
    const last = pieces.at(-1)?.text ?? "";
    const char = module[i] as string;
    if (char === "`") {
      i = template(module, i, pieces);
      continue;
    }
    if (char === '"') {
      const end = stringEnd(module, i);
      pieces.push({ text: module.slice(i, end), at: i, kind: "text" });
      i = end;
      continue;
    }
    const isComment = module.startsWith("//", i) || module.startsWith("/*", i);
    if (char === "/" && !isComment && BEFORE_REGEX.test(last)) {
      const end = regexEnd(module, i);
      pieces.push({ text: module.slice(i, end), at: i, kind: null });
      i = end;
      continue;
    }
    TOKEN.lastIndex = i;
    const text = TOKEN.exec(module)?.[0] ?? char;
    i += text.length;
    if (isComment || /^\s/.test(text)) continue;
    if (text === "{") depth++;
    if (text === "}") {
      if (isInsertion && depth === 0) return i;
      depth--;
    }
    pieces.push({ text, at: i - text.length, kind: /^\d/.test(text) ? "number" : null });
  }
  return module.length;
}

function template(module: string, start: number, pieces: Piece[]): number {
  pieces.push({ text: "`", at: start, kind: null });
  let from = start + 1;
  for (let i = from; i < module.length; i++) {
    const ends = module[i] === "`";
    if (module[i] === "\\") i++;
    else if (ends || module.startsWith("${", i)) {
      if (i > from) pieces.push({ text: module.slice(from, i), at: from, kind: "piece" });
      if (ends) {
        pieces.push({ text: "`", at: i, kind: null });
        return i + 1;
      }
      pieces.push({ text: "${", at: i, kind: null });
      from = scan(module, i + 2, pieces, true);
      pieces.push({ text: "}", at: from - 1, kind: null });
      i = from - 1;
    }
  }
  return module.length;
}

function stringEnd(module: string, start: number): number {
  for (let i = start + 1; i < module.length; i++) {
    if (module[i] === "\\") i++;
    else if (module[i] === '"') return i + 1;
  }
  return module.length;
}

function regexEnd(module: string, start: number): number {
  let inClass = false;
  let i = start + 1;
  for (; i < module.length; i++) {
    const char = module[i];
    if (char === "\\") i++;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "/" && !inClass) break;
  }
  return i + 1;
}

/** Where types and interfaces are declared, and modules named. */
function typeRanges(module: string, pieces: readonly Piece[]): readonly (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  const declaration = /^(?:export )?(?:type \w+[^=\n]*=|interface |import |export (?:type )?[{*])/gm;
  for (const { index, 0: head } of module.matchAll(declaration)) {
    const isInterface = head.includes("interface");
    let depth = 0;
    const end = pieces.find(({ text, at }) => {
      if (at < index) return false;
      if (text === "{") depth++;
      if (text === "}") depth--;
      return depth === 0 && (isInterface ? text === "}" : text === ";");
    });
    ranges.push([index, end?.at ?? module.length]);
  }
  for (const { index, 0: text } of module.matchAll(/\b(?:Extract|Pick|Omit|Exclude)<[^>]*>/g)) {
    ranges.push([index, index + text.length]);
  }
  return ranges;
}

function lineCounter(text: string): (at: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (at) => starts.filter((start) => start <= at).length;
}

/** The module with each literal asked for as the program runs: `__literal(12, "text")`. Numbers from `first` on. */
export function instrumented(module: string, literals: readonly Literal[], first: number): string {
  let text = "";
  let at = 0;
  literals.forEach(({ kind, start, end, source }, i) => {
    const value = kind === "piece" ? `\`${source}\`` : source;
    const asked = `__literal(${first + i}, ${value})`;
    text += module.slice(at, start) + (kind === "piece" ? `\${${asked}}` : asked);
    at = end;
  });
  return text + module.slice(at);
}
