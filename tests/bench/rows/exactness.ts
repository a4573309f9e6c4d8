/**
 * Whether a transfer is octet for octet: a stream of which every octet depends on its place, hashed at both ends.
 *
 * @module
 */

import type { Bench, Place } from "../bench.ts";
import { messageOf } from "../bench.ts";
import { Peer, PEER_PORT } from "../peers.ts";
import type { PeerAnswer, TransferAnswer, TransferJob } from "../programs/jobs.ts";

/** Octets of the transfer: several times every buffer. */
const LENGTH = 200e6;

/** The same where packets are lost, and it takes longer. */
const LENGTH_WITH_LOSSES = 50e6;

/** After which it has failed, seconds. */
const PATIENCE = 30;

/** Which transfer. */
export interface ExactnessOptions {
  readonly direction: "up" | "down";
  /** The kernel's, as sender. */
  readonly congestionControl: string;
  readonly isLossy: boolean;
}

/** Transfers once. @returns `exact`, or `FAILED` and what was wrong */
export async function exactness(bench: Bench, place: Place, options: ExactnessOptions): Promise<string> {
  const octets = options.isLossy ? LENGTH_WITH_LOSSES : LENGTH;
  const { direction, congestionControl } = options;
  const { client: network, server, address: host } = place;
  const mode = direction === "up" ? "sink" : "source";
  try {
    await using peer = await Peer.start(bench, server, {
      mode,
      host,
      octets,
      hashed: true,
      congestionControl,
    });
    const job: TransferJob = {
      direction,
      host,
      port: PEER_PORT,
      seconds: null,
      octets,
      hashed: true,
      link: "auto",
      patience: PATIENCE,
    };
    const ours = await bench.answer<TransferAnswer>("transfer.ts", job, { network, seconds: PATIENCE });
    const theirs = await peer.next<PeerAnswer>();
    const wrong = compare(octets, ours, theirs);
    return wrong === null ? "exact" : `FAILED: ${wrong}`;
  } catch (error) {
    return `FAILED: ${messageOf(error)}`;
  }
}

/** What is wrong; null when both ends have the same whole stream. */
export function compare(
  wanted: number,
  ours: Pick<TransferAnswer, "octets" | "hash">,
  theirs: Pick<PeerAnswer, "octets" | "hash">,
): string | null {
  if (ours.octets !== wanted || theirs.octets !== wanted) {
    return `${wanted} octets were to go, ${ours.octets} did here and ${theirs.octets} there`;
  }
  if (ours.hash === null || ours.hash !== theirs.hash) return "the hashes at both ends differ";
  return null;
}
