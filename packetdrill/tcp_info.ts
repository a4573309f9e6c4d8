/**
 * A connection's figures under the names of `TCP_INFO`, as far as the core shows them.
 *
 * @module
 */

import {
  type Connection,
  Event,
  type FailureKind,
  type RecoveryPhase,
  type State,
  STATES,
  type TcpInfo,
} from "../tcp/mod.ts";
import type { StreamSocket } from "./socket.ts";
import { type Platform, symbolValue } from "./symbols.ts";

/** What Linux says for "no threshold yet". */
const INFINITE_THRESHOLD = 0x7fff_ffff;

const PHASES: Readonly<Record<RecoveryPhase, number>> = {
  "open": 0,
  "disorder": 1,
  "congestion window reduced": 2,
  "recovery": 3,
  "loss": 4,
};

const LINUX_STATES: Readonly<Record<State, string>> = {
  "LISTEN": "TCP_LISTEN",
  "SYN-SENT": "TCP_SYN_SENT",
  "SYN-RECEIVED": "TCP_SYN_RECV",
  "ESTABLISHED": "TCP_ESTABLISHED",
  "FIN-WAIT-1": "TCP_FIN_WAIT1",
  "FIN-WAIT-2": "TCP_FIN_WAIT2",
  "CLOSE-WAIT": "TCP_CLOSE_WAIT",
  "CLOSING": "TCP_CLOSING",
  "LAST-ACK": "TCP_LAST_ACK",
  "TIME-WAIT": "TCP_TIME_WAIT",
  "CLOSED": "TCP_CLOSE",
};

/** The number of a state in `tcpi_state`. */
function stateNumber(state: State, platform: Platform): number {
  const name = platform === "linux" ? LINUX_STATES[state] : `TCPS_${state.replaceAll("-", "_")}`;
  return symbolValue(name, platform) ?? 0;
}

/** The bits of `tcpi_options`: what the SYNs agreed to. */
function optionBits(connection: Connection): number {
  const { timestamps, selectiveAck, windowScaling, ecn } = connection.agreed;
  return (timestamps ? 1 : 0) | (selectiveAck ? 2 : 0) | (windowScaling ? 4 : 0) | (ecn ? 8 : 0);
}

/** Octets of the IP and TCP headers without options, by family. */
const HEADER_OCTETS = { 4: 40, 6: 60 } as const;

/** What is announced as MSS. */
function announcedMss(connection: Connection): number {
  const { handshake: { mss }, sending: { mtu } } = connection.config;
  return mss === 0 ? mtu - HEADER_OCTETS[connection.local.address.family] : mss;
}

/** How a connection failed, as figures: `assert failure == TIMED_OUT`. */
const FAILURE_NUMBERS: Readonly<Record<FailureKind, number>> = {
  "refused": 1,
  "reset": 2,
  "timed out": 3,
  "aborted": 4,
  "unreachable": 5,
};

/** A phrase as a name of a constant: "SYN-SENT" as SYN_SENT. */
function constantName(phrase: string): string {
  return phrase.toUpperCase().replace(/[- ]/g, "_");
}

/** Constants for the figures of our own. */
export const FIGURE_CONSTANTS: ReadonlyMap<string, number> = new Map([
  ...STATES.map((state, i) => [constantName(state), i] as const),
  ...Object.entries(FAILURE_NUMBERS).map(([kind, number]) => [constantName(kind), number] as const),
  ...Object.entries(PHASES).map(([phase, number]) => [constantName(phase), number] as const),
]);

/** What figures are read from. */
interface Subject {
  readonly connection: Connection;
  readonly info: TcpInfo;
  readonly platform: Platform;
  /** What windows are counted in: segments on Linux, octets on FreeBSD. */
  readonly unit: number;
}

type Reader = (subject: Subject) => number;

/** Figures under the core's own names: octets and microseconds. */
const OWN_FIGURES: Record<string, Reader> = {
  state: ({ connection }) => STATES.indexOf(connection.state),
  failure: ({ connection }) => connection.failure === null ? 0 : FAILURE_NUMBERS[connection.failure.kind],
  softError: ({ connection }) => connection.softError === null ? 0 : 1,
  recoveryPhase: ({ connection }) => PHASES[connection.recoveryPhase],
  cwnd: ({ connection }) => connection.cwnd,
  ssthresh: ({ connection }) => connection.ssthresh,
  pipe: ({ connection }) => connection.pipe,
  sndWnd: ({ connection }) => connection.sndWnd,
  rcvWnd: ({ connection }) => connection.rcvWnd,
  unackedOctets: ({ connection }) => connection.unackedOctets,
  unsentOctets: ({ connection }) => connection.unsentOctets,
  unreadOctets: ({ connection }) => connection.unreadOctets,
  urgentOctetsLeft: ({ connection }) => connection.urgentOctetsLeft,
  dupAcks: ({ connection }) => connection.dupAcks,
  smoothedRtt: ({ connection }) => connection.smoothedRtt,
  rttVariation: ({ connection }) => connection.rttVariation,
  latestRtt: ({ connection }) => connection.latestRtt,
  minimumRtt: ({ connection }) => connection.minimumRtt,
  retransmissionTimeout: ({ connection }) => connection.retransmissionTimeout,
  backoff: ({ connection }) => connection.backoff,
  sendMss: ({ connection }) => connection.sendMss,
  pathMtu: ({ connection }) => connection.pathMtu,
  failedMtu: ({ connection }) => connection.failedMtu,
  segmentsRetransmitted: ({ connection }) => connection.segmentsRetransmitted,
};

