/**
 * A connection's figures under the names of `TCP_INFO`, as far as the core shows them.
 *
 * @module
 */

import { type Connection, controlBlockOf } from "../tcp/connection/connection.ts";
import type { RecoveryPhase } from "../tcp/base/observer.ts";
import type { FailureKind } from "../tcp/base/errors.ts";
import { type State, STATES } from "../tcp/base/state.ts";
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
const CONSTANTS: readonly (readonly [string, number])[] = [
  ...STATES.map((state, i) => [constantName(state), i] as const),
  ...Object.entries(FAILURE_NUMBERS).map(([kind, number]) => [constantName(kind), number] as const),
  ...Object.entries(PHASES).map(([phase, number]) => [constantName(phase), number] as const),
];

/** Figures under the core's own names: octets and microseconds. */
function ownFigures(connection: Connection): (readonly [string, number])[] {
  const failure = connection.failure;
  return [
    ...CONSTANTS,
    ["state", STATES.indexOf(connection.state)],
    ["failure", failure === null ? 0 : FAILURE_NUMBERS[failure.kind]],
    ["softError", connection.softError === null ? 0 : 1],
    ["recoveryPhase", PHASES[connection.recoveryPhase]],
    ["cwnd", connection.cwnd],
    ["ssthresh", connection.ssthresh],
    ["pipe", connection.pipe],
    ["sndWnd", connection.sndWnd],
    ["rcvWnd", connection.rcvWnd],
    ["unackedOctets", connection.unackedOctets],
    ["unsentOctets", connection.unsentOctets],
    ["unreadOctets", connection.unreadOctets],
    ["urgentOctetsLeft", connection.urgentOctetsLeft],
    ["dupAcks", connection.dupAcks],
    ["smoothedRtt", connection.smoothedRtt],
    ["rttVariation", connection.rttVariation],
    ["latestRtt", connection.latestRtt],
    ["minimumRtt", connection.minimumRtt],
    ["retransmissionTimeout", connection.retransmissionTimeout],
    ["backoff", connection.backoff],
    ["sendMss", connection.sendMss],
    ["segmentsRetransmitted", connection.segmentsRetransmitted],
  ];
}

/** The figures by name. Windows in those of `TCP_INFO` are segments on Linux, octets on FreeBSD. */
export function connectionFigures(connection: Connection, platform: Platform): Map<string, number> {
  const { scoreboard: { segments }, rack } = controlBlockOf(connection).recovery;
  const segment = Math.max(connection.sendMss, 1);
  const unit = platform === "linux" ? segment : 1;
  const threshold = connection.ssthresh;
  return new Map<string, number>([
    ...ownFigures(connection),
    ["tcpi_state", stateNumber(connection.state, platform)],
    ["tcpi_ca_state", PHASES[connection.recoveryPhase]],
    ["tcpi_options", optionBits(connection)],
    ["tcpi_advmss", announcedMss(connection)],
    ["tcpi_sacked", segments.sacked],
    ["tcpi_lost", segments.lost],
    ["tcpi_retrans", segments.resent],
    ["tcpi_reordering", rack.reordering],
    ["tcpi_reord_seen", rack.reorderings],
    ["tcpi_probes", controlBlockOf(connection).unansweredProbes],
    ["tcpi_backoff", connection.backoff],
    ["tcpi_snd_wscale", connection.sndWindowShift],
    ["tcpi_rcv_wscale", connection.rcvWindowShift],
    ["tcpi_rto", connection.retransmissionTimeout],
    ["tcpi_snd_mss", connection.sendMss],
    ["tcpi_unacked", segments.total],
    ["tcpi_rtt", connection.smoothedRtt],
    ["tcpi_rttvar", connection.rttVariation],
    ["tcpi_min_rtt", connection.minimumRtt],
    ["tcpi_snd_ssthresh", Number.isFinite(threshold) ? Math.floor(threshold / unit) : INFINITE_THRESHOLD],
    ["tcpi_snd_cwnd", Math.floor(connection.cwnd / unit)],
    ["tcpi_total_retrans", connection.segmentsRetransmitted],
    ["tcpi_bytes_acked", connection.octetsAcknowledged],
    ["tcpi_bytes_received", connection.octetsReceived],
    ["tcpi_bytes_sent", connection.octetsSent],
    ["tcpi_bytes_retrans", connection.octetsRetransmitted],
    ["tcpi_notsent_bytes", connection.unsentOctets],
    ["tcpi_segs_out", connection.segmentsSent],
    ["tcpi_segs_in", connection.segmentsReceived],
  ]);
}
