import { assertEquals } from "@std/assert";
import { Narrator } from "../../cli/narrator.ts";
import {
  Connection,
  type ConnectionView,
  Flag,
  IcmpError,
  NEVER,
  parseAddress,
  Segment,
  seqNumber,
  STANDARD,
} from "../../tcp/mod.ts";
import { after, instant, seconds } from "../../tcp/base/units.ts";
import { CLIENT, CLIENT_ISS, PEER } from "./simulation.ts";
import { memoryOutput, type MemorySink } from "./support.ts";

const START = instant(1_000_000);

/** A view to hand to the narrator, which reads little of it. */
const VIEW = Connection.connect(
  { config: STANDARD, local: CLIENT, remote: PEER, isn: () => seqNumber(CLIENT_ISS) },
  START,
);

/** The same while what begins at 100 waits for its ACK. */
const WAITING = Object.create(VIEW, {
  expiries: { value: 0 },
  sndUna: { value: seqNumber(100) },
}) as Connection;

/** The same after a timeout. */
const TIMED_OUT = Object.create(WAITING, { expiries: { value: 1 } }) as Connection;

/** The same once all before `rcvNxt` has come. */
function received(rcvNxt: number): Connection {
  return Object.create(VIEW, { rcvNxt: { value: seqNumber(rcvNxt) } }) as Connection;
}

function segment(flags: number, seq: number, ack: number, payload = 0): Segment {
  const record = new Segment();
  record.flags = flags;
  record.seq = seqNumber(seq);
  record.ack = seqNumber(ack);
  record.payload.set(new Uint8Array(payload), 0, payload);
  return record;
}

function begin(): { narrator: Narrator; out: MemorySink; err: MemorySink } {
  const { output, out, err } = memoryOutput();
  return { narrator: new Narrator(output), out, err };
}

Deno.test("sequence numbers are told as unsigned 32-bit numbers", () => {
  const { narrator, out } = begin();
  narrator.segmentSent(VIEW, segment(Flag.syn, -1, 0), "syn", START);
  narrator.segmentArrived(VIEW, segment(Flag.syn | Flag.ack, 0x8000_0000, 0), START);
  narrator.stateChanged(VIEW, "SYN-SENT", "ESTABLISHED", "syn-ack-received", START);
  narrator.segmentSent(VIEW, segment(Flag.ack, 0, 0x8000_0001), "handshake-ack", START);
  assertEquals(out.lines, [
    "[>] Sending SYN (seq=4294967295)",
    "[<] Received SYN-ACK (seq=2147483648, ack=0)",
    "[>] Sending ACK (seq=0, ack=2147483649)",
  ]);
});

Deno.test("a FIN's number is that of the FIN, not of the data before it", () => {
  const { narrator, out } = begin();
  narrator.segmentSent(VIEW, segment(Flag.fin | Flag.ack, 100, 1, 10), "fin", START);
  narrator.segmentArrived(VIEW, segment(Flag.fin | Flag.ack, 500, 111, 20), START);
  narrator.stateChanged(received(521), "FIN-WAIT-1", "TIME-WAIT", "fin-received", START);
  narrator.flush();
  assertEquals(out.lines, [
    "[>] Sending FIN (seq=110)",
    "[<] Received FIN-ACK (seq=520, ack=111)",
  ]);
});

Deno.test("a FIN that came before what was missing is told with its own number", () => {
  const { narrator, out } = begin();
  narrator.segmentArrived(VIEW, segment(Flag.fin | Flag.ack, 540, 100, 10), START);
  narrator.segmentArrived(VIEW, segment(Flag.ack, 500, 100, 40), START);
  narrator.stateChanged(received(551), "ESTABLISHED", "CLOSE-WAIT", "fin-received", START);
  narrator.flush();
  assertEquals(out.lines, ["[<] Received FIN (seq=550)"]);
});

