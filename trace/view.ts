/**
 * The variables of a connection at the moment of an event: one table, from which records, rows, columns, JSON, its schema,
 * comments in captures and the report follow. A new variable is a row here, a line in {@link copyView} and in
 * {@link putNumbers}, and what the core shows of it in `ConnectionView`.
 *
 * @module
 */

import type { ConnectionView, RecoveryPhase, State } from "./core.ts";
import type { Numbering } from "./numbering.ts";

/** What a variable counts, and so how it is written. */
export type ViewUnit = "sequence" | "octets" | "microseconds" | "count";

/** One variable. */
export interface ViewVariable {
  readonly unit: ViewUnit;
  /** As the RFCs write it. */
  readonly symbol: string;
  /** What it is, in a sentence. */
  readonly description: string;
  /** Whether it may be unknown, by a capture or before the peer's SYN: then it is null. Others are 0 until they are known. */
  readonly mayBeUnknown: boolean;
  /** Where it is always shown: in each packet's comment, which else has changes only, and on the page of a report. */
  readonly shown: { readonly comment: boolean; readonly report: boolean };
}

const BOTH = { comment: true, report: true } as const;
const PAGE = { comment: false, report: true } as const;
const CHANGES = { comment: false, report: false } as const;

/** Every variable that is a number, in the order in which they are shown. State and phase of recovery are words. */
export const VIEW = {
  sndUna: {
    unit: "sequence",
    symbol: "SND.UNA",
    description: "Oldest octet not acknowledged.",
    mayBeUnknown: false,
    shown: BOTH,
  },
  sndNxt: {
    unit: "sequence",
    symbol: "SND.NXT",
    description: "Next octet to send.",
    mayBeUnknown: false,
    shown: BOTH,
  },
  sndMax: {
    unit: "sequence",
    symbol: "SND.MAX",
    description: "Highest sent, plus one.",
    mayBeUnknown: false,
    shown: CHANGES,
  },
  sndWnd: {
    unit: "octets",
    symbol: "SND.WND",
    description: "The peer's window.",
    mayBeUnknown: true,
    shown: BOTH,
  },
  rcvNxt: {
    unit: "sequence",
    symbol: "RCV.NXT",
    description: "Next octet expected.",
    mayBeUnknown: true,
    shown: BOTH,
  },
  rcvWnd: {
    unit: "octets",
    symbol: "RCV.WND",
    description: "Our window.",
    mayBeUnknown: true,
    shown: BOTH,
  },
  flight: {
    unit: "octets",
    symbol: "FlightSize",
    description: "Octets sent and not acknowledged; not known where the other end's packets are not seen.",
    mayBeUnknown: true,
    shown: BOTH,
  },
  cwnd: {
    unit: "octets",
    symbol: "cwnd",
    description: "Congestion window.",
    mayBeUnknown: true,
    shown: BOTH,
  },
  ssthresh: {
    unit: "octets",
    symbol: "ssthresh",
    description: "Slow-start threshold; null: unlimited.",
    mayBeUnknown: true,
    shown: BOTH,
  },
  srtt: {
    unit: "microseconds",
    symbol: "SRTT",
    description: "Smoothed round-trip time; not known before the first sample.",
    mayBeUnknown: true,
    shown: BOTH,
  },
  rto: {
    unit: "microseconds",
    symbol: "RTO",
    description: "Retransmission timeout, with back-off.",
    mayBeUnknown: true,
    shown: BOTH,
  },
  pipe: {
    unit: "octets",
    symbol: "pipe",
    description: "Octets thought to be in the network (RFC 6675).",
    mayBeUnknown: true,
    shown: PAGE,
  },
  unsent: {
    unit: "octets",
    symbol: "unsent",
    description: "Octets queued and never sent.",
    mayBeUnknown: true,
    shown: CHANGES,
  },
  unread: {
    unit: "octets",
    symbol: "unread",
    description: "Octets received in order that the user has not taken.",
    mayBeUnknown: true,
    shown: CHANGES,
  },
  dupAcks: {
    unit: "count",
    symbol: "duplicate ACKs",
    description: "Duplicate ACKs in a row (RFC 5681 2).",
    mayBeUnknown: false,
    shown: PAGE,
  },
  covered: {
    unit: "count",
    symbol: "segments covered",
    description: "Segments with data that our last segment acknowledged, and none before it.",
    mayBeUnknown: true,
    shown: CHANGES,
  },
  recoveryPoint: {
    unit: "sequence",
    symbol: "RecoveryPoint",
    description: "Where the present recovery ends.",
    mayBeUnknown: true,
    shown: CHANGES,
  },
  rttvar: {
    unit: "microseconds",
    symbol: "RTTVAR",
    description: "Variation of the round-trip time; not known before the first sample.",
    mayBeUnknown: true,
    shown: PAGE,
  },
  latestRtt: {
    unit: "microseconds",
    symbol: "latest RTT",
    description: "The last round-trip time measured; not known before the first sample.",
    mayBeUnknown: true,
    shown: PAGE,
  },
  minRtt: {
    unit: "microseconds",
    symbol: "minimum RTT",
    description: "The least round-trip time measured in the last minutes; not known before the first sample.",
    mayBeUnknown: true,
    shown: PAGE,
  },
  backoff: {
    unit: "count",
    symbol: "back-off",
    description: "Timeouts since a round trip was last measured, each of which has doubled the RTO.",
    mayBeUnknown: true,
    shown: PAGE,
  },
  expiries: {
    unit: "count",
    symbol: "expiries",
    description: "Timeouts in a row of the oldest octet not acknowledged.",
    mayBeUnknown: true,
    shown: CHANGES,
  },
  mss: {
    unit: "octets",
    symbol: "SMSS",
    description: "Payload octets of a full segment of ours.",
    mayBeUnknown: true,
    shown: CHANGES,
  },
  pathMtu: {
    unit: "octets",
    symbol: "path MTU",
    description: "Octets of the largest packet that the path takes, as far as known.",
    mayBeUnknown: true,
    shown: CHANGES,
  },
  failedMtu: {
    unit: "octets",
    symbol: "failed MTU",
    description:
      "Octets of the shortest packet that did not pass although shorter ones did; 0: there is none.",
    mayBeUnknown: true,
    shown: CHANGES,
  },
} as const satisfies Readonly<Record<string, ViewVariable>>;

