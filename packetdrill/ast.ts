/**
 * What a script says, as the parser hands it on. All times in microseconds, all sequence numbers script-relative.
 *
 * @module
 */

import type { Place, UnsupportedError } from "./errors.ts";
import type { PythonStatement } from "./python.ts";

/** A script, whole. */
export interface Script {
  /** Where it came from, for messages. */
  readonly path: string;
  /** The whole of it, to quote from. */
  readonly text: string;
  /** Its `--name=value` lines. */
  readonly options: readonly ScriptOption[];
  /** The shell command before the first event, or null. */
  readonly initCommand: ShellCommand | null;
  /** What happens and what is expected, in order. */
  readonly events: readonly ScriptEvent[];
  /** The shell command after the last event, or null. */
  readonly cleanupCommand: ShellCommand | null;
  /** What stands in it that is part of the language and not supported here, in order; `events` are without it. */
  readonly unsupported: readonly UnsupportedError[];
}

/** A `--name=value` line; value null when it has none. */
export interface ScriptOption {
  readonly name: string;
  readonly value: string | null;
  readonly place: Place;
}

/** One timed line. */
export interface ScriptEvent {
  /** Of what it does, behind its time. */
  readonly place: Place;
  readonly time: TimeSpec;
  readonly action: Action;
}

/** When an event happens: from the start of the script, from the event before it, or whenever. */
export interface TimeSpec {
  readonly kind: "absolute" | "relative" | "any";
  readonly start: number;
  /** The end of a range, on the same base; null when it is a moment. */
  readonly end: number | null;
}

/** What an event does. */
export type Action = TcpPacket | IcmpPacket | SystemCall | ShellCommand | CodeSnippet;

/** To the stack (`<`) or from it (`>`). */
export type Direction = "in" | "out";

/** What a line says about the IP header; null where it says nothing. */
export interface IpInfo {
  /** An ECN codepoint 0 to 3; "ect01" stands for either capable one. */
  readonly ecn: number | "ect01" | null;
  /** The whole octet: DiffServ codepoint and ECN. */
  readonly trafficClass: number | null;
  readonly hopLimit: number | null;
}

/** A TCP segment injected or expected. */
export interface TcpPacket {
  readonly kind: "tcp";
  readonly direction: Direction;
  readonly ip: IpInfo;
  /** Ports given in the line; 0: the connection's. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** A set of `Flag` bits of `tcp/mod.ts`. */
  readonly flags: number;
  /** Null on an outbound line that does not say. */
  readonly seq: number | null;
  /** Whether `seq` is the number on the wire, marked by `!`; otherwise it counts from the SYN. */
  readonly absolute: boolean;
  /** Octets of payload. */
  readonly length: number;
  readonly ack: number;
  /** The window field; null on an outbound line that does not say. */
  readonly window: number | null;
  readonly urgentPointer: number;
  /** "any" on an outbound line with `<...>`. */
  readonly options: readonly TcpOption[] | "any";
  /** Whether the injected packet's TCP checksum is spoilt; a word of our own, `bad_checksum`. */
  readonly badChecksum: boolean;
  /** Where the parts stand that the line has. */
  readonly places: Readonly<Partial<Record<PacketPart, Place>>>;
}

/** The parts of a packet that a line says. */
export type PacketPart = "flags" | "sequence" | "ack" | "window" | "urgent pointer" | "options";

/** A TCP option as a script names it. */
export type TcpOption =
  | { readonly kind: "nop" | "eol" | "sackOK" }
  | { readonly kind: "mss" | "wscale" | "uto"; readonly value: number }
  /** Null: not said, `...`. */
  | { readonly kind: "TS"; readonly value: number | null; readonly echo: number | null }
  | { readonly kind: "sack"; readonly blocks: readonly (readonly [left: number, right: number])[] }
  /** Octets as they stand; a word of our own, for malformed and unknown options. */
  | { readonly kind: "raw"; readonly octets: readonly number[] };

/** An ICMP error injected. */
export interface IcmpPacket {
  readonly kind: "icmp";
  readonly direction: Direction;
  readonly ip: IpInfo;
  readonly type: string;
  readonly code: string | null;
  readonly mtu: number | null;
  /** Sequence number of the segment that the error quotes, and its payload's length; null: the last one sent. */
  readonly quoted: { readonly seq: number; readonly length: number } | null;
}

/** A system call with the result that it must have. */
export interface SystemCall {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly result: Expression;
  /** The name of the error, or null. */
  readonly errno: { readonly name: string; readonly place: Place } | null;
  /** When a call that blocks must return, on the base of the event's time; null: it does not block. */
  readonly end: number | null;
}

/** What stands between back-quotes. */
export interface ShellCommand {
  readonly kind: "command";
  readonly text: string;
  /** Of the first octet of `text`. */
  readonly place: Place;
}

/** A Python snippet. */
export interface CodeSnippet {
  readonly kind: "code";
  readonly statements: readonly PythonStatement[];
}

/** An argument or a result of a system call, with its place. */
export type Expression = ExpressionForm & { readonly place: Place };

/** What an argument or a result says. */
export type ExpressionForm =
  | { readonly kind: "ellipsis" }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "word"; readonly name: string }
  | { readonly kind: "or"; readonly left: Expression; readonly right: Expression }
  /** `[a, b]`: by reference. */
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  /** `{a, b}` and `{name=a, name(b)=c}`. */
  | { readonly kind: "record"; readonly fields: readonly RecordField[] }
  /** `htons(8080)`. */
  | { readonly kind: "apply"; readonly name: string; readonly arguments: readonly Expression[] };

/** A field of a record; name null when it has none, size the argument in parentheses after it. */
export interface RecordField {
  readonly name: string | null;
  readonly size: Expression | null;
  readonly value: Expression;
}
