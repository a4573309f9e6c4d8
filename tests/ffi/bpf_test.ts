/** The filter programs, run over sample packets by a small interpreter of classic BPF. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  ADD_X,
  AND,
  attachFilter,
  connectionFilter,
  COPY_TO_X,
  dropAllFilter,
  encodeProgram,
  type Framing,
  JUMP_AT_LEAST,
  JUMP_BITS,
  JUMP_EQUAL,
  JUMP_GREATER,
  LD_BYTE,
  LD_BYTE_INDEXED,
  LD_HALF,
  LD_HALF_INDEXED,
  LD_WORD,
  LD_WORD_INDEXED,
  LDX_HEADER_LENGTH,
  localPortFilter,
  type Program,
  quotedTcpFilter,
  RETURN,
  SHIFT_LEFT,
} from "../../ffi/bpf.ts";
import { SOCK_DGRAM } from "../../ffi/constants.ts";
import { openSocket } from "../../ffi/file_descriptor.ts";
import { anyAddress, type Endpoint, loadWholeLibc, parseLiteral, SystemError } from "../../ffi/mod.ts";
import { ACK, buildPacket } from "./support.ts";

loadWholeLibc();

// <linux/if_arp.h>
const ARPHRD_ETHER = 1;
const ARPHRD_NONE = 0xfffe;

/** A packet as a socket's filter sees it. */
interface Sample {
  /** From where the socket's packets start. */
  readonly bytes: Uint8Array;
  /** From the network header on. */
  readonly network: Uint8Array;
  /** PACKET_HOST 0, PACKET_OUTGOING 4. */
  readonly packetType: number;
  /** What the link layer says that it carries. */
  readonly protocol: number;
  /** What kind of interface it comes by. */
  readonly linkType: number;
}

/** Runs a program as the kernel does: a load beyond the end drops. Returns the octets kept. */
function run(program: Program, sample: Sample): number {
  let a = 0;
  let x = 0;
  const load = (offset: number, octets: number): number | undefined => {
    const k = offset | 0;
    if (k === -0x1000) return sample.protocol;
    if (k === -0x1000 + 4) return sample.packetType;
    if (k === -0x1000 + 28) return sample.linkType;
    const [bytes, at] = k <= -0x1000 ? [sample.network, k + 0x100000] : [sample.bytes, k];
    if (at < 0 || at + octets > bytes.length) return undefined;
    let value = 0;
    for (let i = 0; i < octets; i++) value = value * 256 + (bytes[at + i] ?? 0);
    return value;
  };
  for (let pc = 0; pc < program.length; pc++) {
    const { code, jt, jf, k } = program[pc] ?? { code: RETURN, jt: 0, jf: 0, k: 0 };
    let loaded: number | undefined = a;
    switch (code) {
      case LD_WORD:
        loaded = load(k, 4);
        break;
      case LD_HALF:
        loaded = load(k, 2);
        break;
      case LD_BYTE:
        loaded = load(k, 1);
        break;
      case LD_WORD_INDEXED:
        loaded = load(x + k, 4);
        break;
      case LD_HALF_INDEXED:
        loaded = load(x + k, 2);
        break;
      case LD_BYTE_INDEXED:
        loaded = load(x + k, 1);
        break;
      case LDX_HEADER_LENGTH:
        x = ((load(k, 1) ?? 0) & 0xf) * 4;
        break;
      case ADD_X:
        loaded = a + x;
        break;
      case AND:
        loaded = (a & k) >>> 0;
        break;
      case SHIFT_LEFT:
        loaded = (a << k) >>> 0;
        break;
      case COPY_TO_X:
        x = a;
        break;
      case JUMP_EQUAL:
        pc += a === k ? jt : jf;
        break;
      case JUMP_GREATER:
        pc += a > k ? jt : jf;
        break;
      case JUMP_AT_LEAST:
        pc += a >= k ? jt : jf;
        break;
      case JUMP_BITS:
        pc += (a & k) !== 0 ? jt : jf;
        break;
      case RETURN:
        return k;
      default:
        throw new Error(`Unknown instruction ${code}`);
    }
    if (loaded === undefined) return 0;
    a = loaded;
  }
  throw new Error("The program ran past its end");
}

/** The octets kept of a packet; the same, whatever the link is: some have a way of their own through the program. */
function kept(program: Program, packet: Sample): number {
  const octets = run(program, packet);
  assertEquals(run(program, { ...packet, linkType: ARPHRD_NONE }), octets, "on another link");
  return octets;
}

function endpoint(host: string, port: number): Endpoint {
  const address = parseLiteral(host);
  if (address === undefined) throw new Error(`Not an address: ${host}`);
  return { address, port };
}

