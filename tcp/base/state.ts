/**
 * The connection states and the transitions that the standard allows, RFC 9293 3.3.2.
 *
 * @module
 */

/** The eleven states, named as the standard names them. */
export type State =
  | "LISTEN"
  | "SYN-SENT"
  | "SYN-RECEIVED"
  | "ESTABLISHED"
  | "FIN-WAIT-1"
  | "FIN-WAIT-2"
  | "CLOSE-WAIT"
  | "CLOSING"
  | "LAST-ACK"
  | "TIME-WAIT"
  | "CLOSED";

/** Every state, in the order of the standard's list. */
export const STATES: readonly State[] = [
  "LISTEN",
  "SYN-SENT",
  "SYN-RECEIVED",
  "ESTABLISHED",
  "FIN-WAIT-1",
  "FIN-WAIT-2",
  "CLOSE-WAIT",
  "CLOSING",
  "LAST-ACK",
  "TIME-WAIT",
  "CLOSED",
];

/**
 * Where each state may go. CLOSED is reachable from everywhere (reset, abort, timeout) and left by nothing: a
 * connection object is born open. FIN-WAIT-1 goes straight to TIME-WAIT when one segment carries both the peer's FIN
 * and the acknowledgement of ours. SYN-SENT and SYN-RECEIVED reach ESTABLISHED and, when the segment that ends the
 * handshake carries the peer's FIN, CLOSE-WAIT by way of it.
 */
const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  "LISTEN": ["SYN-SENT", "SYN-RECEIVED", "CLOSED"],
  "SYN-SENT": ["SYN-RECEIVED", "ESTABLISHED", "CLOSED"],
  "SYN-RECEIVED": ["ESTABLISHED", "FIN-WAIT-1", "CLOSE-WAIT", "LISTEN", "CLOSED"],
  "ESTABLISHED": ["FIN-WAIT-1", "CLOSE-WAIT", "CLOSED"],
  "FIN-WAIT-1": ["FIN-WAIT-2", "CLOSING", "TIME-WAIT", "CLOSED"],
  "FIN-WAIT-2": ["TIME-WAIT", "CLOSED"],
  "CLOSE-WAIT": ["LAST-ACK", "CLOSED"],
  "CLOSING": ["TIME-WAIT", "CLOSED"],
  "LAST-ACK": ["CLOSED"],
  "TIME-WAIT": ["CLOSED"],
  "CLOSED": [],
};

/** Whether the standard allows going from `from` to `to`. Staying is not a transition. */
export function isLegalTransition(from: State, to: State): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Whether both SYNs have been acknowledged: every state from ESTABLISHED on, but CLOSED. */
export function isSynchronized(state: State): boolean {
  switch (state) {
    case "LISTEN":
    case "SYN-SENT":
    case "SYN-RECEIVED":
    case "CLOSED":
      return false;
    case "ESTABLISHED":
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
    case "CLOSE-WAIT":
    case "CLOSING":
    case "LAST-ACK":
    case "TIME-WAIT":
      return true;
  }
}

/** Whether data from the peer may still arrive: it has not sent its FIN. */
export function mayReceiveData(state: State): boolean {
  switch (state) {
    case "ESTABLISHED":
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
      return true;
    case "LISTEN":
    case "SYN-SENT":
    case "SYN-RECEIVED":
    case "CLOSE-WAIT":
    case "CLOSING":
    case "LAST-ACK":
    case "TIME-WAIT":
    case "CLOSED":
      return false;
  }
}
