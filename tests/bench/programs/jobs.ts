/**
 * What the programs of the benchmark are told, as JSON in their one argument, and what they answer, as a line of JSON.
 *
 * @module
 */

/** Octets a call on both sides: what iperf3 moves at once. */
export const BLOCK_LENGTH = 128 * 1024;

/** For peer.ts: what to do with each connection. */
export interface PeerJob {
  /** `source` ends by itself; `echo` sends back what it gets, at once. */
  readonly mode: "sink" | "source" | "echo";
  readonly host: string;
  readonly ports: readonly number[];
  /** How long a source sends; null: until it has sent the octets. */
  readonly seconds: number | null;
  /** How much a source sends without a time. */
  readonly octets: number;
  /** A hash of what went by, of the pattern that a source then sends. */
  readonly hashed: boolean;
  /** Of the source. */
  readonly congestionControl: string;
}

/** What peer.ts says of each connection when it is over. */
export interface PeerAnswer {
  readonly octets: number;
  /** From the connection's beginning to its end. */
  readonly seconds: number;
  readonly hash: string | null;
}

/** For captured.ts: what capture to write. */
export interface CapturedJob {
  readonly file: string;
  readonly packets: number;
  /** Share of packets that are lost. */
  readonly loss: number;
}

/** For transfer.ts: our end of a bulk transfer. */
export interface TransferJob {
  readonly direction: "up" | "down";
  readonly host: string;
  readonly port: number;
  /** How long to send; null: until the octets are sent. What is received is received to its end. */
  readonly seconds: number | null;
  readonly octets: number;
  readonly hashed: boolean;
  readonly link: "auto" | "raw" | "packet";
  /** After which it gives up. */
  readonly patience: number;
}

/** What transfer.ts says. */
export interface TransferAnswer {
  readonly octets: number;
  /** From the connection's beginning to its end. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly retransmitted: number;
  readonly hash: string | null;
  /** Each change of the link and its reason. */
  readonly links: readonly string[];
}

/** For ping.ts: one octet there and back, again and again. */
export interface PingJob {
  readonly who: "ours" | "Deno.connect";
  readonly host: string;
  readonly port: number;
  readonly seconds: number;
  /** As the loop's, milliseconds. */
  readonly patience: number;
  /** As the connection's, microseconds. */
  readonly spin: number;
}

/** What ping.ts says, of the trips after the first ones. */
export interface PingAnswer {
  readonly trips: number;
  /** Median, microseconds. */
  readonly median: number;
  /** Slower were only 1 %, microseconds. */
  readonly percentile99: number;
}

/** For connect.ts: connection after connection. */
export interface ConnectJob {
  /** Ours by a RawDialer, ours by a RawConnection each, or the kernel's. */
  readonly who: "dialer" | "own sockets" | "Deno.connect";
  readonly host: string;
  /** Taken in turn, so that the kernel's TIME-WAIT is in nobody's way. */
  readonly ports: readonly number[];
  readonly seconds: number;
}

/** What connect.ts says. */
export interface ConnectAnswer {
  readonly connections: number;
  readonly seconds: number;
}

/** For stopwatch.ts: programs to run from start to end. */
export interface StopwatchJob {
  readonly commands: readonly { readonly command: readonly string[]; readonly times: number }[];
}

/** Milliseconds of each run, by command in the order of the job. */
export type StopwatchAnswer = readonly (readonly number[])[];

/** What cores.ts says of two cores in one memory. */
export interface CoresAnswer {
  readonly segmentsPerSecond: number;
  /** Of those, with text. */
  readonly textShare: number;
  /** Octets a segment. */
  readonly garbage: number;
}

/** For flight.ts: segments in flight, and the part of them that is lost. */
export interface FlightJob {
  readonly window: number;
  readonly loss: number;
}

/** What flight.ts says. */
export interface FlightAnswer {
  /** With all that the ACK lets out. */
  readonly nanosecondsPerAck: number;
}

/** What crowd.ts says. */
export interface CrowdAnswer {
  /** Octets of memory, heap and buffers, per end of a connection: when all are open, */
  readonly openedPerEnd: number;
  /** when each has just moved text both ways, */
  readonly exchangedPerEnd: number;
  /** and when 1 % have been busy for seconds and the others quiet. */
  readonly busyPerEnd: number;
  /** While none has carried so much that its ACKs become fewer, and when all that are busy have. */
  readonly early: CrowdTimes;
  readonly calm: CrowdTimes;
}

/** Nanoseconds per segment while 1 % are busy, and with one connection alone. */
export interface CrowdTimes {
  readonly crowd: number;
  readonly alone: number;
}

/** The job of this program. */
export function readJob<T>(): T {
  return JSON.parse(Deno.args[0] ?? "null") as T;
}

/** Writes the answer. */
export function answer<T>(value: T): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}
