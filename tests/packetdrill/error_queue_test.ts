/** Reports of what became of octets sent, as Linux sockets make them. */

import { assertEquals, assertMatch } from "@std/assert";
import { BORROWED_SCRIPTS } from "../../packetdrill/options.ts";
import { runScript } from "../../packetdrill/run.ts";
import type { RunResult } from "../../packetdrill/verdict.ts";

const OPTION = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_ZEROCOPY, [1], 4) = 0
`;

const ESTABLISHED = `+0...0.01 connect(3, ..., ...) = 0
+0 > S 0:0(0) <...>
+.01 < S. 0:0(0) ack 1 win 8000 <mss 1000>
+0 > . 1:1(0) ack 1
`;

/** A call that takes the report that `first` to `last` are free. */
function free(first: number, last: number): string {
  return `+0 recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 0}], msg_flags=MSG_ERRQUEUE,
    msg_control=[{cmsg_level=CMSG_LEVEL_IP, cmsg_type=CMSG_TYPE_RECVERR,
      cmsg_data={ee_errno=0, ee_origin=SO_EE_ORIGIN_ZEROCOPY, ee_code=SO_EE_CODE_ZEROCOPY_COPIED,
        ee_info=${first}, ee_data=${last}}}]}, MSG_ERRQUEUE) = 0\n`;
}

/** A call that takes the report of a moment. */
function moment(type: string, nanoseconds: number, key: number): string {
  return `+0 recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 0}], msg_flags=MSG_ERRQUEUE|MSG_TRUNC,
    msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING,
      cmsg_data={scm_sec=0, scm_nsec=${nanoseconds}}},
      {cmsg_level=CMSG_LEVEL_IP, cmsg_type=CMSG_TYPE_RECVERR,
      cmsg_data={ee_errno=ENOMSG, ee_origin=SO_EE_ORIGIN_TIMESTAMPING, ee_info=${type}, ee_data=${key}}}]},
    MSG_ERRQUEUE) = 0\n`;
}

const NONE =
  `+0 recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 0}], msg_flags=MSG_ERRQUEUE, msg_control=[]},
  MSG_ERRQUEUE) = -1 EAGAIN (Resource temporarily unavailable)\n`;

function run(text: string): RunResult {
  return runScript(text, "test", { ...BORROWED_SCRIPTS, profile: "linux" });
}

function expectOk(text: string): void {
  const { outcome, reason } = run(text);
  assertEquals([outcome, reason], ["ok", ""]);
}

const LENT = OPTION + ESTABLISHED +
  `+0 send(3, ..., 500, MSG_ZEROCOPY) = 500
+0 > P. 1:501(500) ack 1
+0 send(3, ..., 500, 0) = 500
+.01 < . 1:1(0) ack 501 win 8000
+0 > P. 501:1001(500) ack 1
+0 send(3, ..., 1000, MSG_ZEROCOPY) = 1000
+0 > P. 1001:2001(1000) ack 1\n`;

Deno.test("lent memory is free when its octets are acknowledged, and not before; what was copied is not told of", () => {
  expectOk(`${LENT}${free(0, 0)}${NONE}+.01 < . 1:1(0) ack 2000 win 8000\n${NONE}
+.01 < . 1:1(0) ack 2001 win 8000\n${free(1, 1)}${NONE}`);
});

Deno.test("calls whose memory is free one after another are one report, as long as nobody took the first", () => {
  expectOk(`${LENT}+.01 < . 1:1(0) ack 2001 win 8000\n${free(0, 1)}${NONE}`);
});

Deno.test("a report that is not as a line says makes the script fail", () => {
  assertMatch(run(`${LENT}${free(0, 1)}`).reason, /ee_data: 1 expected, 0 returned/);
  assertMatch(run(`${LENT}${NONE}`).reason, /recvmsg: msg_control: 0 parts expected, 1 returned/);
  assertMatch(run(`${LENT}${moment("SCM_TSTAMP_ACK", 0, 0)}`).reason, /msg_flags/);
});

Deno.test("lent memory in more pieces than a packet holds goes into several packets, and is one report", () => {
  const pieces = (count: number): string => Array.from({ length: count }, () => "{..., 2}").join(", ");
  const message = (flags: string): string =>
    `+0 sendmsg(3, {msg_name(...)=..., msg_iov(20)=[${pieces(20)}], msg_flags=0}, ${flags}) = 40\n`;
  const start = OPTION + ESTABLISHED;
  expectOk(`${start}${message("0")}+0 > P. 1:41(40) ack 1\n+.01 < . 1:1(0) ack 41 win 8000\n${NONE}`);
  expectOk(`${start}${message("MSG_ZEROCOPY")}+0 > P. 1:35(34) ack 1\n+.01 < . 1:1(0) ack 35 win 8000
+0 > P. 35:41(6) ack 1\n${NONE}+.01 < . 1:1(0) ack 41 win 8000\n${free(0, 0)}`);
});

Deno.test("without the option nothing is told of lent memory", () => {
  expectOk(
    `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n${ESTABLISHED}+0 send(3, ..., 500, MSG_ZEROCOPY) = 500
+.01 < . 1:1(0) ack 501 win 8000\n${NONE}`,
  );
});

Deno.test("each report wakes whoever waits for changes once, and one who waits for one only once", () => {
  const wait = (events: string): string =>
    `+0 epoll_wait(5, {events=${events}}, 1, 0) = ${events === "0" ? 0 : 1}\n`;
  const watch = (how: string): string =>
    `+0 epoll_create(1) = 5\n+0 epoll_ctl(5, EPOLL_CTL_ADD, 3, {events=EPOLLOUT|${how}, fd=3}) = 0\n`;
  const ack = "+.01 < . 1:1(0) ack 2001 win 8000\n";
  const text = (how: string): string => `${LENT}${watch(how)}${wait("EPOLLERR|EPOLLOUT")}${wait("0")}${ack}`;
  expectOk(text("EPOLLET") + wait("EPOLLERR|EPOLLOUT") + wait("0"));
  expectOk(text("EPOLLONESHOT") + wait("0"));
});

const STAMPED = OPTION + ESTABLISHED + `+0 setsockopt(3, SOL_SOCKET, SO_TIMESTAMPING,
  [SOF_TIMESTAMPING_TX_SOFTWARE|SOF_TIMESTAMPING_TX_ACK|SOF_TIMESTAMPING_SOFTWARE|SOF_TIMESTAMPING_OPT_ID], 4) = 0
+0 write(3, ..., 9000) = 9000
+0 > . 1:8001(8000) ack 1
+.02 < . 1:1(0) ack 8001 win 8000
+0 > P. 8001:9001(1000) ack 1
+.02 < . 1:1(0) ack 9001 win 8000\n`;

Deno.test("the moments at which a call's last octet was sent and acknowledged are told, numbered by that octet", () => {
  expectOk(
    STAMPED + moment("SCM_TSTAMP_SND", 30_000_000, 8_999) + moment("SCM_TSTAMP_ACK", 50_000_000, 8_999) +
      NONE,
  );
  assertMatch(
    run(STAMPED + moment("SCM_TSTAMP_SND", 10_000_000, 8_999)).reason,
    /SCM_TIMESTAMPING: 10000 us expected, 30000/,
  );
  assertMatch(
    run(STAMPED + moment("SCM_TSTAMP_SND", 30_000_000, 9_000)).reason,
    /ee_data: 9000 expected, 8999/,
  );
});
