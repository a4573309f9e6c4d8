/**
 * The port guard: keeps the kernel from answering segments that are for us with RST, without a firewall rule.
 *
 * A listening kernel socket owns the port, and its filter drops every segment before the kernel's TCP sees it (where the
 * kernel allows this process no filter, two of its own checks do the same). Raw and
 * packet sockets are served earlier and still get their copy. All of it ends with the process.
 *
 * @module
 */

import { attachFilterIfAllowed, dropAllFilter } from "./bpf.ts";
import {
  AF_INET,
  AF_INET6,
  IP_MINTTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_MINHOPCOUNT,
  IPV6_V6ONLY,
  SO_REUSEADDR,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_MD5SIG_EXT,
} from "./constants.ts";
import { check, SystemError } from "./errno.ts";
import {
  bindSocket,
  type FileDescriptor,
  ignorePathMtu,
  localEndpoint,
  openSocket,
  orClose,
  setOption,
  setOptionBytes,
} from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { type Endpoint, formatSockaddr } from "./sockaddr.ts";

// struct tcp_md5sig, <linux/tcp.h>: sockaddr_storage (128 octets), u8 flags, u8 prefix length, u16 key length, int ifindex,
// 80 octets of key
const MD5SIG_LENGTH = 216;
const MD5SIG_FLAGS_OFFSET = 128;
const MD5SIG_KEY_LENGTH_OFFSET = 130;
const MD5SIG_KEY_OFFSET = 136;
/** The flag for a prefix of addresses; the prefix of length 0 is every address. */
const MD5SIG_PREFIX = 1;
const KEY_LENGTH = 16;

/** The largest TTL or hop limit. */
const MAX_TTL = 255;

/** Holds a local TCP port for a user-space TCP; give it back with `dispose` or `using`. */
export class PortGuard implements Disposable {
  /** The address and port held; the port is the kernel's choice where 0 was asked for. */
  readonly local: Endpoint;
  readonly #descriptor: FileDescriptor;

  private constructor(descriptor: FileDescriptor, local: Endpoint) {
    this.#descriptor = descriptor;
    this.local = local;
  }

  /**
   * Takes the port of `local`, or a free one for port 0; no capability is needed.
   *
   * @param filter how to attach the filter; false from it makes the guard do without
   * @throws SystemError EADDRINUSE when another socket has the port, EADDRNOTAVAIL when the address is not this host's
   */
  static open(local: Endpoint, filter: typeof attachFilterIfAllowed = attachFilterIfAllowed): PortGuard {
    const descriptor = openSocket("socket SOCK_STREAM", local.address.family, SOCK_STREAM, IPPROTO_TCP);
    return orClose(descriptor, (number) => {
      if (local.address.family === 6) {
        setOption(number, IPPROTO_IPV6, IPV6_V6ONLY, 1, "setsockopt IPV6_V6ONLY");
      }
      ignorePathMtu(number, local.address.family);
      // Old connections of the kernel's in TIME-WAIT leave the port to whoever names it, as they do to a server of its own.
      if (local.port !== 0) setOption(number, SOL_SOCKET, SO_REUSEADDR, 1, "setsockopt SO_REUSEADDR");
      bindSocket(number, local);
      // before listen: in between a SYN would be answered
      if (filter(number, dropAllFilter())) dropSooner(number, local.address.family);
      else dropWithoutFilter(number, local.address.family);
      check("listen", loadLibc().listen(number, 1), () => formatSockaddr(local));
      return new PortGuard(descriptor, local.port === 0 ? localEndpoint(number) : local);
    });
  }

  /** Gives the port back; from now on the kernel answers for it again. */
  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}

/**
 * Spares the kernel policies, signatures and the filter for nearly all segments, of which there are as many as the connection
 * receives: a thirtieth of a sender's time on the same host (tests/bench/profiles/bulk.md). Without it the filter does all alone.
 */
function dropSooner(number: number, family: 4 | 6): void {
  systemErrorOf(() => requireLargestTtl(number, family));
}

/** Segments must come with a TTL of 255 (RFC 5082), which next to nobody sends; the others are dropped silently. @throws SystemError */
function requireLargestTtl(number: number, family: 4 | 6): void {
  if (family === 4) setOption(number, IPPROTO_IP, IP_MINTTL, MAX_TTL, "setsockopt IP_MINTTL");
  else setOption(number, IPPROTO_IPV6, IPV6_MINHOPCOUNT, MAX_TTL, "setsockopt IPV6_MINHOPCOUNT");
}

/**
 * Has the kernel drop every segment for a listening socket without a filter, in two ways that need no capability: segments
 * must come with the largest TTL, and must be signed (RFC 2385) with a key that nobody knows. Either will do where a kernel lacks
 * the other; both drop silently.
 *
 * @throws SystemError when the kernel has neither
 */
function dropWithoutFilter(number: number, family: 4 | 6): void {
  const signature = new DataView(new ArrayBuffer(MD5SIG_LENGTH));
  signature.setUint16(0, family === 4 ? AF_INET : AF_INET6, true);
  signature.setUint8(MD5SIG_FLAGS_OFFSET, MD5SIG_PREFIX);
  signature.setUint16(MD5SIG_KEY_LENGTH_OFFSET, KEY_LENGTH, true);
  const octets = new Uint8Array(signature.buffer);
  crypto.getRandomValues(octets.subarray(MD5SIG_KEY_OFFSET, MD5SIG_KEY_OFFSET + KEY_LENGTH));
  const ways = [
    (): void => requireLargestTtl(number, family),
    (): void => setOptionBytes(number, IPPROTO_TCP, TCP_MD5SIG_EXT, octets, "setsockopt TCP_MD5SIG_EXT"),
  ];
  const failures = ways.map(systemErrorOf).filter((error) => error !== null);
  const [first] = failures;
  if (failures.length === ways.length && first !== undefined) throw first;
}

/** The error of a call that is a system call's; null when it succeeds. */
function systemErrorOf(call: () => void): SystemError | null {
  try {
    call();
    return null;
  } catch (error) {
    if (error instanceof SystemError) return error;
    throw error;
  }
}
