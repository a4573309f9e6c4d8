/** What makes a script pass, fail and be skipped. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { BORROWED_SCRIPTS, OWN_SCRIPTS, type RunOptions } from "../../packetdrill/options.ts";
import { runScript } from "../../packetdrill/run.ts";
import type { RunResult } from "../../packetdrill/verdict.ts";

const ESTABLISHED = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 8000 <mss 1000>
+0 > S. 0:0(0) ack 1 win 65535 <mss 1460>
+.1 < . 1:1(0) ack 1 win 8000
+0 accept(3, ..., ...) = 4
`;

function run(text: string, options: Partial<RunOptions> = {}): RunResult {
  return runScript(text, "test", { ...OWN_SCRIPTS, ...options });
}

/** Lines behind an established connection (which ends in line 7): why they fail; null when they pass. */
const CASES: readonly (readonly [name: string, lines: string, failure: RegExp | null])[] = [
  ["a packet as expected", "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1", null],
  [
    "a wrong sequence number",
    "+0 write(4, ..., 10) = 10\n+0 > P. 2:12(10) ack 1",
    /^9: sequence number: 2 expected, 1 sent$/,
  ],
  ["a wrong length", "+0 write(4, ..., 10) = 10\n+0 > P. 1:12(11) ack 1", /did not send|payload length/],
  [
    "a wrong acknowledgment",
    "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 2",
    /acknowledgment: 2 expected, 1 sent/,
  ],
  ["a wrong window", "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1 win 9", /window: 9 expected/],
  ["a missing PSH", "+0 write(4, ..., 10) = 10\n+0 > . 1:11(10) ack 1", /flags: \. expected, P\. sent/],
  [
    "a wrong option",
    "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1 <nop,nop>",
    /options: <nop,nop> expected, <> sent/,
  ],
  [
    "a wrong ECN field",
    "+0 write(4, ..., 10) = 10\n+0 > [ect0] P. 1:11(10) ack 1",
    /ECN field: 2 expected, 0 sent/,
  ],
  [
    "a wrong TTL",
    "+0 write(4, ..., 10) = 10\n+0 > (ttl 3) P. 1:11(10) ack 1",
    /hop limit: 3 expected, 64 sent/,
  ],
  [
    "a packet too early",
    "+0 write(4, ..., 10) = 10\n+.1 > P. 1:11(10) ack 1",
    /time: 0\.200000 expected, 0\.100000 was it/,
  ],
  ["a packet within the tolerance", "+0 write(4, ..., 10) = 10\n+.003 > P. 1:11(10) ack 1", null],
  ["a packet just beyond the tolerance", "+0 write(4, ..., 10) = 10\n+.0051 > P. 1:11(10) ack 1", /time/],
  [
    "a packet within an eighth of the time",
    "+0 < . 1:101(100) ack 1 win 8000\n+0 > . 1:1(0) ack 101\n+1 write(4, ..., 1) = 1\n+0 > P. 1:2(1) ack 101\n+1.1 > P. 1:2(1) ack 101",
    null,
  ],
  ["a packet at any time", "+0 write(4, ..., 10) = 10\n* > P. 1:11(10) ack 1\n* > P. 1:11(10) ack 1", null],
  [
    "a packet within a range",
    "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+.9~+1.1 > P. 1:11(10) ack 1",
    null,
  ],
  [
    "a packet outside a range",
    "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+1.5~+1.6 > P. 1:11(10) ack 1",
    /time: 1\.600000~1\.700000 expected/,
  ],
  ["no packet", "+0 > . 1:1(0) ack 1", /did not send the packet expected/],
  ["more packets than expected", "+0 write(4, ..., 10) = 10", /sent more than the script expects/],
  ["segments joined", "+0 write(4, ..., 4000) = 4000\n+0 > P. 1:4001(4000) ack 1", null],
  [
    "segments joined beyond what there is",
    "+0 write(4, ..., 4000) = 4000\n+0 > P. 1:5001(5000) ack 1",
    /did not send|payload length/,
  ],
  ["a wrong result", "+0 write(4, ..., 10) = 11\n+0 > P. 1:11(10) ack 1", /write returned something else/],
  ["a wrong error", "+0 accept(4, ..., ...) = -1 EBADF", /accept returned something else/],
  ["the right error", "+0 accept(4, ..., ...) = -1 EINVAL", null],
  ["a number that nobody opened", "+0 write(9, ..., 10) = -1 EBADF", null],
  [
    "a wrong value of an option",
    "+0 getsockopt(4, SOL_TCP, TCP_NODELAY, [1], [4]) = 0",
    /TCP_NODELAY: 1 expected, 0 returned/,
  ],
  [
    "a call that returns in time",
    "+0...0.3 read(4, ..., 10) = 10\n+.2 < P. 1:11(10) ack 1 win 8000\n+0 > . 1:1(0) ack 11",
    /returned at another time/,
  ],
  [
    "a call that returns at its end",
    "+0...0.2 read(4, ..., 10) = 10\n+.2 < P. 1:11(10) ack 1 win 8000\n+0 > . 1:1(0) ack 11",
    null,
  ],
  ["a call that never returns", "+0 read(4, ..., 10) = 10", /read does not return/],
  ["a poll that times out", "+0...0.05 poll([{fd=4, events=POLLIN, revents=0}], 1, 50) = 0", null],
  [
    "a poll that finds what it does not expect",
    "+0 poll([{fd=4, events=POLLOUT, revents=0}], 1, 0) = 1",
    /revents: 0 expected, 4 returned/,
  ],
  ["an assertion that fails", "+0 %{ assert tcpi_snd_mss == 999 }%", /tcpi_snd_mss is 1000/],
  ["a number on the wire", "+0 < . 5:6(1) ack 99 win 8000\n+0 > . 268435457:268435457(0)! ack 1", null],
  [
    "a wrong number on the wire",
    "+0 < . 5:6(1) ack 99 win 8000\n+0 > . 1:1(0)! ack 1",
    /sequence number: 1 expected/,
  ],
  [
    "figures under the core's names",
    "+0 %{ assert state == ESTABLISHED and cwnd == 10 * sendMss and failure == 0 }%",
    null,
  ],
  ["a wrong state", "+0 %{ assert state == LISTEN }%", /state is/],
  [
    "an event behind what another took",
    "+0...0.3 read(4, ..., 10) = 10\n+.3 < P. 1:11(10) ack 1 win 8000\n+0 > . 1:1(0) ack 11\n" +
    "+0 %{ assert 1 == 1 }%\n0.4 close(4) = 0\n+0 > F. 1:1(0) ack 11\n0.4001 close(3) = 0",
    null,
  ],
  [
    "an injected number before the stream",
    "+0 < . 4294967295:1(2) ack 1 win 8000\n+0 > . 1:1(0) ack 1",
    null,
  ],
];

