/**
 * Moving the pattern over a connection in both directions, to the orderly end of both.
 *
 * @module
 */

import { type Connection, elapsed, type Micros, toSeconds } from "../../tcp/mod.ts";
import { type Link, PATIENCE } from "./link.ts";
import { Stream } from "./stream.ts";

/** How much goes which way. */
export interface Amounts {
  /** Octets from our core to the kernel. @default 0 */
  readonly up?: number;
  /** Octets from the kernel to our core. @default 0 */
  readonly down?: number;
}

/** Whether both directions are closed in order. */
export function isOver({ state, failure }: Connection): boolean {
  if (failure !== null) throw failure;
  return state === "TIME-WAIT" || state === "CLOSED";
}

/**
 * Sends the pattern in both directions at once; each side closes when it has sent its part, and both read to the end.
 *
 * @returns octets a second, both directions together
 * @throws Error when an octet is wrong, missing or too much, or it takes longer than `patience`
 */
export async function transfer(
  link: Link,
  amounts: Amounts,
  patience: Micros = PATIENCE,
): Promise<number> {
  const { connection, loop, kernel } = link;
  const { up = 0, down = 0 } = amounts;
  const upward = Stream.up(link, up);
  const downward = Stream.down(link, down);
  const start = loop.readClock();
  using _ = loop.watch(kernel.descriptor, () => {});
  try {
    await link.until(`a transfer within ${toSeconds(patience)} s`, () => {
      upward.writeAndFinish();
      downward.writeAndFinish();
      upward.read();
      downward.read();
      return upward.hasEnded && downward.hasEnded && isOver(connection);
    }, patience);
  } catch (cause) {
    const moved = `${upward.received} of ${up} octets up, ${downward.received} of ${down} down`;
    throw new Error(`The transfer failed after ${moved}`, { cause });
  }
  return (up + down) / toSeconds(elapsed(start, loop.now));
}
