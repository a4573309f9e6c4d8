/**
 * Sinks for tests: they keep what they are given.
 *
 * @module
 */

import type { ConnectionRecord, TraceEvent, TraceSink } from "../../trace/record.ts";
import { LEAN, Recorder, type RecorderOptions } from "../../trace/recorder.ts";
import { tellStory } from "./story.ts";

/** Keeps every event. */
export class Collector implements TraceSink {
  readonly events: TraceEvent[] = [];
  readonly connections: (ConnectionRecord | null)[] = [];
  finished = 0;

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    this.events.push(event);
    this.connections.push(connection);
  }

  finish(): void {
    this.finished++;
  }

  /** The events of one kind. */
  of<K extends TraceEvent["kind"]>(kind: K): Extract<TraceEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind);
  }
}

/** A recorder with a collector behind it. */
export function recording(
  options: RecorderOptions = LEAN,
): { readonly recorder: Recorder; readonly seen: Collector } {
  const seen = new Collector();
  return { recorder: new Recorder([seen], [], options), seen };
}

/** The lines that a sink of lines writes when it hears the story of `story.ts`. */
export function linesOfStory(
  makeSink: (write: (line: string) => void) => TraceSink,
  options: RecorderOptions = LEAN,
  message?: string | Uint8Array,
): readonly string[] {
  const lines: string[] = [];
  const recorder = new Recorder([makeSink((line) => lines.push(line))], [], options);
  tellStory(recorder, message);
  recorder.finish();
  return lines;
}
