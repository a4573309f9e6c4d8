/**
 * The connections of a capture, a line each.
 *
 * @module
 */

import type { CapturedConnection } from "./analysis/captured_connection.ts";
import { type Flow, flowOf } from "./analysis/flow.ts";
import type { Half } from "./analysis/half.ts";
import { endingOf } from "./summary.ts";
import { displayFilter } from "../trace/display_filter.ts";
import { octetsAmountText, spanText } from "../trace/format.ts";

const HEADINGS = [
  "#",
  "client",
  "server",
  "start",
  "duration",
  "octets",
  "sent again",
  "minimum RTT",
  "end",
  "filter",
];
/** Columns of numbers, which stand to the right. */
const RIGHT: ReadonlySet<number> = new Set([0, 4]);
const MICROS_PER_MILLISECOND = 1_000;

/** A table with a head. `epoch`: µs from 1970-01-01 UTC to the capture's first packet; null: not known. */
export function connectionTable(
  connections: readonly CapturedConnection[],
  epoch: number | null,
): readonly string[] {
  const rows = [HEADINGS, ...connections.map((connection) => cellsOf(flowOf(connection), epoch))];
  const widths = HEADINGS.map((_heading, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows.map((row) =>
    row.map((cell, i) => RIGHT.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))
      .join("  ").trimEnd()
  );
}

function cellsOf(flow: Flow, epoch: number | null): string[] {
  const { local, remote, record } = flow;
  return [
    String(record.id),
    record.local,
    record.remote,
    startText(flow.firstAt, epoch),
    Number.isNaN(flow.lastAt - flow.firstAt) ? "?" : spanText(flow.lastAt - flow.firstAt),
    `${octetsAmountText(local.octets)} > ${octetsAmountText(remote.octets)} <`,
    `${sentAgain(local)} > ${sentAgain(remote)} <`,
    roundTripText(flow),
    endingOf(flow),
    displayFilter(record),
  ];
}

/** Segments that were sent again. */
function sentAgain(half: Half): number {
  return half.retransmissions;
}

function roundTripText({ local, remote }: Flow): string {
  const parts = [local, remote].filter(({ roundTrips }) => roundTrips.samples > 0);
  if (parts.length < 2) {
    return parts.length === 0 ? "?" : `at least ${spanText(parts[0]?.roundTrips.minimum ?? 0)}`;
  }
  return spanText(local.roundTrips.minimum + remote.roundTrips.minimum);
}

/** By the wall clock, UTC. */
function startText(at: number, epoch: number | null): string {
  if (Number.isNaN(at)) return "?";
  if (epoch === null) return `${spanText(at)} on`;
  return new Date((epoch + at) / MICROS_PER_MILLISECOND).toISOString().replace("T", " ").replace("Z", "");
}
