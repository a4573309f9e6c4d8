/**
 * Upload by raw socket over a cable with MTU 1500, beside what a plain C program gets through one.
 *
 * @module
 */

import { Pair } from "../../e2e/network.ts";
import type { Bench, Place } from "../bench.ts";
import { Peer, PEER_PORT } from "../peers.ts";
import type { PeerAnswer, TransferAnswer, TransferJob } from "../programs/jobs.ts";
import type { Outcome, Row } from "../row.ts";

const SOURCE = new URL("../programs/plain_sender.c", import.meta.url).pathname;

/** Time on top of the run's own, seconds. */
const BESIDE = 10;

/** The row. */
export const rawUpload: Row = {
  name: "raw-upload",
  needs: ["namespaces", "cc"],
  run: async (bench) => {
    const place = await bench.place("veth");
    const sender = `${await bench.folder()}/plain_sender`;
    await bench.must([...bench.tool("cc").command, "-O2", "-o", sender, SOURCE]);
    return await measure(bench, place, sender);
  },
};

async function measure(bench: Bench, place: Place, sender: string): Promise<Outcome> {
  await using peer = await Peer.start(bench, place.server, { mode: "sink", host: place.address });
  const [ours = [], theirs = []] = await bench.takeTurns([
    { who: "rawtcp", run: () => runOurs(bench, place, peer) },
    { who: "plain C sender", run: () => runPlain(bench, place, sender, peer) },
  ]);
  return {
    claims: [{
      work: "bulk up by raw socket, veth",
      ours: { who: "rawtcp, raw socket only", unit: "MB/s", values: ours },
      peer: { who: "plain C sender", unit: "MB/s", values: theirs },
      bound: { kind: "at least", limit: 0.7, aim: 0.9 },
    }],
    notes: [
      "The plain C sender sends ready-made segments to the same sink, 32 a call, as far as the window goes: no congestion " +
      "control, no timers, payload checksums from before",
    ],
  };
}

async function runOurs(bench: Bench, { client: network, address: host }: Place, peer: Peer): Promise<number> {
  const { seconds } = bench.extent;
  const job: TransferJob = {
    direction: "up",
    host,
    port: PEER_PORT,
    seconds,
    octets: 0,
    hashed: false,
    link: "raw",
    patience: seconds + BESIDE,
  };
  await bench.answer<TransferAnswer>("transfer.ts", job, { network, seconds: seconds + BESIDE });
  const { octets, seconds: time } = await peer.next<PeerAnswer>();
  return octets / time / 1e6;
}

async function runPlain(bench: Bench, place: Place, sender: string, peer: Peer): Promise<number> {
  const { seconds } = bench.extent;
  const command = [sender, Pair.nearAddress, place.address, String(PEER_PORT), String(seconds)];
  await bench.must(command, { network: place.client, seconds: seconds + BESIDE });
  const { octets, seconds: time } = await peer.next<PeerAnswer>();
  return octets / time / 1e6;
}
