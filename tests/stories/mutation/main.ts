/**
 * Changes what people are shown, one thing at a time, and looks whether a golden text of the stories notices:
 * `deno task mutate:stories [PART OF A MODULE'S NAME]…`.
 *
 * The catalogue: sentence, label, rule and condition of each claim. The modules that put texts and pictures together: each
 * literal, in a copy of the project in which modules ask for their literals, so that one run of a story tells of a change.
 * Prints what nobody noticed, and fails if there is anything. Each change has a bounded time; one that takes longer, twice, has
 * been noticed by nobody.
 *
 * @module
 */

import { type CatalogueEntry, claimsOf, FINDINGS, NOTES } from "../../../trace/catalogue.ts";
import { capturesPage } from "../captures_page.ts";
import { FirstTold, TABLES, toldOfAll, toldPage } from "../told.ts";
import { situationsPage } from "../situations_page.ts";
import { STORIES } from "../stories.ts";
import { surfaceNames } from "../surfaces.ts";
import { instrumented, type Literal, literalsOf } from "./literals.ts";
import { isExcused, MODULES } from "./modules.ts";
import type { Reply, Request } from "./worker.ts";

const ROOT = new URL("../../../", import.meta.url);
/** What the claims are chosen by. */
const CATALOGUE = "trace/catalogue";
const LEFT_OUT = [".git", "docs", "node_modules", "build", "bench", "e2e"];
/** By how much longer than everything takes unchanged a change may take before it is given up, as noticed by nothing. */
const PATIENCE = 5;
/** What is said to have noticed a change that was given up. */
const NOBODY = "waiting";
/** The same before it is known how long everything takes, milliseconds. */
const FIRST_PATIENCE = 600_000;

/** A change to a module's text. */
interface Mutant extends Literal {
  readonly number: number;
  readonly module: string;
}

/** A worker that answers one request after the other. */
class Shower {
  /** Milliseconds that an answer may take. */
  static patience = FIRST_PATIENCE;
  readonly #worker: Worker;

  constructor(url: URL) {
    this.#worker = new Worker(url, { type: "module" });
  }

  ask(request: Request): Promise<Reply> {
    return new Promise((resolve) => {
      const noticed = (by: string) => resolve({ noticedBy: by, asked: [], seen: [] });
      const timer = setTimeout(() => noticed(NOBODY), Shower.patience);
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        clearTimeout(timer);
        resolve(data);
      };
      this.#worker.onerror = (event) => {
        event.preventDefault();
        clearTimeout(timer);
        noticed("loading");
      };
      this.#worker.postMessage(request);
    });
  }

  close(): void {
    this.#worker.terminate();
  }
}

function copyFolder(from: URL, to: URL): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory, isFile } of Deno.readDirSync(from)) {
    if (LEFT_OUT.includes(name)) continue;
    if (isDirectory) copyFolder(new URL(`${name}/`, from), new URL(`${name}/`, to));
    else if (isFile) Deno.copyFileSync(new URL(name, from), new URL(name, to));
  }
}

/** Changes each claim of the catalogue in place. @returns what nobody noticed, and how many changes there were */
async function changeCatalogue(): Promise<{ readonly survivors: readonly string[]; readonly count: number }> {
  const told = await toldOfAll({ keepsAll: true });
  const page = toldPage(told);
  const situations = situationsPage();
  const survivors: string[] = [];
  let count = 0;
  for (const [table, entries] of Object.entries(TABLES)) {
    for (const [code, entry] of Object.entries(entries)) {
      claimsOf(entry).forEach((claim, i) => {
        const changes: Partial<CatalogueEntry>[] = [
          { sentence: `${claim.sentence}¤` },
          { label: `${claim.label}¤` },
          { rule: `${claim.rule}¤` },
          ...claim.when === undefined ? [] : [{ when: () => true }, { when: () => false }],
        ];
        for (const change of changes) {
          count++;
          const [field = ""] = Object.keys(change);
          const original = { ...claim };
          Object.assign(claim, change);
          const isSame = toldPage(field === "when" ? retold(told, code) : told) === page;
          if (isSame && (field !== "when" || situationsPage() === situations)) {
            survivors.push(`${table} ${code}, claim ${i}: ${field} ${change.when?.toString() ?? ""}`);
          }
          Object.assign(claim, original);
        }
      });
    }
  }
  return { survivors, count };
}

