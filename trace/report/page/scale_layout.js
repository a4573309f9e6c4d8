/**
 * Where things lie in the ladder to scale: time runs downwards, a segment takes half a round trip to cross, pauses are cut
 * short, and nothing that a segment brings about lies above its arrival.
 *
 * @module
 */

/** Height of half a round trip, and of a pause that is cut short, in pixels. */
const HALF_HEIGHT = 26;
const PAUSE_HEIGHT = 46;
/** What separates two events of the same moment. */
const LEAST_STEP = 4;
/** How much lower a segment arrives than it left, at least: when the round trip is not known. */
const LEAST_SLOPE = 4;
/** And at most, in halves of a round trip. */
const MOST_SLOPE = 4;
/** A pause is cut short when it is longer than so many halves of a round trip. */
const LONG_PAUSE = 5;

/**
 * Places events, in microseconds and in their order, each `{time, way, trip, seq, end, ack, sackEnd, isLost}`; `halfTrip`: half of the least round trip,
 * 0 when not known, for those of which the trip is not known. @returns the places, each `{local, remote}` (pixels from the top, `remote` where the other end sends or
 * receives), the pauses `{from, to, span}` and the whole height
 */
export function layOut(events, halfTrip) {
  const scale = HALF_HEIGHT / (halfTrip || typicalGap(events));
  const slopeOf = ({ trip }) =>
    Math.min(Math.max((trip ?? halfTrip) * scale, LEAST_SLOPE), MOST_SLOPE * HALF_HEIGHT);
  const places = [];
  const pauses = [];
  let y = 0;
  const received = new Received();
  events.forEach((event, k) => {
    if (k > 0) {
      const span = event.time - events[k - 1].time;
      const isLong = span * scale > LONG_PAUSE * HALF_HEIGHT;
      const step = isLong ? PAUSE_HEIGHT : Math.max(span * scale, LEAST_STEP);
      if (isLong) pauses.push({ from: y + PAUSE_HEIGHT * 0.25, to: y + PAUSE_HEIGHT * 0.75, span });
      y += step;
    }
    if (event.way === "arrived") {
      const cause = received.causeOf(event);
      // An answer leaves where what it answers has arrived, and not above.
      y = Math.max(y, cause + LEAST_SLOPE);
      places.push({ local: y, remote: Math.max(y - slopeOf(event), cause, 0) });
    } else if (event.way === "sent") {
      places.push({ local: y, remote: y + slopeOf(event) });
      if (event.end > event.seq && !event.isLost) received.add(event, y + slopeOf(event));
    } else places.push({ local: y, remote: null });
  });
  const height = places.reduce((most, { local, remote }) => Math.max(most, local, remote ?? 0), 0);
  return { places, pauses, height };
}

/** What the other end has received, and where in the picture that was. */
class Received {
  constructor() {
    /** How far everything has arrived, each time with the place of what made it so. */
    this.steps = [];
    /** What has arrived beyond a gap, by where it ends. */
    this.beyond = new Map();
  }

  add({ seq, end }, at) {
    let reach = this.steps.at(-1)?.end ?? seq;
    if (seq > reach) {
      if (!this.beyond.has(end)) this.beyond.set(end, { seq, end, at });
      return;
    }
    if (end <= reach) return;
    reach = end;
    for (const piece of [...this.beyond.values()].sort((a, b) => a.seq - b.seq)) {
      if (piece.seq <= reach) reach = Math.max(reach, piece.end);
    }
    this.steps.push({ end: reach, at });
  }

  /** Where the last of what a segment says its sender has was received; -Infinity when it says nothing of the kind. */
  causeOf({ ack, sackEnd }) {
    if (ack === null) return -Infinity;
    const isNew = this.steps.find(({ end }) => end >= ack);
    const before = isNew ?? this.steps.at(-1);
    return Math.max(before?.at ?? -Infinity, this.beyond.get(sackEnd)?.at ?? -Infinity);
  }
}

/** The middle one of the gaps between events, for a connection whose round trip is not known. */
function typicalGap(events) {
  const gaps = events.slice(1).map(({ time }, k) => time - events[k].time).filter((gap) => gap > 0)
    .sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? 1;
}
