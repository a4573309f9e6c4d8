/** Mistakes in scripts: each is an error with its place and what would have been right, and neither a skip nor a pass. */

import { assertEquals, assertMatch } from "@std/assert";
import { BORROWED_SCRIPTS, OWN_SCRIPTS, type RunOptions } from "../../packetdrill/options.ts";
import { reportLines } from "../../packetdrill/report.ts";
import { runScript } from "../../packetdrill/run.ts";
import type { RunResult } from "../../packetdrill/verdict.ts";

const ESTABLISHED = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 8000 <mss 1000>
+0 > S. 0:0(0) ack 1 <mss 1460>
+.1 < . 1:1(0) ack 1 win 8000
+0 accept(3, ..., ...) = 4
`;

/** The line behind those of an established connection. */
const LINE = 8;

function run(text: string, options: RunOptions = BORROWED_SCRIPTS): RunResult {
  return runScript(text, "test.pkt", options);
}

/** Mistakes in one line: the mistake is marked by `^` in the line before it is read. */
const LINES: readonly (readonly [line: string, expected: RegExp])[] = [
  // Lines and times.
  ["^hello world", /a time/],
  ["+0 foo^", /\(/],
  ["+0^", /a packet|a system call/],
  ["+0.0^.1 write(4, ..., 100) = 100", /a system call/],
  ["^-1 write(4, ..., 100) = 100", /not negative/],
  ["+0 ^write(4, ..., 100) = 100 ^extra", /./],
  ["0.05 ^write(4, ..., 100) = 100", /0\.1 or later/],
  ["* ^write(4, ..., 100) = 100", /a moment/],
  ["+0~+1 ^< . 1:1(0) ack 1 win 1", /a moment/],
  ["+1^~+0 > . 1:1(0) ack 1", /earlier time first/],
  ["+1...^0.5 write(4, ..., 100) = 100", /a later time/],
  ["+0 write(4, ..., 100) = 100 ^)", /a time/],
  ["+0 ^write(4) = 100", /^3 arguments$/],
  ["+0 close(4, ^5) = 0", /^1 argument$/],
  // Packets.
  ["+0 > ^1:1(0) ack 1", /flags/],
  ["+0 < ^X 1:1(0) ack 1 win 3", /letters of/],
  ["+0 < ^PX. 1:1(0) ack 1 win 3", /letters of/],
  ["+0 < . ^1:2(0) ack 1 win 3", /^1:1\(0\)$/],
  ["+0 < . ^5:3(0) ack 1 win 3", /^5:5\(0\)$/],
  ["+0 < . 1^-1(0) ack 1 win 3", /^:$/],
  ["+0 < . 1:1^[0] ack 1 win 3", /^\($/],
  ["+0 < . ^4294967296:1(0) ack 1 win 3", /from 0 to 4294967295/],
  ["+0 < . 1:1(0) ack ^one win 3", /a number/],
  ["+0 < . 1:1(0) ack ^12x win 3", /a number/],
  ["+0 < . 1:1(0) ack 1 win ^65536", /from 0 to 65535/],
  ["+0 < ^. 1:1(0) ack 1", /^win N$/],
  ["+0 < . 1:1(0) ^akc 1 win 3", /did you mean ack/],
  ["+0 < . 1:1(0) ack 1 win 3 ^foo", /the rest of a segment/],
  ["+0 < . 1:1(0) win 3 ^ack 1", /in this order/],
  ["+0 < ^U. 1:2(1) ack 1 win 3", /^urg N$/],
  ["+0 ^< S. 1:1(0) win 100", /^ack N$/],
  ["+0 < . 1:1(0) ack 1 win 3 ^<...>", /the options/],
  ["+0 < [^ect2] . 1:1(0) ack 1 win 3", /did you mean ect0 or ect1/],
  ["+0 < (tos ^0x100) . 1:1(0) ack 1 win 3", /0 to 255/],
  ["+0 < [ect0^) . 1:1(0) ack 1 win 3", /^\]$/],
  ["+0 < ^0 > 80 . 1:1(0) ack 1 win 3", /1 to 65535/],
  ["+0 < ^PP. 1:1(0) ack 1 win 3", /each flag once/],
  ["+0 < . 1:1(0) ack 1 win 3 ^/ 5", /the rest of a segment/],
  ["+0 < . 1:1(0) ack 1 win 3 ^{5}", /the rest of a segment/],
  ["+0 < . 1:^-0(0) ack 1 win 3", /0 to 4294967295/],
  ["+^-0 < . 1:1(0) ack 1 win 3", /not negative/],
  // Options.
  ["+0 < . 1:1(0) ack 1 win 3 <mss^>", /a number/],
  ["+0 < . 1:1(0) ack 1 win 3 <^wscal 3>", /did you mean wscale/],
  ["+0 < . 1:1(0) ack 1 win 3 <^>", /nop, eol, mss/],
  ["+0 < . 1:1(0) ack 1 win 3 <nop ^nop>", /^>$/],
  ["+0 < . 1:1(0) ack 1 win 3 <wscale ^256>", /0 to 255/],
  ["+0 < . 1:1(0) ack 1 win 3 <TS ^ecr 1 val 2>", /TS val N ecr N/],
  ["+0 < . 1:1(0) ack 1 win 3 <sack 1^,2>", /^:$/],
  ["+0 < . 1:1(0) ack 1 win 3 <raw ^1e0>", /two hexadecimal digits/],
  ["+0 < . 1:1(0) ack 1 win 3 ^<sack 1:2 3:4 5:6 7:8,TS val 1 ecr 0>", /at most 40 octets/],
  // ICMP.
  ["+0 < icmp ^unreachabel frag_needed", /did you mean unreachable/],
  ["+0 < icmp ^unreachable frag_neded", /did you mean frag_needed/],
  ["+0 < icmp unreachable frag_needed mtu ^big", /a number/],
  ["+0 < icmp unreachable frag_needed [^:1(0)]", /a number/],
  ["+0 < icmp ^5", /an ICMP type/],
  // Calls.
  ["+0 ^wirte(4, ..., 100) = 100", /did you mean write/],
  ["+0 write(4, ..., 100 ^= 100", /, or \)/],
  ["+0 write4^, ..., 100) = 100", /^\($/],
  ["+0 write(4, ..., 100)^", /^=$/],
  ["+0 write(4, ..., 100) = ^", /a number/],
  ["+0 ^write(4, 100) = 100", /^3 arguments$/],
  ["+0 write(4, ..., 100, ^0) = 100", /^3 arguments$/],
  ["+0 ^write() = 100", /^3 arguments$/],
  ['+0 write(4, ..., ^"100") = 100', /a whole number/],
  ["+0 write(^..., ..., 100) = 100", /number of a descriptor/],
  ["+0 write(^9, ..., 100) = 100", /one of 3, 4/],
  ["+0 writev(4, ^100, 1) = 100", /a list/],
  ["+0 read(4, ..., 100) = -1 ^EAGIN (x)", /did you mean EAGAIN/],
  ["+0 read(4, ..., 100) = -1 12^", /a packet/],
  ["+0 read(4, ..., 100) = 5 ^EAGAIN", /-1/],
  ["+0 read(4, ..., 100) = -1 EAGAIN ^(x", /^\)$/],
  ["+0 setsockopt(4, SOL_TCP, ^TCP_NODELY, [1], 4) = 0", /did you mean TCP_NODELAY/],
  ["+0 setsockopt(4, ^SOL_TPC, TCP_NODELAY, [1], 4) = 0", /did you mean SOL_TCP/],
  ["+0 send(4, ..., 100, MSG_DONTWAIT|^MSG_MOR) = 100", /did you mean .*MSG_MORE/],
  ["+0 fcntl(4, ^F_SETLF, O_RDWR) = 0", /did you mean F_SETFL/],
  ["+0 poll([^{fd=4, event=POLLIN, revents=0}], 1, 0) = 0", /did you mean events/],
  ["+0 getsockopt(4, SOL_TCP, TCP_INFO, ^{tcpi_stat=1}, [4]) = 0", /did you mean tcpi_state/],
  ["+0 bind(3, {sa_family=AF_INET, sin_port=^htosn(80)}, ...) = 0", /did you mean htons/],
  ["+0 writev(4, [{..., 10}, ^, {..., 20}], 2) = 30", /a number/],
  ['+0 write(4, ^"abc, 100) = 100', /^"$/],
  ["+0 listen(3, ^.1) = 0", /a whole number/],
  ["+0 write(4, ..., 100) = ^.5", /a whole number/],
  ["+0 write(4, ..., 100) = ^{1}", /a whole number/],
  ["+0 getsockopt(4, SOL_TCP, TCP_NODELAY, [0], ^[]) = 0", /a number by reference/],
  ['+0 setsockopt(4, SOL_TCP, TCP_CONGESTION, ^"cubik", 5) = 0', /did you mean cubic/],
  // Commands.
  ["+0 `sysctl -q ^net.ipv4.tcp_congestion_control=cubik`", /did you mean cubic/],
  ["+0 `sysctl -q ^net.ipv4.tcp_sack=on`", /=NUMBER/],
  ["+0 `sockstat | grep -c ^CLOSD | grep 1`", /did you mean CLOSED/],
  ["+0 `^sockstat | grep CLOSED | grep 1`", /grep -c STATE/],
  ["+0 `^sockstat | grep -c CLOSED | grep one`", /grep NUMBER/],
  ["+0 ^`sysctl -w net.ipv4.tcp_sack=1", /^`$/],
  ["+0 `sysctl -w ^net.ipv4.tcp_foo=1`", /a kernel variable/],
  ["+0 `^sysclt -w net.ipv4.tcp_sack=1`", /did you mean sysctl/],
  ["+0 `config ^delaydAck=3ms`", /did you mean delayedAckTime/],
  ["+0 `true; config nagle=true ^delayedAckTime=soon`", /delayedAckTime=VALUE/],
  // Code.
  ["+0 ^%{ assert 1 == 1", /^\}%$/],
  ["+0 ^%{ }%", /assert/],
  ["+0 %{ assert ^tcpi_snd_cwmd == 3 }%", /did you mean tcpi_snd_cwnd/],
  ["+0 %{ assert tcpi_lost == 0, ^tcpi_lots }%", /did you mean tcpi_lost/],
  ["+0 %{ ^asert tcpi_lost == 0 }%", /assert/],
  ["+0 %{ assert tcpi_lost ^= 0 }%", /the end of the statement/],
  ["+0 %{ assert (tcpi_lost == 0 ^}%", /, or \)/],
  ["+0 %{ assert tcpi_lost == ^}%", /a number/],
  ["+0 %{ assert ^state == ESTABLISHD }%".replace("^state == ", "state == ^"), /did you mean ESTABLISHED/],
  ["+0 %{ assert tcpi_lost == ^$x }%", /./],
  ["+0 %{ cwnd = ^cwmd + 1 }%", /did you mean cwnd/],
  ["+0 %{ assert ^tcpi.lost == 0 }%", /a figure/],
  ["+0 %{ assert (1 if ^cwmd else 2) == 1 }%", /did you mean cwnd/],
  ["+0 %{ assert ^mth.floor(1.5) == 1 }%", /a figure/],
  ["+0 %{ assert ^mim(1, 2) == 1 }%", /did you mean min/],
  ["+0 %{ ^cwnd }%", /./],
];

