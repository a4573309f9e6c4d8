/**
 * Runs a script over the core in virtual time, line by line.
 *
 * @module
 */

import { after, completeConfig, earliest, type Instant, micros, seconds } from "../tcp/mod.ts";
import { type Finding, runCode } from "./assertions.ts";
import type {
  IcmpPacket,
  Script,
  ScriptEvent,
  ShellCommand,
  SystemCall,
  TcpPacket,
  TimeSpec,
} from "./ast.ts";
import { CallRunner } from "./call_runner.ts";
import type { CallContext } from "./calls.ts";
import { releaseMore } from "./calls_io.ts";
import { findDifference, joinSegments, type SentPacket } from "./compare.ts";
import { FailedError, type Place, START, UnsupportedError } from "./errors.ts";
import { packetText } from "./flows.ts";
import type { RunSettings } from "./options.ts";
import type { PythonStatement } from "./python.ts";
import { interpretCommands } from "./settings.ts";
import { figuresOf } from "./tcp_info.ts";
import { NOTHING_RUN, type RunResult, type Verdict, verdictOn } from "./verdict.ts";
import { secondsText, type Watch, World } from "./world.ts";

/** How long after its time a packet is still waited for, to show what came instead. */
const PATIENCE = seconds(2);

/** How long a line without a time, or a call that blocks, is waited for. */
const LONG_PATIENCE = seconds(100_000);

/** Timers that may fire while one line is waited for: a bound for what never ends. */
const MAX_TIMERS = 100_000;

/** Runs a script's events. */
export class Runner {
  readonly #script: Script;
  readonly #settings: RunSettings;
  readonly #world: World;
  readonly #context: CallContext;
  readonly #variables = new Map<string, number>();
  readonly #unchecked: string[] = [];
  #passed = 0;
  #calledIsn: number | null = null;
  readonly #call: CallRunner;
  /** When the event before the present one was due. */
  #lastDue = 0;
  /** What is being run. */
  #place: Place = START;

