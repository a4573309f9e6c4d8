/**
 * Shows everything with one literal changed, and says whether that is noticed. It runs in the copy whose modules ask for
 * their literals.
 *
 * @module
 */

/** What is asked of the worker. */
export interface Request {
  /** The literal that is another than written; null: none. */
  readonly changed: number | null;
  /** The texts to which a mark is added each, that tells where it is shown. */
  readonly marked?: ReadonlySet<number>;
  /** What to show, until something is noticed. */
  readonly surfaces: readonly string[];
}

/** What became of it. */
export interface Reply {
  readonly noticedBy: string | null;
  /** The literals that were asked for. */
  readonly asked: readonly number[];
  /** The literals whose marks are shown. */
  readonly seen: readonly number[];
}

/** A worker's own scope, as far as it is used here. */
interface Scope {
  __literal: (number: number, value: string | number) => string | number;
  onmessage: (message: MessageEvent<Request>) => void;
  postMessage(reply: Reply): void;
}

const scope = globalThis as unknown as Scope;

let changed: number | null = null;
let marked: ReadonlySet<number> = new Set();
const seen = new Set<number>();
const asked = new Set<number>();

scope.__literal = (number, value) => {
  asked.add(number);
  if (marked.has(number)) return `${value}⟦${number}⟧`;
  if (number !== changed) return value;
  return typeof value === "number" ? value + 1 : `${value}¤`;
};

scope.onmessage = async ({ data }) => {
  changed = data.changed;
  marked = data.marked ?? marked;
  asked.clear();
  seen.clear();
  const noticedBy = await firstNotice(data.surfaces);
  scope.postMessage({ noticedBy, asked: [...asked], seen: [...seen] });
};

async function firstNotice(surfaces: readonly string[]): Promise<string | null> {
  let name = "loading";
  try {
    // Only now, so that what a module makes when it is loaded has the change too.
    const { shownBy } = await import("../surfaces.ts");
    for (name of surfaces) {
      const shown = await shownBy(name);
      for (const [text] of shown) {
        for (const [, number] of text.matchAll(/⟦(\d+)⟧/g)) seen.add(Number(number));
      }
      if (shown.some(([text, golden]) => text !== golden)) return name;
    }
    return null;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.stack : error}`;
  }
}
