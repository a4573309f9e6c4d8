/** nftables drops packets at random at both ends of a cable: everything arrives octet for octet. */

import { assertGreater } from "@std/assert";
import { milliseconds, seconds } from "../../../tcp/mod.ts";
import {
  boundRetransmissionTimeout,
  setCongestionControl,
  type Socket,
  tcpInfo,
} from "../../ffi/kernel_tcp.ts";
import { Link, OPENERS } from "../../kernel/link.ts";
import { transfer } from "../../kernel/transfer.ts";
import { Pair } from "../network.ts";
import { enter, loseAtRandom, overCable, setOffloads } from "./place.ts";

const LOSSES: readonly (readonly [name: string, perMille: number, octets: number])[] = [
  ["100 MB at 1 %", 10, 100_000_000],
  ["10 MB at 5 %", 50, 10_000_000],
  ["1 MB at 20 %", 200, 1_000_000],
];

const HANDSHAKE_PATIENCE = seconds(120);
const PATIENCE = seconds(400);

/** Bounds of the time-out on both sides, or a fifth of all packets lost, both ways, would take minutes now and then. */
const LONGEST_TIMEOUT = seconds(1);
const CONFIG = { minRto: milliseconds(200), maxRto: LONGEST_TIMEOUT };

function prepare(socket: Socket): void {
  setCongestionControl(socket, "cubic");
  boundRetransmissionTimeout(socket, 1_000);
}

for (const [name, perMille, octets] of LOSSES) {
  for (const opener of OPENERS) {
    for (const direction of ["up", "down"] as const) {
      const who = opener === "ours" ? "we connect" : "the kernel connects";
      const way = direction === "up" ? "to the kernel" : "from the kernel";
      Deno.test(`${name} loss go ${way} octet for octet when ${who}`, async (t) => {
        await using pair = await Pair.create();
        setOffloads(pair, false);
        await loseAtRandom(pair, perMille);
        using _ = enter(pair.near);
        const patience = HANDSHAKE_PATIENCE;
        using link = await Link.open({ opener, config: CONFIG, prepare, patience, ...overCable(pair) });
        const rate = await transfer(link, { [direction]: octets }, PATIENCE);
        const { segmentsRetransmitted } = link.connection;
        const again = direction === "up" ? segmentsRetransmitted : tcpInfo(link.kernel).retransmitted;
        await t.step(`at ${(rate / 1e6).toFixed(2)} MB/s, ${again} retransmitted`, () => {});
        for (const network of [pair.near, pair.far]) assertGreater(await network.dropped(), 0);
        assertGreater(again, 0);
      });
    }
  }
}