for (const [marked, expected] of LINES) {
  Deno.test(`a mistake: ${marked}`, () => {
    const column = marked.indexOf("^") + 1;
    const result = run(`${ESTABLISHED}${marked.replaceAll("^", "")}\n`);
    assertEquals(result.outcome, "error", result.reason);
    if (marked.lastIndexOf("^") === column - 1 && !/\^\}?%?$/.test(marked)) {
      assertEquals([result.place?.line, result.place?.column], [LINE, column], result.reason);
    }
    assertMatch(result.expected ?? "", expected);
  });
}

/** Whole scripts: the mistake's line and column. */
const SCRIPTS: readonly (readonly [text: string, line: number, column: number, expected: RegExp])[] = [
  ["", 1, 1, /a time/],
  ["// nothing\n\n", 1, 1, /a time/],
  ["0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n /* no end\n+0 close(3) = 0", 2, 2, /\*\//],
  ["+1 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 1, 4, /0 or \+0/],
  [
    "--tolernace_usecs=5\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
    1,
    1,
    /did you mean --tolerance_usecs/,
  ],
  ["--mtu=big\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 1, 1, /--mtu=NUMBER/],
  ["--mtu\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 1, 1, /--mtu=NUMBER/],
  ["--ip_version=ipv5\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 1, 1, /did you mean ipv4 or ipv6/],
  ["--mtu=90500\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 1, 1, /68 to 65535/],
  ["--profile=linus\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 1, 1, /did you mean linux/],
  ["0 close(3) = 0", 1, 9, /no line before opens one/],
  ["#ifdef Linux\n0 close(3) = 0", 1, 1, /#endif/],
  ["#elif Linux\n0 close(3) = 0", 1, 1, /#ifdef, #ifndef/],
  ["#ifdef Linux\n#else\n#else\n#endif\n0 close(3) = 0", 3, 1, /an #ifdef/],
  ["#ifdef FreeBDS\n#endif\n0 close(3) = 0", 1, 2, /did you mean FreeBSD/],
  ["--define=X\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 1, 1, /--define=NAME=VALUE/],
  ["--strict_segments=1\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 1, 1, /without a value/],
  ["`dd bs=1 cuont=5 of=/tmp/a`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 1, 10, /did you mean count/],
  ["#endif\n0 close(3) = 0", 1, 1, /an #ifdef/],
  [
    "`sysctl -q net.ipv4.tcp_sack=0`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n`last`\n+0 close(3) = 0",
    4,
    1,
    /a time/,
  ],
  ["0 < S 0:0(0) win 1 <mss MSS>", 1, 25, /defined with -D/],
];

for (const [text, line, column, expected] of SCRIPTS) {
  Deno.test(`a mistake: ${JSON.stringify(text).slice(0, 90)}`, () => {
    const result = run(text);
    assertEquals([result.outcome, result.place], ["error", { line, column }], result.reason);
    assertMatch(result.expected ?? "", expected);
  });
}

Deno.test("what is missing at the end of a line is missing there, not on the next", () => {
  for (
    const [line, column] of [["+0", 3], ["+0 write(4, ..., 100) =", 24], ["+0 > ", 5], ["+0 foo", 7]] as const
  ) {
    for (const next of ["", "+0 close(4) = 0"]) {
      const { outcome, place } = run(`${ESTABLISHED}${line}\n${next}\n`);
      assertEquals([outcome, place], ["error", { line: LINE, column }], line);
    }
  }
});

Deno.test("a mistake is found whatever stands before it: what is not supported, or a line that would fail", () => {
  const mistake = "+0 wirte(4, ..., 100) = 100\n";
  assertEquals(run(`${ESTABLISHED}+0 < . 1:1(0) ack 1 win 8000 <FO>\n${mistake}`).place?.line, LINE + 1);
  assertEquals(run(`${ESTABLISHED}+0 sctp_bindx(4) = 0\n${mistake}`).outcome, "error");
  assertEquals(run(`${ESTABLISHED}+0 write(4, ..., 10) = 99\n${mistake}`).outcome, "error");
});

Deno.test("our own scripts say what they acknowledge; in others' what is left out is 0", () => {
  const text = `${ESTABLISHED}+0 < R. 1:1(0) win 5`;
  assertEquals(run(text, OWN_SCRIPTS).outcome, "error");
  assertEquals(run(text).outcome, "ok");
});

Deno.test("our own scripts call the stack's initial sequence number 0, from which all others count", () => {
  const text = ESTABLISHED.replace("> S. 0:0(0)", "> S. 1:1(0)") +
    "+0 write(4, ..., 1000) = 1000\n+0 > P. 1:1001(1000) ack 1\n";
  const result = run(text, OWN_SCRIPTS);
  assertEquals([result.outcome, result.place, result.expected], ["error", { line: 5, column: 9 }, "0:0(0)"]);
  // packetdrill takes any number for the stack's SYN, and counts from 0 all the same.
  const others = run(text);
  assertEquals([others.outcome, others.calledIsn], ["ok", 1]);
  assertEquals(reportLines({ path: "a.pkt", variant: "", text, result: others }, false), [
    "ok    a.pkt (the stack's SYN is called 1, all other numbers count from it as 0)",
  ]);
});

Deno.test("an error quotes its line with a caret below, tabs and all, and says what would have been right", () => {
  const text = `${ESTABLISHED}+0\twirte(4, ..., 100) = 100`;
  assertEquals(reportLines({ path: "a.pkt", variant: "", text, result: run(text) }, false), [
    "ERROR a.pkt",
    '      a.pkt:8:4: Cannot read "wirte" as a system call',
    "        +0\twirte(4, ..., 100) = 100",
    "          \t^",
    "      expected  a system call; did you mean write?",
  ]);
});

Deno.test("a failure quotes its line, points at the part that differs, and shows the end of a long log", () => {
  const text = `${ESTABLISHED}${"+0 < . 1:1(0) ack 1 win 8000\n".repeat(60)}+0 write(4, ..., 10) = 10
+0 > P. 1:11(10) ack 2`;
  const result = run(text);
  const [title, ...rest] = reportLines({ path: "a.pkt", variant: "IPv4", text, result }, false);
  assertEquals(title, "FAIL  a.pkt (IPv4)");
  assertEquals(rest.slice(0, 6), [
    "      a.pkt:69:18: acknowledgment: 2 expected, 1 sent",
    "        +0 > P. 1:11(10) ack 2",
    "                         ^",
    "      expected  0.100000 > P. 1:11(10) ack 2",
    "      actual    0.100000 > P. 1:11(10) ack 1 win 65535",
    `      so far (${result.log.length - 40} lines before these; --full for all):`,
  ]);
  assertEquals(rest.length, 6 + 40);
  const full = reportLines({ path: "a.pkt", variant: "", text, result }, true);
  assertEquals(full.slice(6), ["      so far:", ...result.log.map((line) => `        ${line}`)]);
});

/** What nests or goes on without end, in calls and in code. */
const DEEP: readonly (readonly [what: string, line: (n: number) => string])[] = [
  ["lists", (n) => `poll(${"[".repeat(n)}1${"]".repeat(n)}, 1, 0) = 0`],
  ["records", (n) => `poll(${"{fd=".repeat(n)}1${"}".repeat(n)}, 1, 0) = 0`],
  ["calls", (n) => `write(4, ${"f(".repeat(n)}1${")".repeat(n)}, 0) = 0`],
  ["flags", (n) => `write(4, ${"1|".repeat(n)}1, 0) = 0`],
  ["parentheses", (n) => `%{ assert ${"(".repeat(n)}1${")".repeat(n)} }%`],
  ["calls in code", (n) => `%{ assert ${"min(1, ".repeat(n)}1${")".repeat(n)} }%`],
  ["signs", (n) => `%{ assert ${"-".repeat(n)}1 }%`],
  ["negations", (n) => `%{ assert ${"not ".repeat(n)}1 }%`],
  ["conditions", (n) => `%{ assert ${"1 if 1 else ".repeat(n)}1 }%`],
  ["powers", (n) => `%{ assert ${"1 ** ".repeat(n)}1 }%`],
  ["sums", (n) => `%{ assert ${"1 + ".repeat(n)}1 }%`],
  ["attributes", (n) => `%{ assert a${".b".repeat(n)} }%`],
];

for (const [what, line] of DEEP) {
  Deno.test(`${what} without end are a mistake with their line; forty are not`, () => {
    for (const levels of [200, 20_000]) {
      const { outcome, place, reason } = run(`${ESTABLISHED}+0 ${line(levels)}\n`);
      assertEquals([outcome, place?.line], ["error", LINE]);
      assertMatch(reason, /^Cannot read an expression of so many levels/);
    }
    const { reason } = run(`${ESTABLISHED}+0 ${line(40)}\n`);
    assertEquals(/levels|call stack/.exec(reason), null);
  });
}
