/**
 * A capture as tshark reads it.
 *
 * @module
 */

import { must } from "./process.ts";

/** What tshark says of one segment. Missing options are null, false or empty. */
export interface Dissected {
  /** Names in the order of the alphabet, with commas. */
  readonly flags: string;
  readonly rawSeq: number;
  readonly rawAck: number;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  readonly rawWindow: number;
  readonly window: number;
  readonly mss: number | null;
  readonly windowScale: number | null;
  readonly sackPermitted: boolean;
  /** `value:echo`. */
  readonly timestamps: string;
  /** `left-right,…`, relative. */
  readonly sack: string;
}

/** A segment as our JSON has it, as far as tshark can say the same. */
export interface JsonSegment {
  readonly flags: readonly string[];
  readonly seq: number;
  readonly ack: number | null;
  readonly length: number;
  readonly window: number;
  readonly raw: { readonly seq: number; readonly ack: number; readonly window: number };
  readonly options: {
    readonly mss?: number;
    readonly windowScale?: number;
    readonly sackPermitted?: true;
    readonly sack?: readonly (readonly [number, number])[];
    readonly timestamps?: { readonly value: number; readonly echo: number };
  };
}

/** A capture's packets, and what tshark finds wrong with them. */
export interface Dissection {
  readonly packets: readonly Dissected[];
  /** Malformed packets and wrong checksums. */
  readonly problems: readonly string[];
}

const FIELDS = [
  "tcp.flags",
  "tcp.seq_raw",
  "tcp.ack_raw",
  "tcp.seq",
  "tcp.ack",
  "tcp.len",
  "tcp.window_size_value",
  "tcp.window_size",
  "tcp.options.mss_val",
  "tcp.options.wscale.shift",
  "tcp.options.sack_perm",
  "tcp.options.timestamp.tsval",
  "tcp.options.timestamp.tsecr",
  "tcp.options.sack_le",
  "tcp.options.sack_re",
  "_ws.malformed",
  "tcp.checksum.status",
  "ip.checksum.status",
  "frame.cap_len",
  "frame.len",
] as const;

/** The flags by their bits, from the lowest. */
const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"];

/** tshark's words for a checksum that is right, and for one that it could not check. */
const GOOD = "1";
const UNVERIFIED = "2";

/** Lets tshark read a capture, with all checksums checked. */
export async function dissect(file: string): Promise<Dissection> {
  // Without reassembly: it calls repeated segments of what it takes for HTTP malformed.
  const preferences = [
    "tcp.check_checksum:TRUE",
    "ip.check_checksum:TRUE",
    "tcp.desegment_tcp_streams:FALSE",
  ];
  const checks = preferences.flatMap((preference) => ["-o", preference]);
  const columns = FIELDS.flatMap((field) => ["-e", field]);
  const lines = await must(["tshark", "-r", file, ...checks, "-T", "fields", ...columns]);
  const rows = lines.split("\n").filter(Boolean).map((line) => line.split("\t"));
  return { packets: rows.map(decode), problems: rows.flatMap(problemsOf) };
}

/** What tshark and our JSON must agree on. */
export function essence(segment: JsonSegment): Dissected {
  const { raw, options, ack } = segment;
  return {
    flags: [...segment.flags].sort().join(),
    rawSeq: raw.seq,
    rawAck: raw.ack,
    seq: segment.seq,
    ack: ack ?? 0,
    length: segment.length,
    rawWindow: raw.window,
    window: segment.window,
    mss: options.mss ?? null,
    windowScale: options.windowScale ?? null,
    sackPermitted: options.sackPermitted ?? false,
    timestamps: options.timestamps === undefined
      ? ""
      : `${options.timestamps.value}:${options.timestamps.echo}`,
    sack: (options.sack ?? []).map(([left, right]) => `${left}-${right}`).join(),
  };
}

function cell(row: readonly string[], field: (typeof FIELDS)[number]): string {
  return row[FIELDS.indexOf(field)] ?? "";
}

function decode(row: readonly string[]): Dissected {
  const number = (field: (typeof FIELDS)[number]): number => Number(cell(row, field));
  const optional = (field: (typeof FIELDS)[number]): number | null =>
    cell(row, field) === "" ? null : number(field);
  const bits = number("tcp.flags");
  const lefts = cell(row, "tcp.options.sack_le").split(",").filter(Boolean);
  const rights = cell(row, "tcp.options.sack_re").split(",").filter(Boolean);
  const value = cell(row, "tcp.options.timestamp.tsval");
  return {
    flags: FLAGS.filter((_name, bit) => (bits & 1 << bit) !== 0).sort().join(),
    rawSeq: number("tcp.seq_raw"),
    rawAck: number("tcp.ack_raw"),
    seq: number("tcp.seq"),
    ack: number("tcp.ack"),
    length: number("tcp.len"),
    rawWindow: number("tcp.window_size_value"),
    window: number("tcp.window_size"),
    mss: optional("tcp.options.mss_val"),
    windowScale: optional("tcp.options.wscale.shift"),
    sackPermitted: cell(row, "tcp.options.sack_perm") !== "",
    timestamps: value === "" ? "" : `${value}:${cell(row, "tcp.options.timestamp.tsecr")}`,
    sack: lefts.map((left, i) => `${left}-${rights[i]}`).join(),
  };
}

/** Of a packet that is not whole the checksum cannot be checked. */
function problemsOf(row: readonly string[], order: number): readonly string[] {
  const problems: string[] = [];
  const isWhole = cell(row, "frame.cap_len") === cell(row, "frame.len");
  if (cell(row, "_ws.malformed") !== "") problems.push(`packet ${order + 1} is malformed`);
  const tcp = cell(row, "tcp.checksum.status");
  if (tcp !== GOOD && (isWhole || tcp !== UNVERIFIED)) {
    problems.push(`packet ${order + 1}: TCP checksum ${tcp}`);
  }
  const ip = cell(row, "ip.checksum.status");
  if (ip !== GOOD && ip !== "") problems.push(`packet ${order + 1}: IP checksum ${ip}`);
  return problems;
}