Deno.test("a SYN-ACK of another SYN, and the RST for it, are told before the handshake (RFC 9293 3.10.7.3)", () => {
  const { narrator, out } = begin();
  narrator.segmentSent(VIEW, segment(Flag.syn, 100, 0), "syn", START);
  const wrong = segment(Flag.syn | Flag.ack, 500, 201);
  narrator.segmentArrived(VIEW, wrong, START);
  narrator.segmentDropped(VIEW, wrong, "ack-not-acceptable", START);
  narrator.segmentSent(VIEW, segment(Flag.rst, 201, 0), "reset-bad-ack", START);
  narrator.segmentArrived(VIEW, segment(Flag.syn | Flag.ack, 500, 101), START);
  narrator.stateChanged(VIEW, "SYN-SENT", "ESTABLISHED", "syn-ack-received", START);
  assertEquals(out.lines, [
    "[>] Sending SYN (seq=100)",
    "[<] Received SYN,ACK (seq=500, ack=201), which is not for our SYN",
    "[>] Sending RST (seq=201)",
    "[<] Received SYN-ACK (seq=500, ack=101)",
  ]);
});

Deno.test("when our FIN acknowledges the peer's, that is one line", () => {
  const { narrator, out } = begin();
  narrator.segmentArrived(VIEW, segment(Flag.fin | Flag.ack, 500, 100), START);
  narrator.stateChanged(received(501), "ESTABLISHED", "CLOSE-WAIT", "fin-received", START);
  narrator.segmentSent(VIEW, segment(Flag.fin | Flag.ack, 100, 501), "fin", START);
  narrator.flush();
  assertEquals(out.lines, ["[<] Received FIN (seq=500)", "[>] Sending FIN (seq=100)"]);
});

Deno.test("a simultaneous open is told as what it is", () => {
  const { narrator, out } = begin();
  narrator.segmentSent(VIEW, segment(Flag.syn, 100, 0), "syn", START);
  narrator.segmentArrived(VIEW, segment(Flag.syn, 500, 0), START);
  narrator.stateChanged(VIEW, "SYN-SENT", "SYN-RECEIVED", "simultaneous-open", START);
  narrator.segmentSent(VIEW, segment(Flag.syn | Flag.ack, 100, 501), "syn-ack", START);
  narrator.segmentArrived(VIEW, segment(Flag.ack, 501, 101), START);
  narrator.stateChanged(VIEW, "SYN-RECEIVED", "ESTABLISHED", "syn-acknowledged", START);
  assertEquals(out.lines, [
    "[>] Sending SYN (seq=100)",
    "[<] Received SYN (seq=500)",
    "[>] Sending SYN-ACK (seq=100, ack=501)",
    "[<] Received ACK of our SYN (ack=101)",
  ]);
});

Deno.test("a connection that ends in LAST-ACK without an acknowledgement does not claim one", () => {
  const { narrator, out } = begin();
  narrator.stateChanged(VIEW, "LAST-ACK", "CLOSED", "timed-out", START);
  narrator.flush();
  assertEquals(out.lines, []);
});

Deno.test("why something is sent again is told by its cause", () => {
  const { narrator, err } = begin();
  const data = segment(Flag.ack, 100, 1, 10);
  narrator.segmentSent(WAITING, data, "data", START);
  narrator.segmentSent(TIMED_OUT, data, "retransmit-timeout", after(START, seconds(1.5)));
  narrator.segmentSent(
    TIMED_OUT,
    segment(Flag.ack, 110, 1, 10),
    "retransmit-timeout",
    after(START, seconds(2)),
  );
  narrator.segmentSent(WAITING, data, "retransmit-sack", after(START, seconds(2)));
  narrator.segmentSent(WAITING, data, "retransmit-duplicate-acks", after(START, seconds(2)));
  narrator.segmentSent(WAITING, data, "retransmit-path-mtu", after(START, seconds(2)));
  narrator.segmentSent(WAITING, data, "retransmit-other-way", after(START, seconds(2)));
  narrator.segmentSent(WAITING, data, "tail-loss-probe", after(START, seconds(2.0004)));
  assertEquals(err.lines, [
    "[!] No acknowledgement for 1.50 s (retransmission timeout): sending 10 bytes again (seq=100)",
    "[!] Counted as lost when the timer expired: sending 10 bytes again (seq=110)",
    "[!] The peer reports a gap: sending 10 bytes again (seq=100)",
    "[!] Duplicate ACKs point to a gap: sending 10 bytes again (seq=100)",
    "[!] The path takes only smaller packets: sending 10 bytes again (seq=100)",
    "[!] There is another way out of this host now: sending 10 bytes again (seq=100)",
    "[!] No acknowledgement for 400 µs (tail loss probe): sending 10 bytes again (seq=100)",
  ]);
});

