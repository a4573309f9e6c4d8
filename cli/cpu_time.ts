/**
 * The CPU time of this process.
 *
 * @module
 */

import { type Micros, micros } from "../tcp/mod.ts";

/** What is used of the `process` that Deno has for programs that were written for Node. */
interface NodeProcess {
  /** In microseconds, all threads together. */
  cpuUsage(): { readonly user: number; readonly system: number };
}

/** CPU time used so far, in this process's own code and for it in the kernel. */
export function cpuTime(): Micros {
  // Not by `import "node:process"`: type-checking that would need the types of Node from the npm registry.
  const { process } = globalThis as unknown as { readonly process: NodeProcess };
  const { user, system } = process.cpuUsage();
  return micros(user + system);
}
