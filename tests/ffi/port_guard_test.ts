/** The port guard against the kernel's own TCP, on loopback in a network of the test's own. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { attachFilterIfAllowed } from "../../ffi/bpf.ts";
import { IP_MINTTL, IPPROTO_IP, IPPROTO_IPV6, IPV6_MINHOPCOUNT } from "../../ffi/constants.ts";
import { getOption } from "../../ffi/file_descriptor.ts";
import {
  type Endpoint,
  isErrno,
  openRawSocket,
  PortGuard,
  StreamListener,
  StreamSocket,
  SystemError,
} from "../../ffi/mod.ts";
import { ACK, buildPacket, kernelTests, RST, segmentsUntilQuiet, SYN, untilReadable } from "./support.ts";
import { loopbackAddress } from "./loopback.ts";

const kernelTest = kernelTests();
const QUIET = 100; // milliseconds; the kernel answers on loopback within one
const ISS = 0x7fff_fff0;

/** Sends a SYN from `local` to a kernel listener. Returns the answer's flags, and those of what the listener's side saw. */
async function flagsAfterSyn(
  local: Endpoint,
): Promise<{ readonly answered: number[]; readonly sent: number[] }> {
  using listener = StreamListener.open({ address: local.address, port: 0 });
  using ours = openRawSocket({ local, remote: listener.local });
  using theirs = openRawSocket({ local: listener.local, remote: local });
  const length = buildPacket(ours.outbound, local, listener.local, { sequence: ISS, flags: SYN });
  assertEquals(ours.send(length), "sent");
  const answered = (await segmentsUntilQuiet(ours, QUIET)).map((segment) => segment.flags);
  const sent = (await segmentsUntilQuiet(theirs, QUIET)).map((segment) => segment.flags);
  return { answered, sent };
}

for (const family of [4, 6] as const) {
  const any: Endpoint = { address: loopbackAddress(family), port: 0 };

  kernelTest(`without a guard the kernel resets an IPv${family} handshake of ours`, async () => {
    const guard = PortGuard.open(any);
    guard[Symbol.dispose]();
    assertEquals(await flagsAfterSyn(guard.local), { answered: [SYN | ACK], sent: [SYN, RST] });
  });

  kernelTest(`behind a guard it does not, over IPv${family}`, async () => {
    using guard = PortGuard.open(any);
    assertEquals(await flagsAfterSyn(guard.local), { answered: [SYN | ACK], sent: [SYN] });
  });

  kernelTest(`an IPv${family} guard asks for a TTL of 255 before the filter is asked (RFC 5082)`, () => {
    const [level, name] = family === 4 ? [IPPROTO_IP, IP_MINTTL] : [IPPROTO_IPV6, IPV6_MINHOPCOUNT];
    let least: (() => number) | undefined;
    using _ = PortGuard.open(any, (number, program) => {
      least = () => getOption(number, level, name, "getsockopt");
      return attachFilterIfAllowed(number, program);
    });
    assertEquals(least?.(), 255);
  });

  kernelTest(
    `behind a guard a handshake by hand reaches the listener's accept, over IPv${family}`,
    async () => {
      using listener = StreamListener.open(any);
      using guard = PortGuard.open(any);
      const [local, remote] = [guard.local, listener.local];
      using raw = openRawSocket({ local, remote });
      raw.send(buildPacket(raw.outbound, local, remote, { sequence: ISS, flags: SYN }));
      const [synAck] = await segmentsUntilQuiet(raw, QUIET);
      assert(synAck !== undefined);
      assertEquals(synAck.acknowledgment, ISS + 1);
      const next = { sequence: ISS + 1, acknowledgment: (synAck.sequence + 1) >>> 0, flags: ACK };
      const payload = new TextEncoder().encode("by hand");
      raw.send(buildPacket(raw.outbound, local, remote, { ...next, payload }));
      untilReadable(listener.descriptor);
      using accepted = listener.accept();
      assert(accepted !== undefined);
      assertEquals(accepted.remote, local);
      untilReadable(accepted.descriptor);
      const into = new Uint8Array(100);
      assertEquals(into.subarray(0, accepted.receive(into) ?? 0), payload);
      raw.send(buildPacket(raw.outbound, local, remote, { ...next, sequence: ISS + 8, flags: RST }));
      await segmentsUntilQuiet(raw, QUIET);
      const error = assertThrows(() => accepted.receive(into), SystemError);
      assertEquals(error.errnoName, "ECONNRESET");
    },
  );

  kernelTest(`a guard keeps its port from others until it is disposed, IPv${family}`, () => {
    using guard = PortGuard.open(any);
    const { local } = guard;
    assert(local.port > 0);
    const again = assertThrows(() => PortGuard.open(local), SystemError);
    assertEquals([again.call, again.errnoName], ["bind", "EADDRINUSE"]);
    assert(again.message.includes(`:${local.port}`), again.message);
    assert(isErrno(assertThrows(() => StreamListener.open(local), SystemError), 98));
    assert(isErrno(assertThrows(() => StreamSocket.connect(local, local), SystemError), 98));
    guard[Symbol.dispose]();
    guard[Symbol.dispose]();
    using taken = PortGuard.open(local);
    assertEquals(taken.local, local);
  });

  kernelTest(`a guarded IPv${family} port neither accepts nor refuses`, () => {
    using guard = PortGuard.open(any);
    using socket = StreamSocket.connect(guard.local);
    assertEquals(socket.finishConnect(QUIET), false);
  });
}

kernelTest("both families may hold the same port number", () => {
  using four = PortGuard.open({ address: loopbackAddress(4), port: 0 });
  using six = PortGuard.open({ address: { family: 6, octets: new Uint8Array(16) }, port: four.local.port });
  assertEquals(six.local.port, four.local.port);
});

kernelTest("a guard needs an address of this host", () => {
  const elsewhere: Endpoint = { address: { family: 4, octets: new Uint8Array([192, 0, 2, 1]) }, port: 0 };
  const error = assertThrows(() => PortGuard.open(elsewhere), SystemError);
  assertEquals([error.call, error.errnoName], ["bind", "EADDRNOTAVAIL"]);
});
