/**
 * Questions to the kernel's routing tables: one message there, one back; <linux/netlink.h>, <linux/rtnetlink.h>.
 *
 * @module
 */

import {
  AF_NETLINK,
  NETLINK_ROUTE,
  NETLINK_XFRM,
  SO_NETNS_COOKIE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_SOCKET,
} from "./constants.ts";
import { check, SystemError, wouldWait } from "./errno.ts";
import { FileDescriptor, orClose } from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";

// struct nlmsghdr: u32 length, u16 type, u16 flags, u32 sequence, u32 port
const HEADER_LENGTH = 16;
const TYPE_OFFSET = 4;
const FLAGS_OFFSET = 6;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

// struct rtattr: u16 length with this header, u16 type; padded to 4 octets
const ATTRIBUTE_HEADER_LENGTH = 4;
/** Without the flags for nested attributes and for the order of octets, NLA_TYPE_MASK. */
const TYPE_MASK = 0x3fff;

/** What the kernel tells of, and in which groups: <linux/rtnetlink.h>, RTMGRP_*; <linux/xfrm.h>, XFRMNLGRP_POLICY. */
const HEARD_OF = {
  /** Links, and addresses, routes and rules of both families. */
  "routing": { protocol: NETLINK_ROUTE, groups: 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 1 << 18 },
  /** Policies of IPsec. */
  "policies": { protocol: NETLINK_XFRM, groups: 0x8 },
} as const;

// struct sockaddr_nl: u16 family, padding, u32 port, u32 groups
const SOCKADDR_NL_LENGTH = 12;
const SOCKADDR_NL_GROUPS = 8;

/** Room for an answer about one thing; the longest are those about interfaces, of some 1,500 octets. */
const ANSWER_LENGTH = 16_384;
const ANSWER_SIZE = BigInt(ANSWER_LENGTH);

/** Filled and copied from within one call. */
const answerRoom = new Uint8Array(ANSWER_LENGTH);

/** Room for one piece of a list; the kernel makes them as long as the reader's room, up to 32 KiB. */
const LIST_LENGTH = 32_768;

/** Attributes of a message, or nested ones. */
export interface Attributes {
  /** The value of the first of this type, a copy. */
  get(type: number): Uint8Array<ArrayBuffer> | undefined;
  has(type: number): boolean;
}

/** What the kernel answered. */
export interface NetlinkAnswer {
  /** The fixed part of the answer's kind. Numbers are in the host's order. */
  readonly fixed: DataView<ArrayBuffer>;
  /** What follows it. */
  readonly attributes: Attributes;
}

/** A list that the kernel gave. */
export interface NetlinkList {
  readonly entries: readonly NetlinkAnswer[];
  /** There is more than is good to read. */
  readonly isCut: boolean;
}

/** What to ask. */
export interface NetlinkQuestion {
  /** Which part of the kernel. @default NETLINK_ROUTE */
  readonly protocol?: number;
  /** For messages: `rtnetlink RTM_GETROUTE`. */
  readonly call: string;
  /** For messages: what it is about. */
  readonly subject?: () => string;
  readonly type: number;
  /** The fixed part. */
  readonly fixed: Uint8Array;
  readonly attributes: readonly (readonly [type: number, value: Uint8Array])[];
}

/** Entries of a list that are read; nobody needs more. */
export const MOST_ENTRIES = 1_000;

/** Asks for a list. `fixed` of its entries is as long as they are. @throws SystemError what the kernel says: EPERM, EINVAL */
export function listNetlink(question: NetlinkQuestion, fixedLength: number): NetlinkList {
  const { call } = question;
  using socket = send(question, NLM_F_REQUEST | NLM_F_DUMP);
  const entries: NetlinkAnswer[] = [];
  const answer = new Uint8Array(LIST_LENGTH);
  for (;;) {
    const length = check(call, loadLibc().read(socket.number, answer, BigInt(answer.length)));
    const view = new DataView(answer.buffer, 0, length);
    for (let at = 0; at + HEADER_LENGTH <= length;) {
      const size = view.getUint32(at, true);
      const type = view.getUint16(at + TYPE_OFFSET, true);
      if (type === NLMSG_DONE) return { entries, isCut: false };
      if (type === NLMSG_ERROR) throw new SystemError(call, -view.getInt32(at + HEADER_LENGTH, true));
      if (entries.length === MOST_ENTRIES) return { entries, isCut: true };
      entries.push(decode(answer.slice(at, at + size), fixedLength));
      at += aligned(Math.max(size, HEADER_LENGTH));
    }
  }
}