/** Other words for some of them: those of RFC 6298, and those that scripts of an earlier day have. */
const SYNONYMS: Readonly<Record<string, string>> = {
  congestionWindow: "cwnd",
  slowStartThreshold: "ssthresh",
  duplicateAcks: "dupAcks",
  srtt: "smoothedRtt",
  rttvar: "rttVariation",
  rto: "retransmissionTimeout",
};
for (const [name, figure] of Object.entries(SYNONYMS)) OWN_FIGURES[name] = OWN_FIGURES[figure] as Reader;

/** Figures under the names of `TCP_INFO`. */
const KERNEL_FIGURES: Readonly<Record<string, Reader>> = {
  tcpi_state: ({ connection, platform }) => stateNumber(connection.state, platform),
  tcpi_ca_state: ({ connection }) => PHASES[connection.recoveryPhase],
  tcpi_options: ({ connection }) => optionBits(connection),
  tcpi_advmss: ({ connection }) => announcedMss(connection),
  tcpi_sacked: ({ info }) => info.sackedSegments,
  tcpi_lost: ({ info }) => info.lostSegments,
  tcpi_retrans: ({ info }) => info.retransmittedSegments,
  tcpi_reordering: ({ info }) => info.reordering,
  tcpi_reord_seen: ({ info }) => info.reorderingsSeen,
  tcpi_probes: ({ info }) => info.unansweredProbes,
  tcpi_backoff: ({ connection }) => connection.backoff,
  tcpi_snd_wscale: ({ connection }) => connection.sndWindowShift,
  tcpi_rcv_wscale: ({ connection }) => connection.rcvWindowShift,
  tcpi_rto: ({ connection }) => connection.retransmissionTimeout,
  tcpi_pmtu: ({ connection }) => connection.pathMtu,
  tcpi_snd_mss: ({ info }) => info.fullSegment,
  tcpi_unacked: ({ info }) => info.outstandingSegments,
  tcpi_rtt: ({ connection }) => connection.smoothedRtt,
  tcpi_rttvar: ({ connection }) => connection.rttVariation,
  tcpi_min_rtt: ({ connection }) => connection.minimumRtt,
  tcpi_snd_ssthresh: ({ connection, unit }) =>
    Number.isFinite(connection.ssthresh) ? Math.floor(connection.ssthresh / unit) : INFINITE_THRESHOLD,
  tcpi_snd_cwnd: ({ connection, unit }) => Math.floor(connection.cwnd / unit),
  tcpi_total_retrans: ({ connection }) => connection.segmentsRetransmitted,
  tcpi_bytes_acked: ({ connection }) => connection.octetsAcknowledged,
  tcpi_bytes_received: ({ connection }) => connection.octetsReceived,
  tcpi_bytes_sent: ({ connection }) => connection.octetsSent,
  tcpi_bytes_retrans: ({ connection }) => connection.octetsRetransmitted,
  tcpi_notsent_bytes: ({ connection }) => connection.unsentOctets,
  tcpi_segs_out: ({ connection }) => connection.segmentsSent,
  tcpi_segs_in: ({ connection }) => connection.segmentsReceived,
};

/** Figures that a socket has besides its connection; `longest`: the longest payload that came in one segment. */
const SOCKET_FIGURES: Readonly<Record<string, (socket: StreamSocket, longest: number) => number>> = {
  deliveryInDoubt: (socket) => socket.happened(Event.deliveryInDoubt) ? 1 : 0,
  urgent: (socket) => socket.happened(Event.urgent) ? 1 : 0,
  tcpi_busy_time: (socket) => socket.busyTime,
  tcpi_rwnd_limited: (socket) => socket.windowLimitedTime,
  tcpi_sndbuf_limited: (socket) => socket.bufferLimitedTime,
  tcpi_rcv_mss: (_socket, longest) => Math.max(longest, LEAST_RECEIVE_MSS),
};

/** What Linux takes the peer's segments to be before it has seen longer ones. */
const LEAST_RECEIVE_MSS = 536;

/** The names of all figures. */
export const FIGURE_NAMES: readonly string[] = [
  ...Object.keys(OWN_FIGURES),
  ...Object.keys(KERNEL_FIGURES),
  ...Object.keys(SOCKET_FIGURES),
];

const FIGURES = new Set(FIGURE_NAMES);

/** Whether a name is that of a figure. */
export function isFigure(name: string): boolean {
  return FIGURES.has(name);
}

/** The figures of a socket and its connection, by name; only its state when it has no connection. */
export function figuresOf(
  socket: StreamSocket,
  platform: Platform,
  longest: number,
): ReadonlyMap<string, number> {
  const { connection, listener } = socket;
  if (connection === null) {
    const state = listener === null ? "CLOSED" : "LISTEN";
    return new Map([["state", STATES.indexOf(state)], ["tcpi_state", stateNumber(state, platform)]]);
  }
  const unit = platform === "linux" ? Math.max(connection.sendMss, 1) : 1;
  const subject = { connection, info: connection.info(), platform, unit };
  const figures = new Map<string, number>();
  for (const [name, read] of Object.entries(OWN_FIGURES)) figures.set(name, read(subject));
  for (const [name, read] of Object.entries(KERNEL_FIGURES)) figures.set(name, read(subject));
  for (const [name, read] of Object.entries(SOCKET_FIGURES)) figures.set(name, read(socket, longest));
  return figures;
}
