/**
 * The main module of an executable: runs the script that `.ci/link.ts` made, with what V8 compiled of it when it was built. Of what
 * the executable says of itself nothing is left to be compiled when it starts.
 *
 * @module
 */

import { Script } from "node:vm";

const compiled = Deno.readFileSync(`${import.meta.dirname}/compiled`);

/** The program. V8 compiles what it does not find in `compiled`, or all of it if that is another version's. */
export const script = new Script(Deno.readTextFileSync(`${import.meta.dirname}/program`), {
  filename: "program",
  ...compiled.length === 0 ? {} : { cachedData: compiled },
});

/** What the files of the bundle that are in the script export, for those that are loaded later. */
export const files: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {};

script.runInThisContext()(files, (specifier: string) => import(specifier));