Deno.test("a tail loss probe with new data is not called a repetition (RFC 8985 7.3)", () => {
  const { narrator, err } = begin();
  narrator.segmentSent(WAITING, segment(Flag.ack, 100, 1, 10), "data", START);
  narrator.segmentSent(WAITING, segment(Flag.ack, 110, 1, 10), "tail-loss-probe", after(START, seconds(0.2)));
  narrator.segmentSent(WAITING, segment(Flag.ack, 110, 1, 10), "tail-loss-probe", after(START, seconds(0.4)));
  assertEquals(err.lines, [
    "[!] No acknowledgement for 0.20 s (tail loss probe): sending 10 further bytes (seq=110)",
    "[!] No acknowledgement for 0.40 s (tail loss probe): sending 10 bytes again (seq=110)",
  ]);
});

Deno.test("of what goes when the peer's window opens only what its probes brought is called a repetition", () => {
  const { narrator, err } = begin();
  narrator.segmentSent(WAITING, segment(Flag.ack, 100, 1, 1), "window-probe", START);
  narrator.segmentSent(WAITING, segment(Flag.ack, 100, 1, 1), "window-probe", after(START, seconds(2)));
  const opened = after(START, seconds(3));
  narrator.segmentSent(WAITING, segment(Flag.ack, 100, 1, 29), "retransmit-refused", opened);
  const later = after(START, seconds(5));
  narrator.segmentSent(WAITING, segment(Flag.ack, 100, 1, 29), "retransmit-refused", later);
  assertEquals(err.lines, [
    "[!] The peer's window has opened: sending 1 byte again and 28 for the first time (seq=100)",
    "[!] The peer's window has opened: sending 29 bytes again (seq=100)",
  ]);
});

Deno.test("SYN-ACKs of a simultaneous open that go again are told as that, each with its cause", () => {
  const { narrator, out, err } = begin();
  const answer = segment(Flag.syn | Flag.ack, 100, 501);
  narrator.segmentSent(WAITING, segment(Flag.syn, 100, 0), "syn", START);
  narrator.segmentSent(WAITING, answer, "syn-ack", after(START, seconds(0.5)));
  narrator.segmentSent(TIMED_OUT, answer, "syn-ack-retransmitted", after(START, seconds(1.5)));
  narrator.segmentSent(WAITING, answer, "syn-ack-repeated", after(START, seconds(1.6)));
  assertEquals(out.lines, ["[>] Sending SYN (seq=100)", "[>] Sending SYN-ACK (seq=100, ack=501)"]);
  assertEquals(err.lines, [
    "[!] No acknowledgement for 1.00 s (retransmission timeout): sending the SYN-ACK again (seq=100, ack=501, number 2)",
    "[!] The peer has repeated its SYN: sending the SYN-ACK again (seq=100, ack=501, number 3)",
  ]);
});

Deno.test("of many repetitions the first twenty are told", () => {
  const { narrator, err } = begin();
  for (let i = 0; i < 50; i++) {
    narrator.segmentSent(VIEW, segment(Flag.ack, 100 + i, 1, 1), "retransmit-sack", after(START, seconds(i)));
  }
  assertEquals(err.lines.length, 20);
  assertEquals(err.lines.at(-1)?.endsWith("; further repetitions are not shown"), true);
});

Deno.test("of repetitions for one reason within a second only the first is told, and then how many there were", () => {
  const { narrator, err } = begin();
  for (let i = 0; i < 50; i++) {
    narrator.segmentSent(
      VIEW,
      segment(Flag.ack, 100 + i, 1, 2),
      "retransmit-sack",
      after(START, seconds(i / 50)),
    );
  }
  narrator.segmentSent(VIEW, segment(Flag.ack, 100, 1, 2), "retransmit-sack", after(START, seconds(1.5)));
  narrator.segmentSent(VIEW, segment(Flag.ack, 102, 1, 2), "retransmit-sack", after(START, seconds(1.6)));
  narrator.settle();
  narrator.settle();
  assertEquals(err.lines, [
    "[!] The peer reports a gap: sending 2 bytes again (seq=100)",
    "[!] The peer reports a gap: 49 more for the same reason, 98 bytes in all",
    "[!] The peer reports a gap: sending 2 bytes again (seq=100)",
    "[!] The peer reports a gap: 1 more for the same reason, 2 bytes in all",
  ]);
});