/** The name of a variable. */
export type ViewName = keyof typeof VIEW;

/** Names of those that may be unknown. */
export type Unsure = {
  [Name in ViewName]: typeof VIEW[Name]["mayBeUnknown"] extends true ? Name : never;
}[ViewName];

/** A copy of a connection's variables at the moment of an event. */
export type ViewRecord =
  & { readonly state: State; readonly phase: RecoveryPhase | null }
  & { readonly [Name in ViewName]: Name extends Unsure ? number | null : number };

/** The names of the variables in their order. */
export const VIEW_NAMES = Object.keys(VIEW) as readonly ViewName[];

/** A view of what `read` has of each variable, `index` being its place; null: not known, and 0 where that cannot be. */
export function viewFrom(
  state: State,
  phase: RecoveryPhase | null,
  read: (name: ViewName, index: number) => number | null,
): ViewRecord {
  const view: Record<string, unknown> = { state, phase };
  for (const [i, name] of VIEW_NAMES.entries()) {
    view[name] = read(name, i) ?? (VIEW[name].mayBeUnknown ? null : 0);
  }
  return view as unknown as ViewRecord;
}

/** The numbering of both directions of a connection. */
export interface Numberings {
  readonly own: Numbering;
  readonly peer: Numbering;
}

/**
 * A copy of the connection's variables; amounts and spans are rounded to whole octets and microseconds.
 *
 * @param isAgreed whether the peer's SYN has told what depends on it: window, segment size and the congestion window
 */
