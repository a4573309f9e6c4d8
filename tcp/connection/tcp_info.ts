/**
 * Figures of a connection, as `getsockopt(TCP_INFO)` has them.
 *
 * @module
 */

import type { Tcb } from "./tcb.ts";

/** What a connection counts, besides what every `ConnectionView` shows. A copy: it does not change. */
export interface TcpInfo {
  /** Segments sent and not acknowledged cumulatively: `tcpi_unacked`. */
  readonly outstandingSegments: number;
  /** Of them, those that SACK reported as received: `tcpi_sacked`. */
  readonly sackedSegments: number;
  /** Of them, those that count as lost, sent again or not: `tcpi_lost`. */
  readonly lostSegments: number;
  /** Of them, those that were retransmitted and may still be on their way: `tcpi_retrans`. */
  readonly retransmittedSegments: number;
  /** Segments by which one may be overtaken before that means loss: `tcpi_reordering`. */
  readonly reordering: number;
  /** Times that reordering was seen: `tcpi_reord_seen`. */
  readonly reorderingsSeen: number;
  /** Zero-window probes in a row that drew no answer: `tcpi_probes`. */
  readonly unansweredProbes: number;
  /** Times that the retransmission timer expired, from the beginning. */
  readonly timeouts: number;
  /** The largest window that the peer ever announced, octets: Max(SND.WND) of RFC 9293 3.8.6.2.1. */
  readonly maxSndWnd: number;
  /** Octets of data in a full segment to this peer: `tcpi_snd_mss`. Half of that window where a segment may have more. */
  readonly fullSegment: number;
  /** Octets that the receive buffer may hold now: auto-tuning and rounding move it. */
  readonly receiveBufferLimit: number;
}

/** The counts of a connection now. */
export function tcpInfo({ recovery, unansweredProbes, totals, sender, receiver }: Tcb): TcpInfo {
  const { scoreboard: { segments }, rack } = recovery;
  return {
    outstandingSegments: segments.total,
    sackedSegments: segments.sacked,
    lostSegments: segments.lost,
    retransmittedSegments: segments.resent,
    reordering: rack.reordering,
    reorderingsSeen: rack.reorderings,
    unansweredProbes,
    timeouts: totals.timeouts,
    maxSndWnd: sender.maxSndWnd,
    fullSegment: sender.fullSegment,
    receiveBufferLimit: receiver.window.limit,
  };
}
