/**
 * The main module of an executable that does its job in order to be compiled: beside it is then what V8 has compiled of the
 * program.
 *
 * @module
 */

import { script } from "./start.ts";

addEventListener(
  "unload",
  () => Deno.writeFileSync(`${Deno.execPath()}.compiled.tmp`, script.createCachedData()),
);
