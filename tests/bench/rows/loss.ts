/**
 * Random losses: one in a hundred data packets, in the direction of the data.
 *
 * They are dropped where the receiver's device hands packets in (the `ingress` hook), before any socket, a packet socket
 * included, has seen them; so both TCPs lose alike, on the way to us as on the way to the kernel. Only on a path without
 * offloads is a packet there one segment.
 *
 * @module
 */

import type { Network } from "../../e2e/network.ts";
import type { Bench, Place } from "../bench.ts";

/** Packets from this length on carry data; shorter ones may be ACKs. */
const LEAST_LENGTH = 500;

/** Of a hundred. */
const LOST = 1;

/** Switches SACK off at the server's end until it is disposed of: its TCP counts duplicate ACKs then. */
export async function countDuplicates(place: Place): Promise<AsyncDisposable> {
  const write = (value: number): Promise<string> =>
    place.server.must(["sh", "-c", `echo ${value} > /proc/sys/net/ipv4/tcp_sack`]);
  await write(0);
  return { [Symbol.asyncDispose]: async () => void await write(1) };
}

/** A rule in force; the losses end when it is disposed of. */
export interface Losses extends AsyncDisposable {
  /** How many were lost. */
  notes(work: string): Promise<readonly string[]>;
}

/** Begins the losses. */
export async function lose(bench: Bench, place: Place, direction: "up" | "down"): Promise<Losses> {
  const receiver: Network = direction === "up" ? place.server : place.client;
  const nft = bench.tool("nft").command;
  const count = `meta length >= ${LEAST_LENGTH} counter`;
  const rules = `table netdev rawtcp_bench {
    chain ingress {
      type filter hook ingress device "cable" priority 0; policy accept;
      ip protocol tcp ${count} numgen random mod 100 < ${LOST} counter drop
    }
  }`;
  await receiver.must([...nft, "-f", "-"], { input: `${rules}\n` });
  return {
    notes: async (work) => {
      const ruleset = await receiver.must([...nft, "list", "ruleset"]);
      const [seen = 0, lost = 0] = [...ruleset.matchAll(/counter packets (\d+)/g)].map((match) =>
        Number(match[1])
      );
      if (lost === 0) throw new Error("The rule that loses packets has lost none");
      return [`${work}: ${lost} of ${seen} data packets were dropped, ${(100 * lost / seen).toFixed(2)} %`];
    },
    [Symbol.asyncDispose]: async () => {
      await receiver.run([...nft, "delete", "table", "netdev", "rawtcp_bench"]);
    },
  };
}
