/**
 * Errors by audience: the caller's mistakes are thrown at once; the connection's fate is kept in `failure`.
 *
 * @module
 */

import type { State } from "./state.ts";

/** How a connection ended when it did not end in order. */
export type FailureKind =
  /** The peer answered our SYN with RST. */
  | "refused"
  /** The peer sent RST on an existing connection. */
  | "reset"
  /** The peer did not answer for longer than allowed. */
  | "timed out"
  /** We aborted it. */
  | "aborted"
  /** The network said that the peer cannot be reached. */
  | "unreachable";

/** Why a connection ended, as a value: it is not thrown by the core. */
export class ConnectionFailure extends Error {
  /** As every error has it. */
  override readonly name = "ConnectionFailure";
  /** How it ended. */
  readonly kind: FailureKind;

  /** A failure of this kind, with what happened in a sentence; what was thrown, if that is why, is its cause. */
  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** A call that the connection's state does not allow (RFC 9293 3.10). */
export class InvalidStateError extends Error {
  /** As every error has it. */
  override readonly name = "InvalidStateError";
  /** The state that does not allow it. */
  readonly state: State;

  /** `advice`: what to do instead. */
  constructor(call: string, state: State, advice: string) {
    super(`Cannot ${call} in state ${state}: ${advice}`);
    this.state = state;
  }
}
