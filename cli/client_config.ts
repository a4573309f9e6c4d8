/**
 * The knobs of the client's TCP.
 *
 * @module
 */

import {
  completeConfig,
  joinChanges,
  milliseconds,
  type PartialConfig,
  PROFILES,
  seconds,
  type TcpConfig,
  toSeconds,
} from "../tcp/single.ts";
import type { ClientArguments } from "./client_arguments.ts";
import { SILENCE_LIMIT } from "./stall_watch.ts";

/** What is lost is sent again after the RTO of RFC 6298 and no sooner, so that its times can be seen. */
const FOR_MESSAGES: PartialConfig = { retransmission: { tailLossProbe: false } };

/**
 * The shortest RTO for bulk data, Linux's. RFC 6298 2.4 has a second, which RFC 8961 4 (1) asks for only until a round trip
 * has been measured: over a short path with losses most of the time would be spent waiting for it.
 */
const MIN_RTO = milliseconds(200);

/** Silence before the first keep-alive of who receives, seconds; and how many are not answered (Linux: tcp_keepalive_probes). */
const KEEP_ALIVE_IDLE = 15;
const KEEP_ALIVE_PROBES = 9;

/**
 * Who only receives learns only by keep-alives that the peer is gone (RFC 9293 3.8.4): when it has been silent for a minute,
 * or for as long as the user waits for progress, should that be longer.
 */
function keepAlive(timeout: number | null): PartialConfig {
  const longest = Math.max(toSeconds(SILENCE_LIMIT), timeout ?? 0);
  return {
    closing: {
      keepAlive: true,
      keepAliveIdle: seconds(KEEP_ALIVE_IDLE),
      keepAliveInterval: seconds((longest - KEEP_ALIVE_IDLE) / KEEP_ALIVE_PROBES),
      keepAliveProbes: KEEP_ALIVE_PROBES,
    },
  };
}

/**
 * Losses are met as Linux meets them, so that a path that loses much does not cost more than it costs the kernel: one reduction
 * for a window, however often a retransmission is lost, and a window of one segment only after two SYNs (RFC 5681 3.1, 4.3
 * have more of both). The last segment, not a full one, leaves with the rest: only another such would hold it back.
 */
const LIKE_LINUX: PartialConfig = {
  sending: { nagleVariant: PROFILES.linux.sending.nagleVariant },
  recovery: { ssthreshFrom: "cwnd", reducesForLostRetransmissions: false },
  compatibility: { lostSynsOfSmallWindow: PROFILES.linux.compatibility.lostSynsOfSmallWindow },
};

const FOR_BULK: PartialConfig = joinChanges({ retransmission: { minRto: MIN_RTO } }, LIKE_LINUX);

/**
 * The knobs for what was asked for. `isBulk`: whether it is about amounts, not about a message. A system's profile is left
 * as it is but for keep-alives.
 *
 * @throws RangeError naming the knob that is out of range
 */
export function clientConfig({ connectTimeout, timeout, tcp }: ClientArguments, isBulk: boolean): TcpConfig {
  const { profile, changes } = tcp;
  const ours = profile === "standard" ? isBulk ? FOR_BULK : FOR_MESSAGES : undefined;
  const time = connectTimeout === null
    ? undefined
    : { handshake: { connectTimeout: seconds(connectTimeout) } };
  const alive = isBulk ? keepAlive(timeout) : undefined;
  return completeConfig(joinChanges(ours, alive, time, changes), PROFILES[profile]);
}
