/** Scripts as trees. */

import { assertEquals, assertThrows } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import type { IcmpPacket, ScriptEvent, SystemCall, TcpPacket } from "../../packetdrill/ast.ts";
import { ScriptError } from "../../packetdrill/errors.ts";
import { parseScript } from "../../packetdrill/parser.ts";

function eventOf(line: string): ScriptEvent {
  const [event] = parseScript(line, "test").events;
  if (event === undefined) throw new Error("No event");
  return event;
}

const tcpOf = (line: string): TcpPacket => eventOf(line).action as TcpPacket;
const icmpOf = (line: string): IcmpPacket => eventOf(line).action as IcmpPacket;
const callOf = (line: string): SystemCall => eventOf(line).action as SystemCall;

const TIMES: readonly (readonly [text: string, kind: string, start: number, end: number | null])[] = [
  ["0.1", "absolute", 100_000, null],
  ["2", "absolute", 2_000_000, null],
  ["+.01", "relative", 10_000, null],
  ["+ 1.00", "relative", 1_000_000, null],
  ["0.3~0.31", "absolute", 300_000, 310_000],
  ["+.3~+.310", "relative", 300_000, 310_000],
  ["*", "any", 0, null],
];

for (const [text, kind, start, end] of TIMES) {
  Deno.test(`the parser reads the time ${text}`, () => {
    assertEquals(
      eventOf(`${text} > . 1:1(0) ack 1`).time,
      { kind, start, end } as ScriptEvent["time"],
    );
  });
}

const FLAGS: readonly (readonly [text: string, flags: number])[] = [
  ["S", Flag.syn],
  ["S.", Flag.syn | Flag.ack],
  [".", Flag.ack],
  ["-", 0],
  ["FP.", Flag.fin | Flag.psh | Flag.ack],
  ["SEWA", Flag.syn | Flag.ece | Flag.cwr | Flag.ae],
  ["R", Flag.rst],
  ["PU.", Flag.psh | Flag.urg | Flag.ack],
  [".5", Flag.ack | Flag.ae | Flag.ece],
  ["P.2", Flag.psh | Flag.ack | Flag.cwr],
  ["5.", Flag.ack | Flag.ae | Flag.ece],
  ["0.", Flag.ack],
];

for (const [text, flags] of FLAGS) {
  Deno.test(`the parser reads the flags ${text}`, () =>
    assertEquals(tcpOf(`0 > ${text} 1:1(0) urg 1`).flags, flags));
}

Deno.test("the parser reads every part of a segment", () => {
  const packet = tcpOf(
    "0 < [ect0, ttl 5] 7 > 8 P. 1:11(10) ack 2 win 3 urg 4 <mss 5,nop,TS val 6 ecr 7,sack 8:9 10:11,eol>",
  );
  assertEquals(packet, {
    kind: "tcp",
    direction: "in",
    ip: { ecn: 2, trafficClass: null, hopLimit: 5 },
    sourcePort: 7,
    destinationPort: 8,
    flags: Flag.psh | Flag.ack,
    seq: 1,
    absolute: false,
    length: 10,
    ack: 2,
    window: 3,
    urgentPointer: 4,
    options: [
      { kind: "mss", value: 5 },
      { kind: "nop" },
      { kind: "TS", value: 6, echo: 7 },
      { kind: "sack", blocks: [[8, 9], [10, 11]] },
      { kind: "eol" },
    ],
    badChecksum: false,
    places: {
      flags: { line: 1, column: 25 },
      sequence: { line: 1, column: 28 },
      ack: { line: 1, column: 37 },
      window: { line: 1, column: 43 },
      "urgent pointer": { line: 1, column: 49 },
      options: { line: 1, column: 55 },
    },
  });
});

Deno.test("the parser reads what FreeBSD's scripts write otherwise", () => {
  const packet = tcpOf("+0 >[noecn] SEW  0:0(0) win 65535 <mss 1460, nop,wscale 6,sackOK,TS val ... ecr 0>");
  assertEquals(packet.ip.ecn, 0);
  assertEquals(packet.options.at(-1), { kind: "TS", value: null, echo: 0 });
  assertEquals(tcpOf("+0 > (tos 0x28) . 1:1(0) ack 1").ip.trafficClass, 0x28);
  assertEquals(callOf("0 connect(3, ..., ...) = -1 // EINPROGRESS").errno, null);
});

Deno.test("the parser reads numbers as they are on the wire, and numbers that do not matter", () => {
  assertEquals([tcpOf("0 > R. 5:5(0)! ack 2").absolute, tcpOf("0 > R. 5:5(0)! ack 2").seq], [true, 5]);
  assertEquals([tcpOf("0 > S. ...(0) ack 2").seq, tcpOf("0 > S. ...(0) ack 2").length], [null, 0]);
});

