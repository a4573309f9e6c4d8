/**
 * One upload over a cable.
 *
 * @module
 */

import { executables } from "./executables.ts";
import type { Network, Pair } from "./network.ts";
import type { Program, Result } from "./process.ts";

const { client, server } = await executables();

/** Where the server listens. */
export const PORT = 8888;

/** Starts the server that discards what one connection sends, and waits until it listens. */
export async function discarding(far: Network, address: string): Promise<Program> {
  const serving = far.start([server, "-q", "--host", address, "--mode", "discard", "--count", "1"]);
  await far.listens(PORT);
  return serving;
}

/** Sends so many octets from the near end to a server at the far end that discards them. */
export async function upload(
  pair: Pair,
  address: string,
  octets: string,
  options: readonly string[],
): Promise<Result> {
  await using serving = await discarding(pair.far, address);
  const result = await pair.near.run([
    client,
    "-v",
    "--send-bytes",
    octets,
    ...options,
    address,
    String(PORT),
  ]);
  await serving.ended();
  return result;
}
