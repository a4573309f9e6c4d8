/**
 * Which numbers of a range are covered by others: few pieces, in order.
 *
 * @module
 */

/** From the first number to before the last one. */
export type Span = readonly [start: number, end: number];

/** Adds a span to those that are there, joined where they touch; they stay in order. */
export function withSpan(spans: Span[], [start, end]: Span): void {
  const touching = spans.filter((one) => one[0] <= end && one[1] >= start);
  const joined: Span = [
    Math.min(start, ...touching.map((one) => one[0])),
    Math.max(end, ...touching.map((one) => one[1])),
  ];
  const apart = spans.filter((one) => !touching.includes(one));
  spans.splice(0, spans.length, ...[...apart, joined].sort((one, other) => one[0] - other[0]));
}

/** Whether every number of the span is covered. */
export function coversAll(spans: readonly Span[], [start, end]: Span): boolean {
  return spans.some((one) => one[0] <= start && one[1] >= end);
}