Deno.test("silence is counted from the last progress, whatever was sent since", () => {
  const { narrator, err } = begin();
  narrator.segmentSent(VIEW, segment(Flag.ack, 100, 1, 10), "data", START);
  narrator.segmentSent(VIEW, segment(Flag.ack, 110, 1, 10), "data", after(START, seconds(1)));
  narrator.segmentSent(
    TIMED_OUT,
    segment(Flag.ack, 100, 1, 10),
    "retransmit-timeout",
    after(START, seconds(1.2)),
  );
  assertEquals(err.lines, [
    "[!] No acknowledgement for 1.20 s (retransmission timeout): sending 10 bytes again (seq=100)",
  ]);
});

Deno.test("what is oldest once a part was acknowledged has not timed out, though the back-off stays (RFC 6298 5)", () => {
  const { narrator, err } = begin();
  narrator.segmentSent(WAITING, segment(Flag.ack, 100, 1, 10), "data", START);
  narrator.segmentSent(WAITING, segment(Flag.ack, 110, 1, 10), "data", START);
  const before = Object.create(TIMED_OUT, { sndMax: { value: seqNumber(120) } }) as Connection;
  narrator.segmentArrived(before, segment(Flag.ack, 501, 110), after(START, seconds(1.5)));
  const partly = Object.create(before, {
    sndUna: { value: seqNumber(110) },
    expiries: { value: 0 },
  }) as Connection;
  for (const reason of ["retransmit-shorter", "retransmit-long-lost", "retransmit-timeout"] as const) {
    narrator.segmentSent(partly, segment(Flag.ack, 110, 1, 10), reason, after(START, seconds(1.501)));
  }
  narrator.segmentSent(
    partly,
    segment(Flag.ack, 110, 1, 10),
    "retransmit-sack",
    after(START, seconds(1.502)),
  );
  assertEquals(err.lines, [
    "[!] Counted as lost when the timer expired: sending 10 bytes again (seq=110)",
    "[!] Counted as lost when the timer expired: 2 more for the same reason, 20 bytes in all",
    "[!] The peer reports a gap: sending 10 bytes again (seq=110)",
  ]);
});

Deno.test("what ICMP reports again and again is one line (RFC 5927: anybody can send it)", () => {
  const { narrator, err } = begin();
  const error = new IcmpError();
  Object.assign(error, { type: 3, code: 13, reporter: parseAddress("192.0.2.254"), seq: seqNumber(100) });
  for (let i = 0; i < 50; i++) narrator.icmpArrived(VIEW, error, "soft-error", START);
  narrator.icmpArrived(VIEW, error, "not-outstanding", START);
  assertEquals(err.lines, [
    '[!] ICMP "communication administratively prohibited" from 192.0.2.254, about our segment (seq=100)',
  ]);
});

Deno.test("what ICMP reports of an ACK without data is told, though the connection has no use for it (RFC 5927 4.1)", () => {
  const { narrator, err } = begin();
  const view: ConnectionView = Object.create(WAITING, {
    iss: { value: seqNumber(CLIENT_ISS) },
    sndNxt: { value: seqNumber(200) },
  });
  const error = new IcmpError();
  Object.assign(error, { type: 3, code: 13, reporter: parseAddress("192.0.2.254"), seq: seqNumber(200) });
  narrator.icmpArrived(view, error, "not-outstanding", START);
  error.seq = seqNumber(201);
  narrator.icmpArrived(view, error, "not-outstanding", START);
  const report = 'ICMP "communication administratively prohibited" from 192.0.2.254';
  assertEquals(err.lines, [`[!] ${report}, about an ACK of ours (seq=200)`]);
  assertEquals([narrator.record.report, narrator.record.reportAt], [report, START]);
});

