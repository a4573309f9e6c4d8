/**
 * Trying the addresses of a name, the next one before the last has failed (RFC 8305).
 *
 * @module
 */

import type { IpAddress } from "../../ffi/mod.ts";

/** Connection Attempt Delay: how long one attempt is alone, milliseconds (RFC 8305 5). */
const ATTEMPT_DELAY = 250;

/**
 * Tries the addresses in turn until one succeeds, and calls the other attempts off. The next begins when the one before
 * has failed, or has not succeeded for 250 ms.
 *
 * @param attempt is to reject soon after its signal was aborted
 * @throws what the first attempt failed with, when all have failed; the signal's reason when it is aborted
 */
export async function firstOf<T>(
  addresses: readonly IpAddress[],
  attempt: (address: IpAddress, stop: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const stop = new AbortController();
  const stopAll = (): void => stop.abort(signal?.reason);
  signal?.addEventListener("abort", stopAll);
  const running: Promise<T>[] = [];
  try {
    for (const address of interleaved(addresses)) {
      const begun = attempt(address, stop.signal);
      running.push(begun);
      const isSettled = await isSettledWithin(Promise.any(running), begun, ATTEMPT_DELAY);
      signal?.throwIfAborted();
      if (isSettled === "won") break;
    }
    return await Promise.any(running);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    signal?.removeEventListener("abort", stopAll);
    stop.abort();
  }
}

/** The resolver's order with the families in turn, as long as there are both (RFC 8305 4). */
export function interleaved(addresses: readonly IpAddress[]): readonly IpAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const order: IpAddress[] = [];
  for (let i = 0; i < Math.max(first.length, others.length); i++) {
    order.push(...[first[i], others[i]].filter((address) => address !== undefined));
  }
  return order;
}

/** Waits until any attempt has won, or the newest has failed, or the time is up. */
async function isSettledWithin(
  any: Promise<unknown>,
  newest: Promise<unknown>,
  milliseconds: number,
): Promise<"won" | "failed" | "late"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      any.then(() => "won" as const, () => "failed" as const),
      newest.then(() => "won" as const, () => "failed" as const),
      new Promise<"late">((resolve) => timer = setTimeout(resolve, milliseconds, "late")),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
