/**
 * Runs a script over the core in virtual time, line by line.
 *
 * @module
 */

import { Event } from "../tcp/base/events.ts";
import { completeConfig } from "../tcp/config/complete.ts";
import { after, earliest, type Instant, micros, seconds } from "../tcp/base/units.ts";
import { runCode } from "./assertions.ts";
import {
  type IcmpPacket,
  type Script,
  ScriptError,
  type ScriptEvent,
  type SystemCall,
  type TcpPacket,
  type TimeSpec,
  UnsupportedError,
} from "./ast.ts";
import { CallRunner } from "./call_runner.ts";
import type { CallContext } from "./calls.ts";
import { releaseMore } from "./calls_io.ts";
import { findDifference, joinSegments, type SentPacket } from "./compare.ts";
import { packetText } from "./flows.ts";
import { definitionsFor, type RunOptions, type RunSettings, runSettings } from "./options.ts";
import { parseScript } from "./parser.ts";
import { interpretCommands } from "./settings.ts";
import { connectionFigures } from "./tcp_info.ts";
import { FailedError, NOTHING_RUN, type RunResult, type Verdict, verdictOn } from "./verdict.ts";
import { secondsText, World } from "./world.ts";

/** How long after its time a packet is still waited for, to show what came instead. */
const PATIENCE = seconds(2);

/** How long a line without a time, or a call that blocks, is waited for. */
const LONG_PATIENCE = seconds(100_000);

/** Timers that may fire while one line is waited for: a bound for what never ends. */
const MAX_TIMERS = 100_000;

/** Parses and runs the script `text`; `path` is for messages. Never throws for what the script says or does. */
export function runScript(text: string, path: string, options: RunOptions): RunResult {
  let script: Script;
  try {
    script = parseScript(text, path, definitionsFor(options));
  } catch (error) {
    return resultOfError(error, null);
  }
  return runParsed(script, options);
}

/** Runs a script. Never throws for what it says or does. */
export function runParsed(script: Script, options: RunOptions): RunResult {
  let runner: Runner | null = null;
  try {
    runner = new Runner(script, runSettings(script.options, options));
    runner.run();
    return runner.result({ outcome: "ok", line: 0, reason: "" });
  } catch (error) {
    return resultOfError(error, runner);
  }
}

function resultOfError(error: unknown, runner: Runner | null): RunResult {
  const verdict = verdictOn(error, runner?.line ?? 0);
  return runner?.result(verdict) ?? { ...NOTHING_RUN, ...verdict };
}

class Runner {
  readonly #script: Script;
  readonly #settings: RunSettings;
  readonly #world: World;
  readonly #context: CallContext;
  readonly #variables = new Map<string, number>();
  readonly #skipped: string[] = [];
  #passed = 0;
  readonly #call: CallRunner;
  /** When the event before the present one was due. */
  #lastDue = 0;
  /** The line being run. */
  line = 0;

