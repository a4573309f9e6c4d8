/**
 * ICMP messages by the words of scripts, and the errors that sockets report for them.
 *
 * @module
 */

import type { Platform } from "./symbols.ts";

/** An ICMP message's type and code. */
export interface IcmpNumbers {
  readonly type: number;
  readonly code: number;
}

const ICMPV4_UNREACHABLE: Readonly<Record<string, number>> = {
  net_unreachable: 0,
  host_unreachable: 1,
  protocol_unreachable: 2,
  port_unreachable: 3,
  frag_needed: 4,
  source_route_failed: 5,
  net_unknown: 6,
  host_unknown: 7,
  source_host_isolated: 8,
  net_prohibited: 9,
  host_prohibited: 10,
  net_unreachable_for_tos: 11,
  host_unreachable_for_tos: 12,
  packet_filtered: 13,
  precedence_violation: 14,
  precedence_cutoff: 15,
};

const ICMPV6_UNREACHABLE: Readonly<Record<string, number>> = {
  no_route: 0,
  net_unreachable: 0,
  admin_prohibited: 1,
  not_neighbour: 2,
  addr_unreachable: 3,
  address_unreachable: 3,
  host_unreachable: 3,
  port_unreachable: 4,
};

const TIME_EXCEEDED: Readonly<Record<string, number>> = {
  ttl_exceeded_in_transit: 0,
  exceeded_in_transit: 0,
  exc_ttl: 0,
  hop_limit_exceeded: 0,
  exceeded_hop_limit: 0,
  frag_reass_exceeded: 1,
  exc_fragtime: 1,
  exceeded_frag_time: 1,
};

const ICMPV6_PARAMETER_PROBLEM: Readonly<Record<string, number>> = {
  header_field: 0,
  unknown_next_header: 1,
  unknown_option: 2,
};

/**
 * Type and codes by the words of a script; both are numbers, too, as `type_3` (in IPv4) and `code_1`. What is no error the
 * core's decoder refuses; what would change an interface, as a router advertisement does, is not known.
 */
const ICMP_TYPES: Readonly<
  Record<4 | 6, Readonly<Record<string, readonly [number, Readonly<Record<string, number>>]>>>
> = {
  4: {
    echo_reply: [0, {}],
    unreachable: [3, ICMPV4_UNREACHABLE],
    source_quench: [4, {}],
    redirect: [5, {}],
    echo_request: [8, {}],
    time_exceeded: [11, TIME_EXCEEDED],
    parameter_problem: [12, {}],
    timestamp_request: [13, {}],
    timestamp_reply: [14, {}],
    information_request: [15, {}],
    information_reply: [16, {}],
    address_mask_request: [17, {}],
    address_mask_reply: [18, {}],
  },
  6: {
    unreachable: [1, ICMPV6_UNREACHABLE],
    packet_too_big: [2, {}],
    time_exceeded: [3, TIME_EXCEEDED],
    parameter_problem: [4, ICMPV6_PARAMETER_PROBLEM],
    echo_request: [128, {}],
    echo_reply: [129, {}],
  },
};

/** Errors by ICMP code, as Linux tells them to sockets. */
const LINUX_UNREACHABLE: Readonly<Record<4 | 6, readonly string[]>> = {
  4: [
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ENOPROTOOPT",
    "ECONNREFUSED",
    "EMSGSIZE",
    "EOPNOTSUPP",
    "ENETUNREACH",
    "EHOSTDOWN",
    "ENONET",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ENETUNREACH",
  ],
  6: ["ENETUNREACH", "EACCES", "EHOSTUNREACH", "EHOSTUNREACH", "ECONNREFUSED", "EACCES", "EACCES"],
};

/** The ICMP type "time exceeded". */
const TIME_EXCEEDED_TYPE = { 4: 11, 6: 3 } as const;

/** What the user of a connection that an ICMP error ended gets. */
export function icmpErrorName(family: 4 | 6, numbers: IcmpNumbers, platform: Platform): string {
  if (platform === "freebsd") {
    return numbers.type === TIME_EXCEEDED_TYPE[family] ? "EHOSTUNREACH" : "ECONNREFUSED";
  }
  return LINUX_UNREACHABLE[family][numbers.code] ?? "EHOSTUNREACH";
}

/** What an ICMP line of a script stands for; null when its words are not known. */
export function icmpNumbers(family: 4 | 6, type: string, code: string | null): IcmpNumbers | null {
  const numbered = family === 4 ? /^type_(\d+)$/.exec(type)?.[1] : undefined;
  const found = numbered === undefined ? ICMP_TYPES[family][type] : [Number(numbered), {}] as const;
  if (found === undefined) return null;
  const [number, codes] = found;
  if (code === null) return { type: number, code: 0 };
  const given = /^code_(\d+)$/.exec(code)?.[1];
  const value = given === undefined ? codes[code] : Number(given);
  return value === undefined ? null : { type: number, code: value };
}

const EITHER = [...Object.entries(ICMP_TYPES[4]), ...Object.entries(ICMP_TYPES[6])];

/** The words for types, of both families. */
export function icmpTypeWords(): string[] {
  return [...new Set(EITHER.map(([type]) => type))];
}

/** The words for the codes of a type, of both families. */
export function icmpCodeWords(type: string): string[] {
  return EITHER.filter(([name]) => name === type).flatMap(([, [, codes]]) => Object.keys(codes));
}
