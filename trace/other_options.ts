/**
 * TCP options that the core does not know, by name where IANA's list has one: read where the packet has them.
 *
 * @module
 */

import { optionBitOf, type Segment } from "./core.ts";

const IPV4_SOURCE_OFFSET = 12;
const IPV6_SOURCE_OFFSET = 8;
const IPV6_HEADER = 40;
const TCP_HEADER = 20;
const DATA_OFFSET = 12;
const WORD_OCTETS = 4;
const END_OF_LIST = 0;
const NO_OPERATION = 1;
const PREFIX = 2;

const ACK_ECN_0 = 172;
const ACK_ECN_1 = 174;
const COUNTER_LENGTH = 3;
const FAST_OPEN_EXPERIMENT = 0xf989;
/** Subtypes of MPTCP (RFC 8684 7.2). */
const MPTCP: readonly string[] = [
  "MP_CAPABLE",
  "MP_JOIN",
  "DSS",
  "ADD_ADDR",
  "REMOVE_ADDR",
  "MP_PRIO",
  "MP_FAIL",
  "MP_FASTCLOSE",
  "MP_TCPRST",
];

/** An option as it lies in a header. */
interface Found {
  readonly octets: Uint8Array;
  /** Where what follows kind and length begins, and how long it is. */
  readonly at: number;
  readonly length: number;
}

/** How options are told whose values say something. */
const NAMED: Readonly<Record<number, (option: Found) => string>> = {
  14: () => "alternate-checksum-request",
  19: () => "md5",
  27: () => "quick-start",
  29: ({ octets, at }) => `ao key ${octets[at] ?? 0} next ${octets[at + 1] ?? 0}`,
  30: ({ octets, at }) => `mptcp ${MPTCP[(octets[at] ?? 0) >> 4] ?? `subtype ${(octets[at] ?? 0) >> 4}`}`,
  34: ({ length }) => fastOpen(length),
  69: () => "tcp-eno",
  [ACK_ECN_0]: (option) => `accecn0${counters(option)}`,
  [ACK_ECN_1]: (option) => `accecn1${counters(option)}`,
  253: experimental(253),
  254: experimental(254),
};

/** The options of an arrived segment that the core does not know, as one text: `md5 mptcp MP_CAPABLE`; empty for none. */
export function otherOptionsText(segment: Segment): string {
  const { octets, offset: end } = segment.payload;
  const start = optionsStart(segment);
  let text = "";
  for (let at = start; at < end;) {
    const kind = octets[at] as number;
    if (kind === END_OF_LIST) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = octets[at + 1] ?? 0;
    if (length < PREFIX || at + length > end) break;
    if ((segment.options & optionBitOf(kind)) === 0) {
      const option = { octets, at: at + PREFIX, length: length - PREFIX };
      text += `${text === "" ? "" : " "}${textOf(kind, option)}`;
    }
    at += length;
  }
  return text;
}

/** Where the options begin in the octets that the payload lies in; beyond all when that cannot be told. */
function optionsStart({ addresses, sourceOffset, family, payload }: Segment): number {
  if (payload.octets !== addresses) return Infinity;
  const ip = sourceOffset - (family === 4 ? IPV4_SOURCE_OFFSET : IPV6_SOURCE_OFFSET);
  if (ip < 0) return Infinity;
  const tcp = ip + (family === 4 ? ((addresses[ip] ?? 0) & 0xf) * WORD_OCTETS : IPV6_HEADER);
  const headerLength = ((addresses[tcp + DATA_OFFSET] ?? 0) >> 4) * WORD_OCTETS;
  return tcp + headerLength === payload.offset ? tcp + TCP_HEADER : Infinity;
}

function textOf(kind: number, option: Found): string {
  const named = NAMED[kind];
  if (named !== undefined) return named(option);
  return `option ${kind} (${option.length + PREFIX} octets)`;
}

/** RFC 7413 4.1.1. */
function fastOpen(length: number): string {
  return length === 0 ? "fast-open request" : `fast-open cookie of ${length}`;
}

/** RFC 6994: the experiment's number follows. */
function experimental(kind: number): (option: Found) => string {
  return ({ octets, at, length }) => {
    if (length < 2) return `experimental ${kind}`;
    const experiment = (octets[at] as number) << 8 | (octets[at + 1] as number);
    const name = experiment === FAST_OPEN_EXPERIMENT ? ` ${fastOpen(length - 2)}` : "";
    return `experimental ${kind} 0x${experiment.toString(16).padStart(4, "0")}${name}`;
  };
}

/** RFC 9768 3.2.3: up to three counters of octets. */
function counters({ octets, at, length }: Found): string {
  let text = "";
  for (let i = 0; i + COUNTER_LENGTH <= length; i += COUNTER_LENGTH) {
    const [a = 0, b = 0, c = 0] = octets.subarray(at + i);
    text += `${i === 0 ? " " : ":"}${a << 16 | b << 8 | c}`;
  }
  return text;
}