export function copyView(
  view: ConnectionView,
  track: Numberings,
  isAgreed: boolean = knowsPeer(view, track),
): ViewRecord {
  return {
    state: view.state,
    sndUna: track.own.relative(view.sndUna),
    sndNxt: track.own.relative(view.sndNxt),
    sndMax: track.own.advance(view.sndMax),
    sndWnd: knowsPeer(view, track) ? view.sndWnd : null,
    rcvNxt: knowsPeer(view, track) ? track.peer.advance(view.rcvNxt) : null,
    rcvWnd: view.rcvWnd,
    cwnd: isAgreed ? Math.round(view.cwnd) : null,
    ssthresh: Math.round(view.ssthresh),
    pipe: Math.round(view.pipe),
    flight: view.unackedOctets,
    unsent: view.unsentOctets,
    unread: view.unreadOctets,
    dupAcks: view.dupAcks,
    covered: view.segmentsCovered,
    phase: view.recoveryPhase,
    recoveryPoint: track.own.relative(view.recoveryPoint),
    srtt: measured(view, view.smoothedRtt),
    rttvar: measured(view, view.rttVariation),
    latestRtt: measured(view, view.latestRtt),
    minRtt: measured(view, view.minimumRtt),
    rto: Math.round(view.retransmissionTimeout),
    backoff: view.backoff,
    expiries: view.expiries,
    mss: isAgreed ? view.sendMss : null,
    pathMtu: view.pathMtu,
    failedMtu: view.failedMtu,
  };
}

/**
 * Puts the variables into `into`, in the order of {@link VIEW_NAMES}; NaN: not known. Written out: reading them by their
 * names takes six times as long.
 */
export function putNumbers(view: ViewRecord, into: Float64Array): void {
  into[0] = view.sndUna ?? NaN;
  into[1] = view.sndNxt ?? NaN;
  into[2] = view.sndMax ?? NaN;
  into[3] = view.sndWnd ?? NaN;
  into[4] = view.rcvNxt ?? NaN;
  into[5] = view.rcvWnd ?? NaN;
  into[6] = view.flight ?? NaN;
  into[7] = view.cwnd ?? NaN;
  into[8] = view.ssthresh ?? NaN;
  into[9] = view.srtt ?? NaN;
  into[10] = view.rto ?? NaN;
  into[11] = view.pipe ?? NaN;
  into[12] = view.unsent ?? NaN;
  into[13] = view.unread ?? NaN;
  into[14] = view.dupAcks ?? NaN;
  into[15] = view.covered ?? NaN;
  into[16] = view.recoveryPoint ?? NaN;
  into[17] = view.rttvar ?? NaN;
  into[18] = view.latestRtt ?? NaN;
  into[19] = view.minRtt ?? NaN;
  into[20] = view.backoff ?? NaN;
  into[21] = view.expiries ?? NaN;
  into[22] = view.mss ?? NaN;
  into[23] = view.pathMtu ?? NaN;
  into[24] = view.failedMtu ?? NaN;
}

const latest = new Float64Array(VIEW_NAMES.length);
let latestView: ViewRecord | null = null;

/** The variable at a place of {@link VIEW_NAMES}; null: not known. Several of one view in turn are read quickly. */
export function numberAt(view: ViewRecord, index: number): number | null {
  if (view !== latestView) putNumbers(view, latest);
  latestView = view;
  const value = latest[index] as number;
  return Number.isNaN(value) ? null : value;
}

/** What follows from round trips: nothing before the first sample. */
function measured({ smoothedRtt }: ConnectionView, span: number): number | null {
  return smoothedRtt === 0 ? null : Math.round(span);
}

/** Whether the connection has taken in the peer's SYN; a closed one keeps what it knew. */
function knowsPeer({ state, irs }: ConnectionView, { peer }: Numberings): boolean {
  return state !== "LISTEN" && state !== "SYN-SENT" && (state !== "CLOSED" || peer.base === irs);
}