/** Asks about one thing. @throws SystemError what the kernel says: ENETUNREACH, ENOENT, ENODEV */
export function askNetlink(question: NetlinkQuestion): NetlinkAnswer {
  const { call, fixed } = question;
  using socket = send(question, NLM_F_REQUEST);
  // The answer waits by the time that `send` returns.
  const length = check(call, loadLibc().read(socket.number, answerRoom, ANSWER_SIZE));
  const answer = answerRoom.slice(0, length);
  const view = new DataView(answer.buffer);
  if (view.getUint16(TYPE_OFFSET, true) === NLMSG_ERROR) {
    throw new SystemError(call, -view.getInt32(HEADER_LENGTH, true), question.subject?.());
  }
  return decode(answer, fixed.length);
}

/** Has something changed. @throws SystemError what the kernel says: EPERM without CAP_NET_ADMIN */
export function changeByNetlink(question: NetlinkQuestion): void {
  const { call } = question;
  using socket = send(question, NLM_F_REQUEST | NLM_F_ACK);
  check(call, loadLibc().read(socket.number, answerRoom, ANSWER_SIZE));
  const errno = -new DataView(answerRoom.buffer).getInt32(HEADER_LENGTH, true);
  if (errno !== 0) throw new SystemError(call, errno, question.subject?.());
}

/** Is readable once something has changed in this network: of its routing, or of its IPsec policies; says not what. */
export class NetlinkChanges implements Disposable {
  readonly #socket: FileDescriptor;
  readonly #network: bigint;

  private constructor(socket: FileDescriptor) {
    this.#socket = socket;
    this.#network = networkOf(socket);
  }

  /**
   * Hears of changes from now on.
   *
   * @throws SystemError EAFNOSUPPORT, EPROTONOSUPPORT and EPERM where there are no such sockets; EPERM of `bind` where policies
   * may not be heard of, without CAP_NET_ADMIN
   */
  static open(what: keyof typeof HEARD_OF): NetlinkChanges {
    const { protocol, groups } = HEARD_OF[what];
    const address = new Uint8Array(SOCKADDR_NL_LENGTH);
    const view = new DataView(address.buffer);
    view.setUint16(0, AF_NETLINK, true);
    view.setUint32(SOCKADDR_NL_GROUPS, groups, true);
    const socket = openNetlink(protocol);
    return orClose(socket, (number) => {
      check("bind", loadLibc().bind(number, address, address.length));
      return new NetlinkChanges(socket);
    });
  }

  get descriptor(): number {
    return this.#socket.number;
  }

  /**
   * Whether the calling thread is in the network that is heard of, as far as the kernel says (from Linux 5.14 on).
   *
   * @throws SystemError EMFILE, since it takes a socket to ask
   */
  get isHere(): boolean {
    using here = openNetlink(NETLINK_ROUTE);
    return networkOf(here) === this.#network;
  }