  constructor(script: Script, settings: RunSettings, watch: Watch = {}) {
    this.#script = script;
    this.#settings = settings;
    const { config, platform, family, injectedSegment, scaledEchoes } = settings;
    const { sequences } = settings.run;
    this.#world = new World({
      config,
      platform,
      family,
      sequences,
      injectedSegment,
      scaledEchoes,
      watch,
    });
    this.#context = { world: this.#world, descriptors: new Map() };
    this.#call = new CallRunner(this.#context, this.#world, settings);
    this.#world.onTimePassing = (span) => {
      for (const descriptor of this.#context.descriptors.values()) {
        if (descriptor.kind === "stream") descriptor.timePasses(span);
      }
    };
  }

  /** The verdict on what the run came to, or broke off with, and what was seen until then. */
  result(broken: unknown): RunResult {
    const verdict: Verdict = broken === null
      ? { outcome: "ok", place: null, reason: "" }
      : verdictOn(broken, this.#place);
    return {
      ...NOTHING_RUN,
      log: this.#world.log,
      leftOver: this.#world.sent.length + this.#world.passedOver.length,
      calledIsn: this.#calledIsn,
      assertionsPassed: this.#passed,
      assertionsUnchecked: this.#unchecked,
      ...verdict,
    };
  }

  /** Runs everything. @throws FailedError, ScriptError, UnsupportedError */
  run(): void {
    const { initCommand, events, cleanupCommand } = this.#script;
    if (initCommand !== null) this.#runCommand(initCommand);
    for (const event of events) {
      this.#place = event.place;
      this.#runEvent(event);
    }
    this.#finishPending();
    if (cleanupCommand !== null) this.#runCommand(cleanupCommand);
    if (this.#settings.run.leftovers) this.#checkLeftovers();
  }

  #checkLeftovers(): void {
    const left = this.#world.sent[0] ?? this.#world.passedOver[0];
    if (left === undefined) return;
    throw new FailedError(
      this.#place,
      "The stack sent more than the script expects",
      "nothing",
      this.#world.describe(left),
    );
  }

  #runEvent(event: ScriptEvent): void {
    const base = event.time.kind === "absolute" ? 0 : this.#world.scriptTime;
    const due = base + event.time.start;
    const { action } = event;
    if (action.kind === "tcp" && action.direction === "out") {
      this.#expectPacket(action, event.time, base);
    } else {
      this.#arriveAt(due, event);
      switch (action.kind) {
        case "tcp":
          this.#world.inject(action, event.place);
          this.#releaseHeld(action);
          break;
        case "icmp":
          this.#injectIcmp(action, event.place);
          break;
        case "call":
          this.#startCall(action, event.place, base);
          break;
        case "command":
          this.#runCommand(action);
          break;
        case "code":
          this.#runCode(action.statements);
          break;
      }
      this.#settle();
    }
    this.#lastDue = event.time.kind === "any" ? this.#world.scriptTime : due;
  }

  /** Lets time pass until an event is due. It may be late already, by what is tolerated. */
  #arriveAt(due: number, event: ScriptEvent): void {
    this.#passTimeTo(this.#world.instantOf(due));
    const late = this.#world.scriptTime - due;
    if (late > this.#toleranceAt(due)) {
      throw new FailedError(
        event.place,
        "What came before took too long",
        secondsText(due),
        secondsText(this.#world.scriptTime),
      );
    }
  }

  /** As the world's `advanceTo`, waking a blocked call on the way. */
  #passTimeTo(moment: Instant): void {
    for (;;) {
      const next = earliest(this.#world.nextDeadline, this.#call.wakeAt);
      if (next >= moment) break;
      this.#turn(next);
    }
    this.#world.advanceTo(moment);
  }

  /** Lets time pass to `next`, fires what is due there, and sees what became of a blocked call. */
  #turn(next: Instant): void {
    if (!this.#world.fireNext(next)) this.#world.advanceTo(next);
    this.#settle();
  }

  /** After anything that happened: what the stack sends now goes out, and a blocked call may return. */
  #settle(): void {
    this.#world.pump();
    this.#makeReports();
    if (!this.#call.settle()) return;
    this.#world.pump();
    this.#makeReports();
  }

  #makeReports(): void {
    for (const descriptor of this.#context.descriptors.values()) {
      if (descriptor.kind === "stream") descriptor.makeReports(this.#world.scriptTime);
    }
  }

  #toleranceAt(due: number): number {
    return Math.max(this.#settings.tolerance, this.#settings.toleranceShare * (due - this.#lastDue));
  }

  #expectPacket(line: TcpPacket, time: TimeSpec, base: number): void {
    const start = base + time.start;
    const end = base + (time.end ?? time.start);
    const tolerance = this.#toleranceAt(start);
    const limit = time.kind === "any"
      ? after(this.#world.now, LONG_PATIENCE)
      : after(this.#world.instantOf(end), micros(tolerance + PATIENCE));
    const sent = this.#awaitPacket(line, limit);
    const flow = this.#world.flowOfOutbound(line);
    const expected = `${secondsText(start)} > ${lineText(line)}`;
    if (sent === null || flow === null) {
      throw new FailedError(this.#place, "The stack did not send the packet expected", expected, "nothing");
    }
    const { exactOptions, push, echo } = this.#settings.run;
    const { timestampTick, tolerance: stampTolerance } = this.#settings;
    const strictness = { exactOptions, push, echo, timestampTick, tolerance: stampTolerance };
    const difference = findDifference(line, sent.packet, flow, strictness);
    const actual = this.#world.describe(sent);
    if (difference !== null) {
      const place = difference.part === null ? undefined : line.places[difference.part];
      throw new FailedError(place ?? this.#place, difference.text, expected, actual);
    }
    if (time.kind !== "any" && (sent.time < start - tolerance || sent.time > end + tolerance)) {
      const range = time.end === null ? secondsText(start) : `${secondsText(start)}~${secondsText(end)}`;
      throw new FailedError(
        this.#place,
        `time: ${range} expected, ${secondsText(sent.time)} was it; ${secondsText(tolerance)} is tolerated`,
        expected,
        actual,
      );
    }
  }

  /** The next packet of the line's connection, joined as the line has it; null when none comes until `limit`. */
  #awaitPacket(line: TcpPacket, limit: Instant): SentPacket | null {
    for (let timers = 0; timers < MAX_TIMERS; timers++) {
      const flow = this.#world.flowOfOutbound(line);
      if (flow !== null) {
        if (isSyn(line) && line.seq !== null) {
          flow.nameLocal(line.seq);
          if (line.seq !== 0 && !line.absolute) this.#calledIsn ??= line.seq;
        }
        this.#world.passOverOthers(flow);
        const found = joinSegments(this.#world.sent, line, this.#settings.singly);
        if (found !== null) {
          this.#world.sent.splice(0, found.count);
          return found.joined;
        }
      }
      const next = earliest(this.#world.nextDeadline, this.#call.wakeAt);
      if (next > limit) break;
      this.#turn(next);
    }
    return this.#world.sent.shift() ?? null;
  }

  /** Linux lets go of what MSG_MORE held back when an ACK arrives. */
  #releaseHeld(line: TcpPacket): void {
    if ((line.flags & ACK_BIT) === 0) return;
    for (const descriptor of this.#context.descriptors.values()) {
      if (descriptor.kind === "stream") releaseMore(descriptor, this.#world.now);
    }
  }

  #injectIcmp(line: IcmpPacket, place: Place): void {
    if (line.direction === "out") throw new UnsupportedError(place, "> icmp");
    this.#world.injectIcmp(line, place);
  }

  #startCall(call: SystemCall, place: Place, base: number): void {
    this.#finishPending();
    this.#call.begin(call, place, base);
    this.#settle();
    // A line without an end says that the call does not wait: what comes next comes after it.
    if (call.end === null) this.#finishPending();
  }

  #finishPending(): void {
    const limit = after(this.#world.now, LONG_PATIENCE);
    for (let timers = 0; this.#call.isPending; timers++) {
      const next = earliest(this.#world.nextDeadline, this.#call.wakeAt);
      if (next > limit || timers === MAX_TIMERS) this.#call.giveUp();
      this.#turn(next);
    }
  }

  #runCommand(command: ShellCommand): void {
    const effects = interpretCommands(command, this.#world.config);
    for (const each of effects.unchecked) this.#noteUnchecked({ place: command.place, text: each });
    this.#world.config = completeConfig(effects.changes, this.#world.config);
    for (const [path, length] of effects.files) this.#world.files.set(path, length);
    this.#world.unsentLowWater = effects.unsentLowWater ?? this.#world.unsentLowWater;
    if (effects.seconds > 0) this.#passTimeTo(after(this.#world.now, seconds(effects.seconds)));
    for (const { state, count } of effects.checks) {
      const found = [...this.#world.states.values()].filter((each) => each === state).length;
      if (found === count) continue;
      const [expected, actual] = [`${count} in ${state}`, `${found} in ${state}`];
      throw new FailedError(command.place, "Not the states expected", expected, actual);
    }
  }

  #runCode(statements: readonly PythonStatement[]): void {
    const { passed, unchecked, failure } = runCode(statements, {
      figures: this.#currentFigures(),
      variables: this.#variables,
      platform: this.#settings.platform,
    });
    this.#passed += passed;
    if (failure !== null) throw new FailedError(failure.place, failure.text);
    for (const each of unchecked) this.#noteUnchecked(each);
  }

  /** What is not supported is not checked; a script of our own may not have such. */
  #noteUnchecked({ place, text }: Finding): void {
    if (this.#settings.run.unsupportedFails) throw new UnsupportedError(place, text);
    this.#unchecked.push(`line ${place.line}: ${text}`);
  }

  /** The figures of the lines' present connection, as far as a descriptor has it, or of a socket before there is any. */
  #currentFigures(): ReadonlyMap<string, number> | null {
    const flow = this.#world.current;
    let figures: ReadonlyMap<string, number> | null = null;
    for (const descriptor of this.#context.descriptors.values()) {
      if (descriptor.kind !== "stream") continue;
      const { local, remote } = descriptor.connection ?? {};
      if (flow !== null && (local?.port !== flow.localPort || remote?.port !== flow.remotePort)) continue;
      figures = figuresOf(descriptor, this.#settings.platform, this.#world.longestInjected);
    }
    return figures;
  }
}

const SYN_BIT = 2;
const ACK_BIT = 16;

function isSyn(line: TcpPacket): boolean {
  return (line.flags & SYN_BIT) !== 0;
}

/** An expected line as it stands in the script. */
function lineText(line: TcpPacket): string {
  const options = line.options === "any" ? [] : line.options;
  const text = packetText(
    { ...NO_ADDRESSES, ...line, seq: line.seq ?? 0, window: line.window ?? 0, options, trafficClass: 0 },
    line.length,
  );
  const windowed = line.window === null ? text.replace(/ win 0/, "") : text;
  const numbered = line.seq === null ? windowed.replace(/ \d+:\d+\(/, " ...(") : windowed;
  return line.options === "any" ? `${numbered} <...>` : numbered;
}

const NO_ADDRESSES = {
  family: 4 as const,
  source: new Uint8Array(0),
  destination: new Uint8Array(0),
  hopLimit: 0,
};
