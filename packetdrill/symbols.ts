/**
 * Names with a number: flags and options of system calls, ICMP types and codes. Where Linux and FreeBSD differ, a
 * script sees those of its platform.
 *
 * @module
 */

/** Whose names and results a script expects. */
export type Platform = "linux" | "freebsd";

const COMMON: Readonly<Record<string, number>> = {
  AF_UNSPEC: 0,
  AF_INET: 2,
  PF_INET: 2,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  IPPROTO_IP: 0,
  IPPROTO_TCP: 6,
  IPPROTO_IPV6: 41,
  SOL_IP: 0,
  SOL_TCP: 6,
  SOL_IPV6: 41,
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  FD_CLOEXEC: 1,
  MSG_OOB: 1,
  MSG_PEEK: 2,
  POLLIN: 1,
  POLLPRI: 2,
  POLLOUT: 4,
  POLLERR: 8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  POLLRDNORM: 0x40,
  INFTIM: -1,
  INADDR_ANY: 0,
  SOMAXCONN: 128,
  IPTOS_LOWDELAY: 0x10,
  IPTOS_THROUGHPUT: 0x08,
  IPTOS_RELIABILITY: 0x04,
  IPTOS_MINCOST: 0x02,
  IPTOS_DSCP_CS0: 0x00,
  IPTOS_DSCP_CS1: 0x20,
  IPTOS_DSCP_AF11: 0x28,
  IPTOS_DSCP_AF12: 0x30,
  IPTOS_DSCP_AF13: 0x38,
  IPTOS_DSCP_CS2: 0x40,
  IPTOS_DSCP_AF21: 0x48,
  IPTOS_DSCP_AF22: 0x50,
  IPTOS_DSCP_AF23: 0x58,
  IPTOS_DSCP_CS3: 0x60,
  IPTOS_DSCP_AF31: 0x68,
  IPTOS_DSCP_AF32: 0x70,
  IPTOS_DSCP_AF33: 0x78,
  IPTOS_DSCP_CS4: 0x80,
  IPTOS_DSCP_AF41: 0x88,
  IPTOS_DSCP_AF42: 0x90,
  IPTOS_DSCP_AF43: 0x98,
  IPTOS_DSCP_CS5: 0xa0,
  IPTOS_DSCP_VA: 0xb0,
  IPTOS_DSCP_EF: 0xb8,
  IPTOS_DSCP_CS6: 0xc0,
  IPTOS_DSCP_CS7: 0xe0,
  TCP_CA_Open: 0,
  TCP_CA_Disorder: 1,
  TCP_CA_CWR: 2,
  TCP_CA_Recovery: 3,
  TCP_CA_Loss: 4,
  TCPI_OPT_TIMESTAMPS: 1,
  TCPI_OPT_SACK: 2,
  TCPI_OPT_WSCALE: 4,
  TCPI_OPT_ECN: 8,
};

const LINUX: Readonly<Record<string, number>> = {
  AF_INET6: 10,
  PF_INET6: 10,
  SOL_SOCKET: 1,
  O_NONBLOCK: 0x800,
  SOCK_NONBLOCK: 0x800,
  SOCK_CLOEXEC: 0x8_0000,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_EOR: 0x80,
  MSG_WAITALL: 0x100,
  MSG_NOSIGNAL: 0x4000,
  MSG_MORE: 0x8000,
  MSG_ZEROCOPY: 0x400_0000,
  MSG_ERRQUEUE: 0x2000,
  ENOMSG: 42,
  SO_EE_ORIGIN_TIMESTAMPING: 4,
  SO_EE_ORIGIN_ZEROCOPY: 5,
  SO_EE_CODE_ZEROCOPY_COPIED: 1,
  SCM_TSTAMP_SND: 0,
  SCM_TSTAMP_SCHED: 1,
  SCM_TSTAMP_ACK: 2,
  SOF_TIMESTAMPING_TX_SOFTWARE: 2,
  SOF_TIMESTAMPING_SOFTWARE: 0x10,
  SOF_TIMESTAMPING_OPT_ID: 0x80,
  SOF_TIMESTAMPING_TX_SCHED: 0x100,
  SOF_TIMESTAMPING_TX_ACK: 0x200,
  IP_PMTUDISC_DONT: 0,
  IP_PMTUDISC_WANT: 1,
  IP_PMTUDISC_DO: 2,
  IP_PMTUDISC_PROBE: 3,
  POLLRDHUP: 0x2000,
  POLLWRNORM: 0x100,
  EPOLLIN: 1,
  EPOLLPRI: 2,
  EPOLLOUT: 4,
  EPOLLERR: 8,
  EPOLLHUP: 0x10,
  EPOLLRDNORM: 0x40,
  EPOLLRDHUP: 0x2000,
  EPOLLET: 2 ** 31,
  EPOLLONESHOT: 2 ** 30,
  EPOLLEXCLUSIVE: 2 ** 28,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_DEL: 2,
  EPOLL_CTL_MOD: 3,
  TCP_ESTABLISHED: 1,
  TCP_SYN_SENT: 2,
  TCP_SYN_RECV: 3,
  TCP_FIN_WAIT1: 4,
  TCP_FIN_WAIT2: 5,
  TCP_TIME_WAIT: 6,
  TCP_CLOSE: 7,
  TCP_CLOSE_WAIT: 8,
  TCP_LAST_ACK: 9,
  TCP_LISTEN: 10,
  TCP_CLOSING: 11,
};

const FREEBSD: Readonly<Record<string, number>> = {
  AF_INET6: 28,
  PF_INET6: 28,
  SOL_SOCKET: 0xffff,
  O_NONBLOCK: 4,
  SOCK_NONBLOCK: 0x2000_0000,
  SOCK_CLOEXEC: 0x1000_0000,
  MSG_EOR: 8,
  MSG_TRUNC: 0x10,
  MSG_WAITALL: 0x40,
  MSG_DONTWAIT: 0x80,
  MSG_EOF: 0x100,
  MSG_NOSIGNAL: 0x2_0000,
  POLLWRNORM: 4,
  TCPS_CLOSED: 0,
  TCPS_LISTEN: 1,
  TCPS_SYN_SENT: 2,
  TCPS_SYN_RECEIVED: 3,
  TCPS_ESTABLISHED: 4,
  TCPS_CLOSE_WAIT: 5,
  TCPS_FIN_WAIT_1: 6,
  TCPS_CLOSING: 7,
  TCPS_LAST_ACK: 8,
  TCPS_FIN_WAIT_2: 9,
  TCPS_TIME_WAIT: 10,
};

/** The number of a name on a platform; null when there is no such name. */
export function symbolValue(name: string, platform: Platform): number | null {
  const own = platform === "linux" ? LINUX : FREEBSD;
  // FreeBSD's scripts call the states TCPI_CLOSING and so on, too.
  return own[name] ?? COMMON[name] ?? own[name.replace(/^TCPI_/, "TCPS_")] ?? null;
}

/** The names of errors, for results that stand as values (`SO_ERROR, [ECONNREFUSED]`). */
export function isErrorName(name: string): boolean {
  return /^E[A-Z0-9]+$/.test(name) && !name.startsWith("EPOLL");
}

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

/** What a connection's user is told that an ICMP error ended. */
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