/** The packet of a segment, as a socket of this framing gets it. `change` may spoil the IP packet. */
function sample(
  from: Endpoint,
  to: Endpoint,
  framing: Framing,
  change: (ip: Uint8Array) => Uint8Array = (ip) => ip,
  packetType = 0,
  linkHeader = 14,
  linkType = ARPHRD_ETHER,
): Sample {
  const out = new Uint8Array(2048);
  const network = change(out.slice(0, buildPacket(out, from, to, { flags: ACK })));
  const protocol = from.address.family === 4 ? 0x0800 : 0x86dd;
  const link = { packetType, protocol, linkType };
  if (framing === "ip") return { bytes: network, network, ...link };
  if (framing === "transport") return { bytes: network.subarray(40), network, ...link };
  const bytes = new Uint8Array(linkHeader + network.length);
  if (linkHeader > 14) bytes.set([0x81, 0x00], 12); // a VLAN's tag, IEEE 802.1Q
  if (linkHeader >= 14) bytes.set([protocol >> 8, protocol & 0xff], linkHeader - 2);
  bytes.set(network, linkHeader);
  return { bytes, network: bytes.subarray(linkHeader), ...link };
}

/** Inserts four octets of IP options. */
function withOptions(ip: Uint8Array): Uint8Array {
  const longer = new Uint8Array(ip.length + 4);
  longer.set(ip.subarray(0, 20));
  longer.fill(1, 20, 24);
  longer.set(ip.subarray(20), 24);
  longer[0] = 0x46;
  return longer;
}

function setting(offset: number, value: number): (ip: Uint8Array) => Uint8Array {
  return (ip) => {
    ip[offset] = value;
    return ip;
  };
}

const ENDS = {
  4: [endpoint("192.0.2.1", 40_000), endpoint("198.51.100.7", 80), endpoint("198.51.100.8", 80)],
  6: [endpoint("2001:db8::1", 40_000), endpoint("2001:db8::7", 80), endpoint("2001:db8::7:8", 80)],
} as const;

const CASES: readonly (readonly [4 | 6, Framing])[] = [[4, "ip"], [4, "link"], [6, "transport"], [
  6,
  "link",
], [
  6,
  "ip",
]];

for (const [family, framing] of CASES) {
  const [local, remote, other] = ENDS[family];
  const at = (e: Endpoint, port: number): Endpoint => ({ ...e, port });
  const rows: readonly (readonly [string, Sample, boolean, boolean])[] = [
    ["the peer's segment", sample(remote, local, framing), true, true],
    ["our own segment", sample(local, remote, framing), false, false],
    ["another host's", sample(other, local, framing), false, true],
    ["to another address", sample(remote, at(other, local.port), framing), false, false],
    ["from another port", sample(at(remote, 81), local, framing), false, true],
    ["to another port", sample(remote, at(local, 40_001), framing), false, false],
  ];
  for (const [name, packet, byConnection, byPort] of rows) {
    Deno.test(`IPv${family} ${framing} filter: ${name}`, () => {
      assertEquals(
        kept(connectionFilter(local, remote, framing), packet) > 0,
        byConnection,
        "exact connection",
      );
      assertEquals(kept(localPortFilter(local, framing), packet) > 0, byPort, "local port");
    });
  }

  Deno.test(`IPv${family} ${framing} filter: a packet that ends inside the ports is dropped`, () => {
    const whole = sample(remote, local, framing);
    const ports = framing === "transport" ? 0 : family === 4 ? 20 : 40;
    const bytes = whole.bytes.subarray(0, ports + 3);
    const cut = { ...whole, bytes, network: whole.network.subarray(0, (family === 4 ? 20 : 40) + 3) };
    assertEquals(kept(connectionFilter(local, remote, framing), cut), 0);
  });

  Deno.test(`IPv${family} ${framing} filter of a range of ports keeps both its ends and no more`, () => {
    const filter = localPortFilter(at(local, 0), framing, { first: 40_000, last: 40_002 });
    const keeps = (to: Endpoint): boolean => kept(filter, sample(remote, to, framing)) > 0;
    const around = [0, 39_999, 40_000, 40_001, 40_002, 40_003, 65_535].map((port) => keeps(at(local, port)));
    assertEquals(around, [false, false, true, true, true, false, false]);
    assertEquals(keeps(at(other, 40_001)), false);
  });

  Deno.test(`IPv${family} ${framing} port filter of "any address" keeps every address`, () => {
    const everywhere = { address: anyAddress(family), port: local.port };
    const packet = sample(other, at(remote, local.port), framing);
    assertEquals(kept(localPortFilter(everywhere, framing), packet), 0xffffffff);
    assertEquals(kept(localPortFilter(local, framing), packet), 0);
  });
}

for (const framing of ["ip", "link"] as const) {
  const [local, remote] = ENDS[4];
  const filter = connectionFilter(local, remote, framing);
  const rows: readonly (readonly [string, Sample, boolean])[] = [
    ["with IP options", sample(remote, local, framing, withOptions), true],
    ["that is UDP", sample(remote, local, framing, setting(9, 17)), false],
    ["that is a later fragment", sample(remote, local, framing, setting(7, 1)), false],
    ["that is a first fragment", sample(remote, local, framing, setting(6, 0x20)), true],
    ["that may not be fragmented", sample(remote, local, framing, setting(6, 0x40)), true],
  ];
  for (const [name, packet, isKept] of rows) {
    Deno.test(`IPv4 ${framing} filter: a packet ${name}`, () =>
      assertEquals(kept(filter, packet) > 0, isKept));
  }
}