Deno.test("how long packets may be is told as what was said and what follows, which may differ (RFC 1191 3, RFC 8201 4)", () => {
  const { narrator, err } = begin();
  const router = { reporter: parseAddress("192.0.2.254") };
  const tell = (type: number, mtu: number, pathMtu: number, more: Partial<IcmpError>): void => {
    const error = new IcmpError();
    Object.assign(error, { type, code: 4, family: 4, mtu, seq: seqNumber(100), ...more });
    const view: ConnectionView = Object.create(VIEW, {
      iss: { value: seqNumber(CLIENT_ISS) },
      pathMtu: { value: pathMtu },
    });
    narrator.icmpArrived(view, error, "path-mtu-smaller", START);
  };
  tell(3, 1_400, 1_400, router);
  tell(3, 68, 88, router);
  tell(3, 0, 576, router);
  tell(3, 1_000, 1_000, { reporter: null });
  tell(3, 0, 576, { reporter: null });
  assertEquals(err.lines, [
    '[!] ICMP "fragmentation needed" from 192.0.2.254, about our segment (seq=100); it says that packets of up to 1400 bytes get through: going on with packets of 1400',
    '[!] ICMP "fragmentation needed" from 192.0.2.254, about our segment (seq=100); it says that packets of up to 68 bytes get through: going on with packets of 88',
    '[!] ICMP "fragmentation needed" from 192.0.2.254, about our segment (seq=100); it does not say how long packets may be: going on with packets of 576',
    "[!] Our segment (seq=100) is longer than the 1000 bytes of the interface or the route; going on with packets of 1000",
    "[!] Our segment (seq=100) is too long for the interface or the route; going on with packets of 576",
  ]);
});

Deno.test("an ICMPv6 message below 1280 octets is told to be ignored, once (RFC 8201 4)", () => {
  const { narrator, err } = begin();
  const error = new IcmpError();
  Object.assign(error, {
    family: 6,
    type: 2,
    mtu: 900,
    reporter: parseAddress("2001:db8::fe"),
    seq: seqNumber(100),
  });
  for (let i = 0; i < 3; i++) narrator.icmpArrived(VIEW, error, "path-mtu-too-small", START);
  assertEquals(err.lines, [
    '[!] ICMP "packet too big" from 2001:db8::fe, about our segment (seq=100); it says 900 bytes, less than every link of IPv6 takes: ignored',
  ]);
});

Deno.test("what probes find after a black hole was told is told at the end, where it is more (RFC 4821 7)", () => {
  const { narrator, out, err } = begin();
  let pathMtu = 1_280;
  const view: ConnectionView = Object.create(WAITING, {
    failedMtu: { value: 1_500 },
    pathMtu: { get: () => pathMtu },
  });
  narrator.segmentSent(view, segment(Flag.ack, 100, 1, 10), "retransmit-black-hole", START);
  narrator.limited();
  assertEquals(out.lines, []);
  pathMtu = 1_397;
  narrator.limited();
  assertEquals(out.lines, ["[*] Probes have shown since that packets of 1397 octets pass"]);
  assertEquals(err.lines.length, 2);
});

Deno.test("probes of a closed window and keep-alives count as no data", () => {
  const { narrator } = begin();
  narrator.segmentSent(VIEW, segment(Flag.ack, 100, 1, 1), "window-probe", START);
  narrator.segmentSent(VIEW, segment(Flag.ack, 99, 1, 1), "keep-alive", START);
  assertEquals([narrator.record.dataSegments, narrator.record.firstSynAt], [0, NEVER]);
});

Deno.test("a change of the way of data is told; as a warning where it was not asked for", () => {
  const { narrator, out, err } = begin();
  narrator.linkChanged("packet", "bulk data flow", false);
  narrator.linkChanged("raw", "the interface is no Ethernet", true);
  assertEquals(out.lines, ["[*] Data and ACKs leave by packet socket from here on: bulk data flow"]);
  assertEquals(err.lines, [
    "[!] Data and ACKs leave by raw socket from here on: the interface is no Ethernet",
  ]);
});
