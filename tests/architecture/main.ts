/**
 * Prints the house in numbers: `deno run --allow-read tests/architecture/main.ts [TOP]`. TOP: another copy of the project,
 * for a comparison.
 *
 * @module
 */

import { houseText } from "./house.ts";
import { readSources, TOP } from "./sources.ts";

const [path] = Deno.args;
const top = path === undefined ? TOP : new URL(`${path}/`, `file://${Deno.cwd()}/`);
await Deno.stdout.write(new TextEncoder().encode(houseText(readSources(top))));