Deno.test("the link filter leaves out packets on their way out", () => {
  const [local, remote] = ENDS[4];
  const packet = sample(remote, local, "link", undefined, 4);
  assertEquals(kept(connectionFilter(local, remote, "link"), packet), 0);
});

for (const family of [4, 6] as const) {
  const [local, remote] = ENDS[family];
  const filter = connectionFilter(local, remote, "link");
  Deno.test(`IPv${family} link filter: the length of the link layer's header is no matter, what it carries is`, () => {
    for (const length of [0, 14, 18]) {
      const packet = sample(remote, local, "link", undefined, 0, length);
      assertEquals(kept(filter, packet) > 0, true, `${length} octets`);
      const bytes = packet.bytes.slice();
      if (length > 0) bytes.set([0x08, 0x06], length - 2);
      const network = bytes.subarray(length);
      assertEquals(kept(filter, { ...packet, bytes, network, protocol: 0x0806 }), 0);
    }
  });
}

for (const family of [4, 6] as const) {
  const [local, remote, other] = ENDS[family];
  const filter = connectionFilter(local, remote, "link");
  Deno.test(`IPv${family} link filter: what an Ethernet carries is found without a load from the network header`, () => {
    const network = new Uint8Array(0);
    assertEquals(run(filter, { ...sample(remote, local, "link"), network }) > 0, true);
    assertEquals(run(filter, { ...sample(other, local, "link"), network }), 0);
  });

  Deno.test(`IPv${family} link filter: what looks like an Ethernet's on another link is judged by its network header`, () => {
    const { network } = sample(other, local, "link");
    const packet = { ...sample(remote, local, "link"), network, linkType: ARPHRD_NONE };
    assertEquals(run(filter, packet), 0);
  });
}

Deno.test("the drop-all filter keeps nothing", () => {
  const [local, remote] = ENDS[4];
  assertEquals(run(dropAllFilter(), sample(remote, local, "ip")), 0);
});

Deno.test("the ICMP filter looks for the quoted segment's source port behind both headers (RFC 792)", () => {
  const [local, remote] = ENDS[4];
  for (const quotedOptions of [false, true]) {
    const quoted = sample(local, remote, "ip", quotedOptions ? withOptions : undefined).bytes;
    const bytes = new Uint8Array(28 + quoted.length);
    bytes.set([0x45]);
    bytes.set([3, 1], 20);
    bytes.set(quoted, 28);
    const packet = { bytes, network: bytes, packetType: 0, protocol: 0x0800, linkType: ARPHRD_ETHER };
    assertEquals(run(quotedTcpFilter(4, local.port), packet) > 0, true);
    assertEquals(run(quotedTcpFilter(4, 0), packet) > 0, true);
    assertEquals(run(quotedTcpFilter(4, remote.port), packet), 0);
    bytes[28 + 9] = 17;
    assertEquals(run(quotedTcpFilter(4, 0), packet), 0, "a quoted UDP datagram");
  }
});

Deno.test("the ICMPv6 filter keeps errors only (RFC 4443 2.1)", () => {
  const [local, remote] = ENDS[6];
  const quoted = sample(local, remote, "ip").bytes;
  const bytes = new Uint8Array(8 + quoted.length);
  bytes.set([1, 4]);
  bytes.set(quoted, 8);
  const packet = { bytes, network: bytes, packetType: 0, protocol: 0x0800, linkType: ARPHRD_ETHER };
  assertEquals(run(quotedTcpFilter(6, local.port), packet) > 0, true);
  assertEquals(run(quotedTcpFilter(6, remote.port), packet), 0);
  bytes[0] = 128; // echo request
  assertEquals(run(quotedTcpFilter(6, local.port), packet), 0);
});

Deno.test("a program is encoded as code, jt, jf and operand, 8 octets each (struct sock_filter)", () => {
  const bytes = encodeProgram([{ code: JUMP_EQUAL, jt: 1, jf: 2, k: 0xdeadbeef }, ...dropAllFilter()]);
  assertEquals([...bytes], [0x15, 0, 1, 2, 0xef, 0xbe, 0xad, 0xde, 6, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("the kernel accepts every program and refuses a faulty one", () => {
  using socket = openSocket("socket SOCK_DGRAM", 4, SOCK_DGRAM, 0);
  for (const [family, framing] of CASES) {
    const [local, remote] = ENDS[family];
    attachFilter(socket.number, connectionFilter(local, remote, framing));
    attachFilter(socket.number, localPortFilter(local, framing));
    attachFilter(socket.number, localPortFilter(local, framing, { first: 49_152, last: 65_535 }));
  }
  attachFilter(socket.number, quotedTcpFilter(4, 1));
  attachFilter(socket.number, quotedTcpFilter(6, 1));
  const endless = [{ code: JUMP_EQUAL, jt: 9, jf: 9, k: 0 }];
  const error = assertThrows(() => attachFilter(socket.number, endless), SystemError);
  assertEquals([error.call, error.errnoName], ["setsockopt SO_ATTACH_FILTER", "EINVAL"]);
});