for (const [name, lines, failure] of CASES) {
  Deno.test(`a script with ${name} ${failure === null ? "passes" : "fails"}`, () => {
    const result = run(`${ESTABLISHED}${lines}\n`);
    if (failure === null) assertEquals([result.outcome, result.reason], ["ok", ""]);
    else {
      assertEquals(result.outcome, "failed");
      assertMatch(`${result.place?.line}: ${result.reason}`, failure);
    }
  });
}

const SKIPPED: readonly (readonly [word: string, text: string])[] = [
  ["sctp_bindx", "0 sctp_bindx(3) = 0"],
  [
    "TCP_FASTOPEN",
    "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 setsockopt(3, SOL_TCP, TCP_FASTOPEN, [1], 4) = 0",
  ],
  ["O_ASYNC", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 fcntl(3, F_SETFL, O_ASYNC) = 0"],
  ["IPPROTO_MPTCP", "0 socket(..., SOCK_STREAM, IPPROTO_MPTCP) = 3"],
  ["ls", "`ls /`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3"],
  ["--so_flags", "--so_flags=1\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3"],
  ["FO", "0 < S 0:0(0) win 1000 <FO>"],
  ["{", "0 < S 0:0(0) win 1000 {trun tcp 3}"],
  ["tc qdisc", `${ESTABLISHED}+0 read(4, ..., 10) = 99\n+0 \`tc qdisc add dev tun0 root netem loss 1%\``],
];

for (const [word, text] of SKIPPED) {
  Deno.test(`a script that uses ${word} is skipped with that word; where nothing may be, it fails`, () => {
    const result = run(text, BORROWED_SCRIPTS);
    assertEquals([result.outcome, result.reason], ["skipped", word]);
    const strict = run(text);
    assertEquals([strict.outcome, strict.reason], ["failed", `Not supported: ${word}`]);
  });
}

Deno.test("an assertion on what the core does not show is not checked; where nothing may be, it fails", () => {
  const text = `${ESTABLISHED}+0 %{ assert tcpi_pacing_rate == 5 }%\n`;
  const result = run(text, BORROWED_SCRIPTS);
  assertEquals([result.outcome, result.assertionsUnchecked.length], ["ok", 1]);
  assertMatch(run(text).reason, /^Not supported: assert tcpi_pacing_rate/);
});

Deno.test("an assertion on a connection that is gone fails; before there is one a socket has its state", () => {
  const gone = run(`${ESTABLISHED}+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+0 %{ assert sndWnd == 8000 }%\n`);
  assertEquals([gone.outcome, gone.place?.line], ["failed", 10]);
  assertMatch(gone.reason, /there is no connection to look at/);
  const before = ESTABLISHED.split("\n").slice(0, 3).join("\n");
  assertEquals(run(`${before}\n+0 %{ assert state == LISTEN }%`).reason, "");
  assertEquals(run(`${before}\n+0 %{ assert state == CLOSED }%`).outcome, "failed");
  assertMatch(run(`${before}\n+0 %{ assert cwnd == 1 }%`).reason, /there is no connection to look at/);
});

Deno.test("a failure shows what was expected, what was sent, and everything up to there with its reason", () => {
  const result = run(`${ESTABLISHED}+0 write(4, ..., 10) = 10\n+0 > P. 1:12(11) ack 1\n`, { push: true });
  assertEquals(result.expected, "0.100000 > P. 1:12(11) ack 1");
  assertEquals(result.actual, "0.100000 > P. 1:11(10) ack 1 win 65535");
  assertStringIncludes(result.log.join("\n"), "0.000000 > S. 0:0(0) ack 1 win 65535 <mss 1460>   (syn-ack)");
});

Deno.test("for others' scripts PSH, padding and order of options, and leftovers do not count; they are told", () => {
  const text = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 8000 <wscale 3,mss 1000,sackOK>
+0 > S. 0:0(0) ack 1 <wscale 7,sackOK,mss 1460>
+.1 < . 1:1(0) ack 1 win 8000
+0 accept(3, ..., ...) = 4
+0 write(4, ..., 2000) = 2000
+0 > . 1:1001(1000) ack 1`;
  assertEquals(run(text).outcome, "failed");
  const result = run(text, BORROWED_SCRIPTS);
  assertEquals([result.outcome, result.leftOver], ["ok", 1]);
});

const STAMPED = (line: string): string =>
  `--tcp_ts_tick_usecs=1000
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 8000 <mss 1000,TS val 5 ecr 0>
+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 100 ecr 5>
+.1 < . 1:1(0) ack 1 win 8000 <nop,nop,TS val 6 ecr 100>
+0 accept(3, ..., ...) = 4
+.4 write(4, ..., 10) = 10
${line}`;

Deno.test("timestamps of the stack are compared when the length of their tick is given", () => {
  assertEquals(run(STAMPED("+0 > P. 1:11(10) ack 1 <nop,nop,TS val 600 ecr 6>")).reason, "");
  assertMatch(
    run(STAMPED("+0 > P. 1:11(10) ack 1 <nop,nop,TS val 610 ecr 6>")).reason,
    /timestamp: 610 expected, 600/,
  );
  assertMatch(
    run(STAMPED("+0 > P. 1:11(10) ack 1 <nop,nop,TS val 600 ecr 5>")).reason,
    /timestamp echo: 5 expected, 6/,
  );
});

Deno.test("an echo of a timestamp that no line named is the script's mistake", () => {
  const result = run(
    STAMPED("+0 > P. 1:11(10) ack 1 <...>\n+0 < . 1:1(0) ack 11 win 8000 <nop,nop,TS val 7 ecr 77>"),
  );
  assertMatch(result.reason, /Cannot echo the timestamp 77/);
});

Deno.test("each connection of a pair of ports has its timestamps counted anew", () => {
  const stamps = (value: number): string => `<nop,nop,TS val ${value} ecr 5>`;
  const result = run(`--tcp_ts_tick_usecs=1000
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 8000 <mss 1000,TS val 5 ecr 0>
+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 100 ecr 5>
+.1 < R 1:1(0) win 0
+0 < S 0:0(0) win 8000 <mss 1000,TS val 5 ecr 0>
+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 700 ecr 5>
+.1 < . 1:1(0) ack 1 win 8000 <nop,nop,TS val 5 ecr 700>
+0 accept(3, ..., ...) = 4
+0 write(4, ..., 10) = 10
+0 > P. 1:11(10) ack 1 ${stamps(800)}`);
  assertEquals([result.outcome, result.reason], ["ok", ""]);
});

Deno.test("time is counted as busy, as held by the peer's window or by our buffer, from the first text on", () => {
  const times = (busy: number, peer: number, buffer: number): string =>
    `+0 %{ assert tcpi_busy_time == ${busy} and tcpi_rwnd_limited == ${peer} and tcpi_sndbuf_limited == ${buffer} }%\n`;
  const text = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_SNDBUF, [2000], 4) = 0
+.1...0.3 connect(3, ..., ...) = 0
+0 > S 0:0(0) <...>
+.2 < S. 0:0(0) ack 1 win 12000 <mss 1000>
+0 > . 1:1(0) ack 1
${times(0, 0, 0)}+0...0.1 write(3, ..., 12000) = 12000
+0 > . 1:6001(6000) ack 1
+.1 < . 1:1(0) ack 6001 win 12000
${times(100_000, 0, 100_000)}+0 > P. 6001:12001(6000) ack 1
+.1 < . 1:1(0) ack 12001 win 1500
${times(200_000, 0, 100_000)}+.5 write(3, ..., 2000) = 2000
+0 > . 12001:13001(1000) ack 1
${times(200_000, 0, 100_000)}+.1 < . 1:1(0) ack 13001 win 0
${times(300_000, 100_000, 100_000)}`;
  const result = run(text, { ...BORROWED_SCRIPTS, profile: "linux" });
  assertEquals([result.outcome, result.reason], ["ok", ""]);
});

Deno.test("lines with ports are about other connections, with numbers of their own", () => {
  const result = run(`${ESTABLISHED}+0 < 5555 > 9999 . 70:75(5) ack 30 win 100
+0 > 9999 > 5555 R 30:30(0) win 0
+0 write(4, ..., 10) = 10
+0 > P. 1:11(10) ack 1
`);
  assertEquals([result.outcome, result.reason], ["ok", ""]);
});

Deno.test("branches of a script for several systems follow the profile", () => {
  const text = `0 < S 0:0(0) win 1000
#ifdef FreeBSD
+0 > R. 0:0(0) ack 1 win 5
#else
+0 > R. 0:0(0) ack 1 win 0
#endif`;
  assertEquals(run(text).outcome, "ok");
  assertEquals(run(text, { profile: "freebsd" }).place?.line, 3);
});

Deno.test("a run is the same every time", () => {
  const text =
    `${ESTABLISHED}+0 write(4, ..., 4000) = 4000\n* > P. 1:4001(4000) ack 1\n* > . 1:1001(1000) ack 1\n`;
  assertEquals(run(text, BORROWED_SCRIPTS).log, run(text, BORROWED_SCRIPTS).log);
});
