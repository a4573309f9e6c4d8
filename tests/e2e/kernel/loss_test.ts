/** nftables drops packets at random at both ends of a cable: everything arrives octet for octet. */

import { assertGreater } from "@std/assert";
import { milliseconds, seconds } from "../../../tcp/mod.ts";
import {
  boundRetransmissionTimeout,
  sendPersistently,
  setCongestionControl,
  setSysctl,
  type Socket,
  tcpInfo,
} from "../../ffi/kernel_tcp.ts";
import { Link, OPENERS } from "../../kernel/link.ts";
import { transfer } from "../../kernel/transfer.ts";
import { Pair } from "../network.ts";
import { loseAtRandom, overCable, setOffloads, within } from "./place.ts";

const WAYS = OPENERS.flatMap((opener) =>
  (["up", "down"] as const).map((direction) => ({ opener, direction }))
);

type Way = typeof WAYS[number];

const PATIENCE = seconds(600);

/**
 * Bounds of the timeout on both sides, or a fifth of all packets lost, both ways, would take minutes now and then. As both
 * count what they repeat, they would give up that much earlier, by chance: of six SYN-ACKs, each lost on its way or
 * its ACK on the way back, all fail once in 460 handshakes. So they may repeat more.
 */
const LONGEST_TIMEOUT = seconds(1);
const REPEATS = 100;
const CONFIG = {
  handshake: { synAckRetries: REPEATS },
  retransmission: { minRto: milliseconds(200), maxRto: LONGEST_TIMEOUT, retriesUntilClose: REPEATS },
};

/** The kernel repeats as often; see `sendPersistently` for its data. */
function letRepeat(pair: Pair): void {
  within(pair.far, () => {
    for (const name of ["tcp_syn_retries", "tcp_synack_retries"]) setSysctl(`net/ipv4/${name}`, `${REPEATS}`);
    sendPersistently();
  });
}

function prepare(socket: Socket): void {
  setCongestionControl(socket, "cubic");
  boundRetransmissionTimeout(socket, 1_000);
}

function nameOf({ opener, direction }: Way): string {
  const who = opener === "ours" ? "we connect" : "the kernel connects";
  return `${direction === "up" ? "to" : "from"} the kernel octet for octet when ${who}`;
}

/** Sends the pattern over a cable of its own. @returns how fast, and how often something was sent again */
async function transferWithLoss(
  { opener, direction }: Way,
  perMille: number,
  octets: number,
): Promise<{ said: string; again: number }> {
  await using pair = await Pair.create();
  setOffloads(pair, false);
  letRepeat(pair);
  await loseAtRandom(pair, perMille);
  // All sockets are opened before the first wait, so the thread is elsewhere again when others have their turn.
  const opening = within(
    pair.near,
    () => Link.open({ opener, config: CONFIG, prepare, patience: PATIENCE, ...overCable(pair) }),
  );
  using link = await opening;
  const rate = await transfer(link, { [direction]: octets }, PATIENCE);
  const { segmentsRetransmitted } = link.connection;
  const again = direction === "up" ? segmentsRetransmitted : tcpInfo(link.kernel).retransmitted;
  for (const network of [pair.near, pair.far]) assertGreater(await network.dropped(), 0);
  return { said: `at ${(rate / 1e6).toFixed(2)} MB/s, ${again} retransmitted`, again };
}

for (const way of WAYS) {
  Deno.test(`100 MB at 1 % loss go ${nameOf(way)}`, async (t) => {
    const { said, again } = await transferWithLoss(way, 10, 100_000_000);
    await t.step(said, () => assertGreater(again, 0));
  });
}

// Most of their time these wait for timeouts: four at once.
for (
  const [name, perMille, octets] of [["10 MB at 5 %", 50, 10_000_000], [
    "1 MB at 20 %",
    200,
    1_000_000,
  ]] as const
) {
  Deno.test(`${name} loss go octet for octet either way, whoever connects`, async (t) => {
    const results = await Promise.all(WAYS.map((way) => transferWithLoss(way, perMille, octets)));
    for (const [i, way] of WAYS.entries()) {
      const { said = "", again = 0 } = results[i] ?? {};
      await t.step(`${nameOf(way)}: ${said}`, () => assertGreater(again, 0));
    }
  });
}