Deno.test("the parser accepts numbers on both sides of 2^32", () => {
  assertEquals(tcpOf("0 < . 4294967295:1(2) ack 1 win 1").seq, 4294967295);
});

Deno.test("the parser reads ICMP errors with the quote behind and before", () => {
  const behind = icmpOf("0 < icmp unreachable frag_needed mtu 1200 [1:1461(1460)]");
  const before = icmpOf("0 < [1:1461(1460)] icmp unreachable frag_needed mtu 1200");
  assertEquals(behind, before);
  assertEquals([behind.type, behind.code, behind.mtu, behind.quoted?.seq], [
    "unreachable",
    "frag_needed",
    1200,
    1,
  ]);
  assertEquals(icmpOf("0 <icmp source_quench [0:0(0)]").code, null);
});

Deno.test("the parser reads a call with its result, error and note", () => {
  const call = callOf("+0...0.2 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = -1 EINVAL (a (nested) note)");
  assertEquals([call.name, call.end, call.errno?.name], ["fcntl", 200_000, "EINVAL"]);
  const place = (column: number) => ({ line: 1, column });
  assertEquals(call.arguments[2], {
    kind: "or",
    left: { kind: "word", name: "O_RDWR", place: place(28) },
    right: { kind: "word", name: "O_NONBLOCK", place: place(35) },
    place: place(28),
  });
  assertEquals(call.result, { kind: "integer", value: -1, place: place(49) });
});

Deno.test("the parser reads lists, records, and sizes of fields", () => {
  const call = callOf(
    "0 sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 40}, {..., 60}], msg_flags=0}, 0) = 100",
  );
  const [, message] = call.arguments;
  assertEquals(message?.kind === "record" ? message.fields.map((field) => field.name) : [], [
    "msg_name",
    "msg_iov",
    "msg_flags",
  ]);
  assertEquals(message?.kind === "record" ? message.fields[1]?.size : null, {
    kind: "integer",
    value: 2,
    place: { line: 1, column: 42 },
  });
});

Deno.test("the parser tells the first command and the last from those between", () => {
  const script = parseScript("--mtu=9000 // big\n`first`\n0 `middle`\n+0 `middle too`\n`last`", "test");
  assertEquals([script.initCommand?.text, script.cleanupCommand?.text], ["first", "last"]);
  assertEquals(script.events.length, 2);
  assertEquals(script.options, [{ name: "mtu", value: "9000", place: { line: 1, column: 1 } }]);
});

Deno.test("the parser replaces words that the script defines", () => {
  const script = parseScript("--define=SIZE=10\n0 write(4, ..., SIZE) = SIZE", "test");
  assertEquals((script.events[0]?.action as SystemCall).result, {
    kind: "integer",
    value: 10,
    place: { line: 2, column: 25 },
  });
});

const WRONG: readonly (readonly [why: string, text: string, line: number])[] = [
  ["a length that does not fit its numbers", "0 > . 1:5(3) ack 1", 1],
  ["an injected segment without a window", "0 < . 1:1(0) ack 1", 1],
  ["an injected segment with any options", "0 < . 1:1(0) ack 1 win 1 <...>", 1],
  ["a range of times for what is injected", "\n0.1~0.2 < . 1:1(0) ack 1 win 1", 2],
  ["a call at any time", "* close(3) = 0", 1],
  ["a range that runs backwards", "0.2~0.1 > . 1:1(0) ack 1", 1],
  ["a call that ends before it begins", "+1...0.5 close(3) = 0", 1],
  ["a negative time", "-1 close(3) = 0", 1],
  ["a call without a result", "0 close(3)", 1],
  ["a window beyond 16 bits", "0 > . 1:1(0) ack 1 win 65536", 1],
  ["no events", "// nothing", 1],
];

for (const [why, text, line] of WRONG) {
  Deno.test(`the parser refuses ${why}`, () => {
    assertEquals(assertThrows(() => parseScript(text, "test"), ScriptError).place.line, line);
  });
}

const UNKNOWN: readonly (readonly [word: string, text: string])[] = [
  ["FO", "0 < S 0:0(0) win 1 <FO>"],
  ["md5", "0 > . 1:1(0) <md5 00>"],
  ["mp_capable", "0 > S 0:0(0) <mss 1460,mp_capable v1>"],
  ["udp", "0 > udp (10)"],
  ["sctp", "0 > sctp: INIT[]"],
  ["/udp", "0 > R 1:1(0) win 0 /udp(1 > 2)"],
  ["flowlabel", "0 > (flowlabel 0x1) . 1:1(0)"],
];

for (const [word, text] of UNKNOWN) {
  Deno.test(`the parser names ${word} as not supported, and reads on behind it`, () => {
    const { events, unsupported } = parseScript(`${text}\n+0 close(3) = 0`, "test");
    assertEquals([unsupported.map((each) => each.word), events.length], [[word], 1]);
  });
}
