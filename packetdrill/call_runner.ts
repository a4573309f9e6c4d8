/**
 * The system call that a script waits for: begun at its line, tried again as things happen, compared when it returns.
 *
 * @module
 */

import { type Instant, NEVER } from "../tcp/base/units.ts";
import { Arguments, MismatchError } from "./arguments.ts";
import { type SystemCall, UnsupportedError } from "./ast.ts";
import { type Call, type CallContext, type CallProgress, OPENING_CALLS } from "./calls.ts";
import { FILE_CALLS } from "./calls_files.ts";
import { TRANSFER_CALLS } from "./calls_io.ts";
import { OPTION_CALLS } from "./calls_options.ts";
import { WAITING_CALLS } from "./calls_poll.ts";
import type { RunSettings } from "./options.ts";
import type { CallOutcome } from "./socket.ts";
import { FailedError } from "./verdict.ts";
import { secondsText, type World } from "./world.ts";

const CALLS: Readonly<Record<string, Call>> = {
  ...OPENING_CALLS,
  ...TRANSFER_CALLS,
  ...OPTION_CALLS,
  ...WAITING_CALLS,
  ...FILE_CALLS,
};

/** A call that has not returned yet. */
interface PendingCall {
  readonly line: number;
  readonly call: SystemCall;
  readonly args: Arguments;
  readonly run: Call;
  readonly progress: CallProgress;
  /** When it must return, of the script's time; null: whenever. */
  readonly end: number | null;
  wakeAt: Instant;
}

/** Runs one call at a time. */
export class CallRunner {
  readonly #context: CallContext;
  readonly #world: World;
  readonly #settings: RunSettings;
  #pending: PendingCall | null = null;

  constructor(context: CallContext, world: World, settings: RunSettings) {
    this.#context = context;
    this.#world = world;
    this.#settings = settings;
  }

  /** Whether a call has begun and not returned. */
  get isPending(): boolean {
    return this.#pending !== null;
  }

  /** When the call that waits has waited long enough; NEVER when there is none, or no limit. */
  get wakeAt(): Instant {
    return this.#pending?.wakeAt ?? NEVER;
  }

  /** Begins the call of a line; `base` is what its times count from. @throws UnsupportedError for one not known */
  begin(call: SystemCall, line: number, base: number): void {
    const run = CALLS[call.name];
    if (run === undefined) throw new UnsupportedError(line, call.name);
    const args = new Arguments(call.arguments, this.#settings.platform, line);
    const progress = { octets: 0, started: this.#world.now };
    const end = call.end === null ? null : base + call.end;
    this.#pending = { line, call, args, run, progress, end, wakeAt: NEVER };
  }

  /** Tries the call again. @returns whether it returned, as expected @throws FailedError when otherwise */
  settle(): boolean {
    const pending = this.#pending;
    if (pending === null) return false;
    const outcome = this.#attempt(pending);
    if (outcome.kind === "blocked") {
      pending.wakeAt = outcome.wakeAt;
      return false;
    }
    this.#pending = null;
    this.#compare(pending, outcome);
    if (pending.end !== null) this.#compareTime(pending, pending.end);
    return true;
  }

  /** Says that the call will not return. @throws FailedError */
  giveUp(): never {
    throw new FailedError(this.#pending?.line ?? 0, `${this.#pending?.call.name} does not return`);
  }

  #attempt({ run, args, progress, line, call }: PendingCall): CallOutcome {
    try {
      return run(this.#context, args, progress);
    } catch (error) {
      if (!(error instanceof MismatchError)) throw error;
      throw new FailedError(line, `${call.name}: ${error.message}`);
    }
  }

  #compare({ call, args, line }: PendingCall, outcome: CallOutcome): void {
    const wanted = call.result.kind === "ellipsis" ? null : args.valueOf(call.result);
    let actual = "";
    let fits = wanted === null;
    if (outcome.kind === "opened") {
      actual = "a descriptor";
      fits ||= wanted !== null && wanted >= 0;
      if (fits && wanted !== null) this.#context.descriptors.set(wanted, outcome.descriptor);
    } else if (outcome.kind === "returned") {
      actual = String(outcome.value);
      fits ||= outcome.value === wanted && call.errno === null;
    } else if (outcome.kind === "failed") {
      actual = `-1 ${outcome.errno}`;
      fits ||= wanted === -1 && (call.errno === null || sameError(call.errno, outcome.errno));
    }
    if (fits) return;
    const expected = wanted === null ? "anything" : `${wanted} ${call.errno ?? ""}`.trim();
    throw new FailedError(line, `${call.name} returned something else`, expected, actual);
  }

  #compareTime({ call, line, progress }: PendingCall, end: number): void {
    const started = progress.started - this.#world.instantOf(0);
    const { tolerance, toleranceShare } = this.#settings;
    const now = this.#world.scriptTime;
    if (Math.abs(now - end) <= Math.max(tolerance, toleranceShare * (end - started))) return;
    throw new FailedError(line, `${call.name} returned at another time`, secondsText(end), secondsText(now));
  }
}

function sameError(a: string, b: string): boolean {
  const plain = (name: string): string => name === "EWOULDBLOCK" ? "EAGAIN" : name;
  return plain(a) === plain(b);
}
