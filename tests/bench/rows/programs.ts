/**
 * What several rows run as people do: the two programs from sources; and how long a program takes.
 *
 * @module
 */

import type { Bench, Order } from "../bench.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const RUN = [Deno.execPath(), "run", "--quiet", "--allow-ffi", "--allow-read", "--allow-write"];

/** The client, and the server, from sources. */
export const CLIENT_FROM_SOURCES: readonly string[] = clientOf(ROOT);
export const SERVER_FROM_SOURCES: readonly string[] = [...RUN, `${ROOT}server.ts`];

const PIECE = 1 << 20;

/** The client of the tree in that folder, which ends with a slash, from sources. */
export function clientOf(folder: string): readonly string[] {
  return [...RUN, `${folder}main.ts`];
}

/** Writes a file of that many octets, no two lines of memory alike. */
export async function fill(file: string, octets: number): Promise<void> {
  const piece = Uint8Array.from({ length: PIECE }, (_, i) => i % 251);
  using handle = await Deno.open(file, { write: true, create: true, truncate: true });
  for (let left = octets; left > 0;) left -= await handle.write(piece.subarray(0, Math.min(PIECE, left)));
}

/** Runs a program to its end, its output thrown away. @returns seconds */
export async function secondsOf(bench: Bench, command: readonly string[], order: Order): Promise<number> {
  const start = performance.now();
  await bench.must(["sh", "-c", `exec "$@" >/dev/null`, "sh", ...command], order);
  return (performance.now() - start) / 1_000;
}