  /** Forgets what has been heard so far. @returns whether there was anything */
  drain(): boolean {
    const { read } = loadLibc();
    for (let count = 0; count < MOST_ENTRIES; count++) {
      // Where more came than there was room for, one call fails with ENOBUFS: that is a change, too.
      if (read(this.descriptor, answerRoom, ANSWER_SIZE) <= 0 && wouldWait()) return count > 0;
    }
    return true;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** A number of the network that a socket belongs to; 0 where the kernel gives none. */
function networkOf({ number }: FileDescriptor): bigint {
  const cookie = new BigUint64Array(1);
  const length = new Uint32Array([cookie.byteLength]);
  const code = loadLibc().getsockopt(number, SOL_SOCKET, SO_NETNS_COOKIE, cookie, length);
  return code === 0 ? cookie[0] ?? 0n : 0n;
}

/** Sends the question. @returns the socket that the answer waits on */
function send(question: NetlinkQuestion, flags: number): FileDescriptor {
  const { call, protocol = NETLINK_ROUTE } = question;
  const socket = openNetlink(protocol);
  return orClose(socket, (number) => {
    const request = encode(question, flags);
    check(call, loadLibc().write(number, request, BigInt(request.length)));
    return socket;
  });
}

function openNetlink(protocol: number): FileDescriptor {
  const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
  return new FileDescriptor(check("socket AF_NETLINK", loadLibc().socket(AF_NETLINK, type, protocol)));
}

/** A message, its header first. */
function decode(message: Uint8Array<ArrayBuffer>, fixedLength: number): NetlinkAnswer {
  const length = new DataView(message.buffer, message.byteOffset).getUint32(0, true);
  return {
    fixed: new DataView(message.buffer, message.byteOffset + HEADER_LENGTH, fixedLength),
    attributes: new AttributeList(message, HEADER_LENGTH + fixedLength, length),
  };
}

function encode({ type, fixed, attributes }: NetlinkQuestion, flags: number): Uint8Array<ArrayBuffer> {
  const spans = attributes.map(([, value]) => aligned(ATTRIBUTE_HEADER_LENGTH + value.length));
  const length = HEADER_LENGTH + fixed.length + spans.reduce((sum, span) => sum + span, 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint16(TYPE_OFFSET, type, true);
  view.setUint16(FLAGS_OFFSET, flags, true);
  bytes.set(fixed, HEADER_LENGTH);
  let offset = HEADER_LENGTH + fixed.length;
  for (const [i, [kind, value]] of attributes.entries()) {
    view.setUint16(offset, ATTRIBUTE_HEADER_LENGTH + value.length, true);
    view.setUint16(offset + 2, kind, true);
    bytes.set(value, offset + ATTRIBUTE_HEADER_LENGTH);
    offset += spans[i] ?? 0;
  }
  return bytes;
}

/** Attributes one behind the other, looked for when one is asked for: of most answers few are wanted. */
class AttributeList implements Attributes {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #start: number;
  readonly #end: number;

  /** Those from `start` to `end`. */
  constructor(bytes: Uint8Array<ArrayBuffer>, start: number, end: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#start = start;
    this.#end = Math.min(end, bytes.length);
  }

  get(type: number): Uint8Array<ArrayBuffer> | undefined {
    for (let at = this.#first(); at >= 0; at = this.#after(at)) {
      if (this.#typeAt(at) === type) return this.#valueAt(at);
    }
    return undefined;
  }

  has(type: number): boolean {
    return this.get(type) !== undefined;
  }

  /** The values of all, in their order. */
  values(): Uint8Array<ArrayBuffer>[] {
    const values: Uint8Array<ArrayBuffer>[] = [];
    for (let at = this.#first(); at >= 0; at = this.#after(at)) values.push(this.#valueAt(at));
    return values;
  }

  #first(): number {
    return this.#isAt(this.#start) ? this.#start : -1;
  }

  /** Where the one behind this one begins; -1: there is none. */
  #after(offset: number): number {
    const next = offset + aligned(this.#lengthAt(offset));
    return this.#isAt(next) ? next : -1;
  }

  #isAt(offset: number): boolean {
    return offset + ATTRIBUTE_HEADER_LENGTH <= this.#end && this.#lengthAt(offset) >= ATTRIBUTE_HEADER_LENGTH;
  }

  #lengthAt(offset: number): number {
    return this.#view.getUint16(offset, true);
  }

  #typeAt(offset: number): number {
    return this.#view.getUint16(offset + 2, true) & TYPE_MASK;
  }

  #valueAt(offset: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(offset + ATTRIBUTE_HEADER_LENGTH, offset + this.#lengthAt(offset));
  }
}

/** The attributes that a nested one consists of. */
export function decodeAttributes(bytes: Uint8Array<ArrayBuffer>): Attributes {
  return new AttributeList(bytes, 0, bytes.length);
}

/** The attributes that a nested one consists of, all of one type, in their order. */
export function decodeList(bytes: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
  return new AttributeList(bytes, 0, bytes.length).values();
}

/** An attribute's value that is a number of 32 bits, in the host's order; 0 when there is none. */
export function numberIn(octets: Uint8Array<ArrayBuffer> | undefined): number {
  return octets === undefined ? 0 : new DataView(octets.buffer, octets.byteOffset).getUint32(0, true);
}

/** Such a value. */
export function asNumber(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