  constructor(script: Script, settings: RunSettings) {
    this.#script = script;
    this.#settings = settings;
    const { config, platform, family, injectedSegment, scaledEchoes } = settings;
    const { sequences } = settings.run;
    this.#world = new World({ config, platform, family, sequences, injectedSegment, scaledEchoes });
    this.#context = { world: this.#world, descriptors: new Map() };
    this.#call = new CallRunner(this.#context, this.#world, settings);
    this.#world.onTimePassing = (span) => {
      for (const descriptor of this.#context.descriptors.values()) {
        if (descriptor.kind === "stream") descriptor.timePasses(span);
      }
    };
  }

  result(verdict: Verdict): RunResult {
    return {
      ...NOTHING_RUN,
      log: this.#world.log,
      leftOver: this.#world.sent.length + this.#world.passedOver.length,
      assertionsPassed: this.#passed,
      assertionsSkipped: this.#skipped,
      ...verdict,
    };
  }

  run(): void {
    if (this.#script.initCommand !== null) this.#runCommand(this.#script.initCommand, 1);
    for (const event of this.#script.events) {
      this.line = event.line;
      this.#runEvent(event);
    }
    this.#finishPending();
    if (this.#script.cleanupCommand !== null) this.#runCommand(this.#script.cleanupCommand, this.line);
    if (this.#settings.run.leftovers) this.#checkLeftovers();
  }

  #checkLeftovers(): void {
    const left = this.#world.sent[0] ?? this.#world.passedOver[0];
    if (left === undefined) return;
    throw new FailedError(
      this.line,
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
          this.#world.inject(action, event.line);
          this.#releaseHeld(action);
          break;
        case "icmp":
          this.#injectIcmp(action, event.line);
          break;
        case "call":
          this.#startCall(action, event.line, base);
          break;
        case "command":
          this.#runCommand(action.text, event.line);
          break;
        case "code":
          this.#runCode(action.text, event.line);
          break;
      }
      this.#settle();
    }
    this.#lastDue = event.time.kind === "any" ? this.#world.scriptTime : due;
  }

  /** Lets time pass until an event is due. It may be late already, by what is tolerated. */
  #arriveAt(due: number, event: ScriptEvent): void {
    if (this.#script.events[0] === event && due !== 0) {
      throw new ScriptError(event.line, "Cannot begin at another time than 0");
    }
    this.#passTimeTo(this.#world.instantOf(due));
    const late = this.#world.scriptTime - due;
    if (late > this.#toleranceAt(due)) {
      throw new FailedError(
        event.line,
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
      throw new FailedError(this.line, "The stack did not send the packet expected", expected, "nothing");
    }
    const { exactOptions, push, echo } = this.#settings.run;
    const { timestampTick, tolerance: stampTolerance } = this.#settings;
    const strictness = { exactOptions, push, echo, timestampTick, tolerance: stampTolerance };
    const difference = findDifference(line, sent.packet, flow, strictness);
    const actual = this.#world.describe(sent);
    if (difference !== null) throw new FailedError(this.line, difference, expected, actual);
    if (time.kind !== "any" && (sent.time < start - tolerance || sent.time > end + tolerance)) {
      const range = time.end === null ? secondsText(start) : `${secondsText(start)}~${secondsText(end)}`;
      throw new FailedError(
        this.line,
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
        if (isSyn(line) && line.seq !== null) flow.nameLocal(line.seq);
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

  #injectIcmp(line: IcmpPacket, lineNumber: number): void {
    if (line.direction === "out") throw new UnsupportedError(lineNumber, "> icmp");
    this.#world.injectIcmp(line, lineNumber);
  }

  #startCall(call: SystemCall, line: number, base: number): void {
    this.#finishPending();
    this.#call.begin(call, line, base);
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

  #runCommand(text: string, line: number): void {
    const effects = interpretCommands(text, this.#world.config, line);
    this.#skipped.push(...effects.unchecked.map((each) => `line ${line}: ${each}`));
    this.#world.config = completeConfig(effects.changes, this.#world.config);
    for (const [path, length] of effects.files) this.#world.files.set(path, length);
    this.#world.unsentLowWater = effects.unsentLowWater ?? this.#world.unsentLowWater;
    if (effects.seconds > 0) this.#passTimeTo(after(this.#world.now, seconds(effects.seconds)));
    for (const { state, count } of effects.checks) {
      const found = [...this.#world.states.values()].filter((each) => each === state).length;
      if (found !== count) {
        throw new FailedError(
          line,
          "Not the states expected",
          `${count} in ${state}`,
          `${found} in ${state}`,
        );
      }
    }
  }

  #runCode(text: string, line: number): void {
    const figures = this.#currentFigures();
    const { passed, skipped, failure } = runCode(text, {
      figures,
      variables: this.#variables,
      platform: this.#settings.platform,
    });
    this.#passed += passed;
    this.#skipped.push(...skipped.map((each) => `line ${line}: ${each}`));
    if (failure !== null) throw new FailedError(line, failure);
  }

  /** The figures of the lines' present connection, as far as a descriptor has it. */
  #currentFigures(): Map<string, number> {
    const flow = this.#world.current;
    let figures = new Map<string, number>();
    for (const descriptor of this.#context.descriptors.values()) {
      if (descriptor.kind !== "stream" || descriptor.connection === null) continue;
      const { local, remote } = descriptor.connection;
      if (flow !== null && (local.port !== flow.localPort || remote.port !== flow.remotePort)) continue;
      figures = connectionFigures(descriptor.connection, this.#settings.platform);
      figures.set("deliveryInDoubt", descriptor.happened(Event.deliveryInDoubt) ? 1 : 0);
      figures.set("urgent", descriptor.happened(Event.urgent) ? 1 : 0);
      figures.set("tcpi_busy_time", descriptor.busyTime);
      figures.set("tcpi_rwnd_limited", descriptor.windowLimitedTime);
      figures.set("tcpi_sndbuf_limited", descriptor.bufferLimitedTime);
      figures.set("tcpi_rcv_mss", Math.max(this.#world.longestInjected, LEAST_RECEIVE_MSS));
    }
    return figures;
  }
}

/** What Linux takes the peer's segments to be before it has seen longer ones. */
const LEAST_RECEIVE_MSS = 536;

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