/** Changes each claim about captures of others in place. */
function changeFindings(): { readonly survivors: readonly string[]; readonly count: number } {
  const page = capturesPage();
  const survivors: string[] = [];
  let count = 0;
  for (const [code, entry] of Object.entries({ ...FINDINGS, ...NOTES })) {
    for (const field of ["sentence", "label", "rule"] as const) {
      count++;
      const original = { ...entry };
      Object.assign(entry, { [field]: `${entry[field]}¤` });
      if (capturesPage() === page) survivors.push(`FINDINGS or NOTES ${code}: ${field}`);
      Object.assign(entry, original);
    }
  }
  return { survivors, count };
}

/** The first tellings once more, of the events that told one code. */
function retold(told: FirstTold, code: string): FirstTold {
  const again = new FirstTold();
  for (const [claim, telling] of told.tellings) {
    if (telling.code !== code) again.tellings.set(claim, telling);
  }
  for (const { event, connection, lacksVariables } of told.all.get(code) ?? []) {
    again.lacksVariables = lacksVariables;
    again.event(event, connection);
  }
  return again;
}

/** A copy of the project in which these modules ask for their literals. */
function instrumentedCopy(folder: URL, modules: ReadonlySet<string>): readonly Mutant[] {
  copyFolder(ROOT, folder);
  const mutants: Mutant[] = [];
  for (const [module, kinds] of MODULES) {
    if (!modules.has(module)) continue;
    const url = new URL(module, folder);
    const text = Deno.readTextFileSync(url);
    const literals = literalsOf(text).filter((literal) =>
      kinds.includes(literal.kind === "number" ? "numbers" : "texts") && !isExcused(module, literal)
    );
    Deno.writeTextFileSync(url, instrumented(text, literals, mutants.length));
    literals.forEach((literal) => mutants.push({ ...literal, module, number: mutants.length }));
  }
  return mutants;
}

