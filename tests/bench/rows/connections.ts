/**
 * Connections a second, one after another in one process: connect, one octet there and back, close in order.
 *
 * @module
 */

import { CLIENT_CORE, PEER_CORE } from "../bench.ts";
import { Peer } from "../peers.ts";
import type { ConnectAnswer, ConnectJob } from "../programs/jobs.ts";
import type { Bound, Claim, Contender, Row } from "../row.ts";

/** Longest that one run measures, seconds. */
const LONGEST = 1;

/** Of the server: so many that those of the client last, though the kernel keeps each pair in TIME-WAIT. */
const PORTS = [7_011, 7_012, 7_013, 7_014, 7_015, 7_016, 7_017, 7_018] as const;

const BOUND: Bound = { kind: "at least", limit: 0.7, aim: 1 };

/** The row. */
export const connections: Row = {
  name: "connections",
  needs: ["namespaces"],
  run: async (bench) => {
    const { client: network, server, address: host } = await bench.place("veth");
    await using _peer = await Peer.start(bench, server, { mode: "echo", host, ports: PORTS }, PEER_CORE);
    const seconds = Math.min(LONGEST, bench.extent.seconds);
    const contender = (who: ConnectJob["who"]): Contender<number> => ({
      who,
      run: async () => {
        const job: ConnectJob = { who, host, ports: PORTS, seconds };
        const said = await bench.answer<ConnectAnswer>("connect.ts", job, {
          network,
          seconds,
          core: CLIENT_CORE,
        });
        return said.connections / said.seconds;
      },
    });
    const contenders = [contender("dialer"), contender("Deno.connect"), contender("own sockets")];
    const [dialer = [], kernel = [], own = []] = await bench.takeTurns(contenders);
    const claim = (work: string, values: readonly number[]): Claim => ({
      work: `connections one after another, veth${work}`,
      ours: { who: "rawtcp", unit: "a second", values },
      peer: { who: "Deno.connect", unit: "a second", values: kernel },
    });
    return {
      claims: [{ ...claim("", dialer), bound: BOUND }, claim(", own sockets", own)],
      notes: [
        "Connections one after another: by one RawDialer; with own sockets by a RawConnection each",
      ],
    };
  },
};
