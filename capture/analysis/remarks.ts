/**
 * What is remarked of a connection beside its segments: where it was captured, what its SYNs did not agree on, what ICMP says.
 *
 * @module
 */

import { formatAddress, type IcmpError, icmpErrorName, Option } from "../../trace/core.ts";
import { capitalized, listed } from "../../trace/format.ts";
import type { NoteCode } from "../../trace/catalogue.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import type { Flow } from "./flow.ts";
import type { Soundness } from "./segment_finder.ts";

/** A remark with what its sentence names. */
export interface Remark {
  readonly code: NoteCode;
  readonly values: Readonly<Record<string, number | string>>;
}

/** An end is near when its share of the round trip is less than this. */
const NEAR_SHARE = 0.1;

/** What a host by itself may take to answer, µs: times below it say nothing of the way. */
const HOST_DELAY = 200;

/** Where the capture was taken, by the two halves of the handshake; null when one of them was not seen, or sent twice. */
export function capturePoint({ local, remote }: Flow): Remark | null {
  const toRemote = local.roundTrips;
  const toLocal = remote.roundTrips;
  if (toRemote.samples === 0 || toLocal.samples === 0) return null;
  const isNearLocal = toLocal.latest <= toRemote.latest;
  const [near, far] = isNearLocal ? [local, remote] : [remote, local];
  const [nearRtt, farRtt] = isNearLocal
    ? [toLocal.latest, toRemote.latest]
    : [toRemote.latest, toLocal.latest];
  if (farRtt < HOST_DELAY) return null;
  const code = nearRtt < Math.max(NEAR_SHARE * (nearRtt + farRtt), HOST_DELAY)
    ? "capture-point"
    : "round-trip-split";
  return { code, values: { near: near.name, far: far.name, nearRtt, farRtt } };
}

const OFFERED: readonly (readonly [option: number, name: string])[] = [
  [Option.windowScale, "window scaling"],
  [Option.selectiveAckPermitted, "selective acknowledgment"],
  [Option.timestamps, "timestamps"],
];

/** Options of the SYN that the SYN-ACK leaves out, or that were taken out on the way; null: none, as far as was captured. */
export function unansweredOptions(flow: Flow, syn: number, synAck: SegmentRecord): Remark | null {
  if (synAck.optionsAreCut === true) return null;
  const missing = OFFERED.filter(([option]) => (syn & option) !== 0 && (synAck.options & option) === 0);
  if (missing.length === 0) return null;
  const option = listed(missing.map(([, name]) => name));
  return { code: "option-unanswered", values: { whose: capitalized(flow.local.name), option } };
}

/** What an ICMP error says about a connection. */
export function icmpRemark(flow: Flow, error: IcmpError, source: string): Remark {
  const isLocal = source === flow.record.local;
  const end = isLocal ? flow.local : flow.remote;
  const quoted = end.numbering.relative(error.seq);
  const detail = error.kind === "packet too big" && error.mtu > 0
    ? `: packets of more than ${error.mtu} octets do not get through`
    : "";
  return {
    code: "icmp-error",
    values: {
      by: error.reporter === null ? "" : formatAddress(error.reporter),
      whose: end.name,
      about: quoted,
      what: icmpErrorName(error.family, error.type, error.code),
      detail,
    },
  };
}

/** A checksum is not believed. */
export function offloadRemark(layer: string, whose: string, soundness: Soundness): Remark {
  return { code: "checksum-offload", values: { layer, whose, state: soundness === "zero" ? "0" : "wrong" } };
}