/** Marks all texts that read like ones at once. @returns those whose marks are shown: a change of theirs is, too */
async function seenByMarks(
  mutants: readonly Mutant[],
  names: readonly string[],
  worker: URL,
): Promise<ReadonlySet<number>> {
  const texts = mutants.filter(({ kind, source }) => kind !== "number" && /[^\w"-]/.test(source));
  const marked = new Set(texts.map(({ number }) => number));
  const seen = new Set<number>();
  const shower = new Shower(worker);
  for (const name of names) {
    for (const number of (await shower.ask({ changed: null, marked, surfaces: [name] })).seen) {
      seen.add(number);
    }
  }
  shower.close();
  return seen;
}

/** A worker whose modules are loaded unchanged. */
async function loaded(worker: URL): Promise<Shower> {
  const shower = new Shower(worker);
  await shower.ask({ changed: null, surfaces: ["glossary", ...STORIES.slice(0, 1).map(({ name }) => name)] });
  return shower;
}

/** Changes each literal. @returns what nobody noticed */
async function changeLiterals(mutants: readonly Mutant[], worker: URL): Promise<readonly Mutant[]> {
  // What is told of each claim takes longer than all the rest: it is only looked at for marks.
  const names = surfaceNames(STORIES.map(({ name }) => name)).filter((name) => name !== "told");
  const shownBy = new Map<number, string[]>();
  const loadedBy = new Map<number, string>();
  const first = new Shower(worker);
  const begun = performance.now();
  for (const round of ["loading", "showing"]) {
    for (const name of names) {
      const { asked, noticedBy } = await first.ask({ changed: null, surfaces: [name] });
      if (noticedBy !== null) throw new Error(`Unchanged, ${noticedBy} is not as the golden texts have it`);
      for (const number of asked) {
        if (round === "showing") shownBy.set(number, [...shownBy.get(number) ?? [], name]);
        else if (!loadedBy.has(number)) loadedBy.set(number, name);
      }
    }
  }
  first.close();
  const patience = PATIENCE * (performance.now() - begun);
  const seen = await seenByMarks(mutants, [...names, "told"], worker);
  Shower.patience = patience;
  const left: Mutant[] = [];
  const waiting = mutants.filter(({ number }) => !seen.has(number));
  if (isVerbose) print(`${waiting.length} of ${mutants.length} are not shown as they are`);
  const survivors: Mutant[] = [];
  await inParallel(async () => {
    let shower = await loaded(worker);
    for (let mutant = waiting.pop(); mutant !== undefined; mutant = waiting.pop()) {
      const surfaces = shownBy.get(mutant.number) ?? [];
      const { noticedBy } = await shower.ask({ changed: mutant.number, surfaces });
      if (noticedBy === null || noticedBy === NOBODY) left.push(mutant);
      if (noticedBy !== NOBODY) continue;
      shower.close();
      shower = await loaded(worker);
    }
    shower.close();
  });
  if (isVerbose) print(`${left.length} of ${mutants.length} are not noticed by then`);
  // What is made when a module is loaded, or kept from the time before, takes a worker of its own.
  await inParallel(async () => {
    for (let mutant = left.pop(); mutant !== undefined; mutant = left.pop()) {
      const shown = shownBy.get(mutant.number);
      const from = loadedBy.get(mutant.number);
      const surfaces = shown ?? (from === undefined ? [] : names.slice(names.indexOf(from)));
      const shower = new Shower(worker);
      const { noticedBy } = await shower.ask({ changed: mutant.number, surfaces });
      if (noticedBy === NOBODY) print(`given up: ${placeOf(mutant)}`);
      if (noticedBy === null || noticedBy === NOBODY) survivors.push(mutant);
      shower.close();
    }
  });
  return survivors;
}

function placeOf({ module, line, source }: Mutant): string {
  return `${module}:${line}: ${source}`;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function inParallel(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, work));
}

const parts = Deno.args.filter((argument) => !argument.startsWith("--"));
const chosen = new Set(
  [CATALOGUE, ...MODULES.keys()].filter((name) =>
    parts.length === 0 || parts.some((part) => name.includes(part))
  ),
);
const isVerbose = Deno.args.includes("--verbose");
const started = performance.now();
if (chosen.size === 0) throw new Error(`No module has ${parts.join(" or ")} in its name`);
const claims = chosen.has(CATALOGUE) ? [await changeCatalogue(), changeFindings()] : [];
const catalogue = {
  survivors: claims.flatMap(({ survivors }) => survivors),
  count: claims.reduce((sum, { count }) => sum + count, 0),
};
for (const survivor of catalogue.survivors) print(`survives: ${survivor}`);
const folder = new URL(`file://${Deno.makeTempDirSync({ prefix: "rawtcp-" })}/`);
let survivors: readonly Mutant[] = [];
let count = catalogue.count;
try {
  const mutants = instrumentedCopy(folder, chosen);
  count += mutants.length;
  if (mutants.length > 0) {
    survivors = await changeLiterals(mutants, new URL("tests/stories/mutation/worker.ts", folder));
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}
for (const mutant of survivors.toSorted((a, b) => a.number - b.number)) {
  print(`survives: ${placeOf(mutant)}`);
}
const unnoticed = survivors.length + catalogue.survivors.length;
const seconds = ((performance.now() - started) / 1_000).toFixed(0);
print(`${count} changes, ${unnoticed} of them noticed by no golden text, in ${seconds} s`);
if (unnoticed > 0) Deno.exitCode = 1;
