/**
 * What holds at the moment of an event: the states and the windows of both ends.
 *
 * @module
 */

/** The moments of one connection. */
export class Moments {
  constructor(trace, indices) {
    this.trace = trace;
    this.indices = indices;
    const { columns } = trace;
    this.changes = indices.filter((i) => trace.kind(i) === "state");
    const highest = (name) => indices.reduce((most, i) => Math.max(most, columns[name]?.[i] ?? 0), 0);
    /** The highest numbers of what the local end sends, and of what it receives. */
    this.most = { sent: highest("sndNxt"), received: highest("rcvNxt") };
  }

  /** The states that the local end has been in until event `i`, the present one last; none when not known. */
  statesUntil(i) {
    const { trace } = this;
    const been = [];
    const add = (state) => {
      if (state !== "" && been.at(-1) !== state) been.push(state);
    };
    for (const change of this.changes) {
      if (change > i) break;
      const [from] = trace.columns.extra[change].split(" to ");
      add(from);
      add(trace.state(change));
    }
    if (trace.kind(i) !== "arrived" || been.length === 0) add(trace.state(i));
    return been;
  }

  /** The remote end's state at event `i`; null when not known. */
  peerStateAt(i) {
    for (let at = this.indices.indexOf(i); at >= 0; at--) {
      const state = this.trace.peerState(this.indices[at]);
      if (state !== null) return state;
    }
    return null;
  }

  /**
   * The windows once event `i` has been taken in; null when not known. The variables of an arrival are those before it, so
   * that what it brings about shows in those of the next event.
   */
  windowsAfter(i) {
    const own = this.#view(i, "");
    if (own === null || this.trace.kind(i) !== "arrived" || this.trace.columns["peer.state"] !== undefined) {
      return own;
    }
    const next = this.indices.find((other) => other > i && this.trace.columns.state[other] !== null);
    return next === undefined ? own : { ...this.#view(next, ""), sndNxt: own.sndNxt };
  }

  /** The windows of the remote end when it sent what arrives with event `i`; null when not known. */
  peerWindows(i) {
    return this.#view(i, "peer.");
  }

  #view(i, prefix) {
    const { columns } = this.trace;
    const value = (name) => columns[prefix + name]?.[i] ?? null;
    if (value("state") === null) return null;
    return {
      sndUna: value("sndUna"),
      sndNxt: value("sndNxt"),
      sndWnd: value("sndWnd"),
      rcvNxt: value("rcvNxt"),
      rcvWnd: value("rcvWnd"),
    };
  }
}
