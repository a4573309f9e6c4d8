/** Path MTUs: whose word counts. RFC 1191, RFC 8201, and RFC 5927 for words of people who cannot see the connection. */

import { assert, assertEquals } from "@std/assert";
import {
  IP_MTU,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_MTU,
  MAX_IP_PACKET,
  SOCK_DGRAM,
} from "../../ffi/constants.ts";
import { check } from "../../ffi/errno.ts";
import { getOption, localEndpoint, openSocket } from "../../ffi/file_descriptor.ts";
import { type IpAddress, loadLibc, setInterfaceMtu } from "../../ffi/mod.ts";
import { encodeSockaddr } from "../../ffi/sockaddr.ts";
import { type Endpoint, seqAdd, type SeqNumber, seqNumber, seqToUint32 } from "../../tcp/mod.ts";
import { icmpChecksum, sendIcmp } from "../ffi/icmp.ts";
import { ACK, buildPacket } from "../ffi/support.ts";
import { FaultyDevice } from "./faulty_device.ts";
import { Link } from "./link.ts";
import { kernelTests } from "./network.ts";
import { undisturbed } from "./undisturbed.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

const kernelTest = kernelTests();

/** Octets of the packets that a router is said to let through; IPv6 has no smaller links. */
const SMALL = 1_400;

/** So far off the numbers in flight that nobody who sees the connection would quote it. */
const FAR_OFF = 2 ** 29;

/** In the quoted header. */
const IPV4_PROTOCOL_OFFSET = 9;
const UDP = 17;

/** Says as a router would that a segment of the connection, the one with `seq`, was too long. */
function saysTooBig(
  { local, remote }: { readonly local: Endpoint; readonly remote: Endpoint },
  seq: SeqNumber,
  mtu: number,
  protocol: number = IPPROTO_TCP,
): void {
  const message = new Uint8Array(128);
  const quoted = buildPacket(message.subarray(8), local, remote, { sequence: seqToUint32(seq), flags: ACK });
  if (local.address.family === 4) message[8 + IPV4_PROTOCOL_OFFSET] = protocol;
  const view = new DataView(message.buffer);
  if (local.address.family === 4) {
    message.set([3, 4]); // RFC 792, RFC 1191 4
    view.setUint16(6, mtu);
    view.setUint16(2, icmpChecksum(message.subarray(0, 8 + quoted)));
  } else {
    message.set([2, 0]); // RFC 4443 3.2
    view.setUint32(4, mtu);
  }
  sendIcmp(message.slice(0, 8 + quoted), local.address);
}

/** What the kernel takes for the path MTU towards the address: what any other socket of this host gets. */
function kernelPathMtu(address: IpAddress): number {
  using socket = openSocket("socket SOCK_DGRAM", address.family, SOCK_DGRAM, 0);
  const remote = encodeSockaddr({ address, port: 9 });
  check("connect", loadLibc().connect(socket.number, remote, remote.length));
  return address.family === 4
    ? getOption(socket.number, IPPROTO_IP, IP_MTU, "getsockopt IP_MTU")
    : getOption(socket.number, IPPROTO_IPV6, IPV6_MTU, "getsockopt IPV6_MTU");
}

/** Sends octets and waits until they are acknowledged. */
async function deliver(link: Link, octets: number): Promise<void> {
  const into = new Uint8Array(65_536);
  link.connection.send(new Uint8Array(octets), link.loop.now);
  await link.until("the acknowledgement", () => {
    while ((link.kernel.receive(into) ?? 0) > 0);
    return link.connection.unackedOctets === 0 && link.connection.unsentOctets === 0;
  });
}

for (const family of [4, 6] as const) {
  const address = loopbackAddress(family);
  const ends = { ourAddress: address, kernelAddress: address };

  kernelTest(
    `IPv${family}: a "too big" whose quoted number is far off changes nothing (RFC 5927 7.1)`,
    undisturbed(async () => {
      using link = await Link.open(ends);
      const { connection } = link;
      const { sendMss } = connection;
      const before = kernelPathMtu(address);
      for (const offset of [FAR_OFF, -FAR_OFF, 1_000_000]) {
        saysTooBig(connection, seqAdd(connection.sndNxt, offset), SMALL);
        await deliver(link, 100_000);
      }
      assertEquals([connection.sendMss, connection.segmentsRetransmitted], [sendMss, 0]);
      assertEquals(kernelPathMtu(address), before, "for the other sockets of this host");
    }),
  );

  kernelTest(
    `IPv${family}: a "too big" about a segment in flight makes the next one smaller at once (RFC 1191 6.4)`,
    async () => {
      let device: FaultyDevice | undefined;
      using link = await Link.open({ ...ends, throughDevice: (inner) => device = new FaultyDevice(inner) });
      const { connection, loop } = link;
      assert(device !== undefined);
      device.outward = ({ payload }) => payload.length > SMALL ? "lost" : "passes";
      connection.send(new Uint8Array(50_000), loop.now);
      loop.turn();
      assertEquals(device.lostOutward, 1);
      saysTooBig(connection, connection.sndUna, SMALL);
      await link.until("the report", () => connection.sendMss < SMALL);
      assertEquals(connection.pathMtu, SMALL);
      await deliver(link, 10_000);
      assertEquals([device.lostOutward, connection.backoff], [1, 0]);
    },
  );
}

kernelTest(
  "a packet too long for an interface that shrank is about that interface's MTU, and nothing is lost",
  async () => {
    using link = await Link.open();
    await deliver(link, 200_000);
    setInterfaceMtu("lo", 9_000);
    try {
      await deliver(link, 200_000);
      assertEquals(link.connection.pathMtu, 9_000);
    } finally {
      setInterfaceMtu("lo", 65_536);
    }
  },
);

// The last one: the kernel remembers for ten minutes what it was told.
kernelTest(
  "what other sockets were told of a path is no proof: we begin with the interface's MTU",
  undisturbed(async () => {
    using victim = openSocket("socket SOCK_DGRAM", 4, SOCK_DGRAM, 0);
    const address = loopbackAddress(4);
    const remote = encodeSockaddr({ address, port: 9 });
    check("connect", loadLibc().connect(victim.number, remote, remote.length));
    saysTooBig(
      { local: localEndpoint(victim.number), remote: { address, port: 9 } },
      seqNumber(0),
      SMALL,
      UDP,
    );
    assertEquals(kernelPathMtu(address), SMALL, "the kernel believes it");
    using link = await Link.open();
    assertEquals(link.connection.pathMtu, MAX_IP_PACKET);
    await deliver(link, 200_000);
    assertEquals([link.connection.pathMtu, link.connection.segmentsRetransmitted], [MAX_IP_PACKET, 0]);
  }),
);
