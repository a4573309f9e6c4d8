/**
 * The system call that a script waits for: begun at its line, tried again as things happen, compared when it returns.
 *
 * @module
 */

import { type Instant, NEVER } from "../tcp/mod.ts";
import { Arguments, MismatchError } from "./arguments.ts";
import type { SystemCall } from "./ast.ts";
import { CALLS } from "./call_table.ts";
import type { Call, CallContext, CallProgress } from "./calls.ts";
import { FailedError, type Place, START, UnsupportedError } from "./errors.ts";
import type { RunSettings } from "./options.ts";
import type { CallOutcome } from "./socket.ts";
import { secondsText, type World } from "./world.ts";

/** A call that has not returned yet. */
interface PendingCall {
  readonly place: Place;
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
  begin(call: SystemCall, place: Place, base: number): void {
    const run = CALLS[call.name];
    if (run === undefined) throw new UnsupportedError(place, call.name);
    const args = new Arguments(call.arguments, this.#settings.platform, place);
    const progress = { octets: 0, started: this.#world.now };
    const end = call.end === null ? null : base + call.end;
    this.#pending = { place, call, args, run, progress, end, wakeAt: NEVER };
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
    const { place = START, call, args } = this.#pending ?? {};
    const expected = call === undefined || args === undefined ? null : resultText(call, args);
    throw new FailedError(place, `${call?.name} does not return`, expected, "nothing: it waits for ever");
  }

  #attempt({ run, args, progress, place, call }: PendingCall): CallOutcome {
    try {
      return run(this.#context, args, progress);
    } catch (error) {
      if (!(error instanceof MismatchError)) throw error;
      throw new FailedError(error.place ?? place, `${call.name}: ${error.message}`);
    }
  }

  #compare({ call, args }: PendingCall, outcome: CallOutcome): void {
    const errno = call.errno?.name ?? null;
    const wanted = call.result.kind === "ellipsis" ? null : args.valueOf(call.result);
    let actual = "";
    let fits = wanted === null;
    if (outcome.kind === "opened") {
      actual = "a descriptor";
      fits ||= wanted !== null && wanted >= 0;
      if (fits && wanted !== null) this.#context.descriptors.set(wanted, outcome.descriptor);
    } else if (outcome.kind === "returned") {
      actual = String(outcome.value);
      fits ||= outcome.value === wanted && errno === null;
    } else if (outcome.kind === "failed") {
      actual = `-1 ${outcome.errno}`;
      fits ||= wanted === -1 && (errno === null || sameError(errno, outcome.errno));
    }
    if (fits) return;
    const message = `${call.name} returned something else`;
    throw new FailedError(call.result.place, message, resultText(call, args), actual);
  }

  #compareTime({ call, place, progress }: PendingCall, end: number): void {
    const started = progress.started - this.#world.instantOf(0);
    const { tolerance, toleranceShare } = this.#settings;
    const now = this.#world.scriptTime;
    if (Math.abs(now - end) <= Math.max(tolerance, toleranceShare * (end - started))) return;
    throw new FailedError(place, `${call.name} returned at another time`, secondsText(end), secondsText(now));
  }
}

/** The result that a line expects, in words. */
function resultText(call: SystemCall, args: Arguments): string {
  if (call.result.kind === "ellipsis") return "anything";
  return `${args.valueOf(call.result)} ${call.errno?.name ?? ""}`.trim();
}

function sameError(a: string, b: string): boolean {
  const plain = (name: string): string => name === "EWOULDBLOCK" ? "EAGAIN" : name;
  return plain(a) === plain(b);
}
