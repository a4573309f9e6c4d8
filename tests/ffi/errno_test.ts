/** Names and causes of errors, and how results become errors. */

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { openSocket } from "../../ffi/file_descriptor.ts";
import { encodeSockaddr } from "../../ffi/sockaddr.ts";
import { loopbackAddress } from "./loopback.ts";
import { libcCandidates } from "../../ffi/libc.ts";
import { EFD_NONBLOCK, MSG_DONTWAIT, SOCK_DGRAM } from "../../ffi/constants.ts";
import { check, lastErrno } from "../../ffi/errno.ts";
import { receivedAfterAll, sendResult, sentAfterAll } from "../../ffi/socket_errors.ts";
import {
  errnoName,
  FileDescriptor,
  isErrno,
  likelyCause,
  loadLibc,
  loadWholeLibc,
  SystemError,
} from "../../ffi/mod.ts";

loadWholeLibc();

const NAMED: readonly (readonly [number, string])[] = [
  [1, "EPERM"],
  [4, "EINTR"],
  [11, "EAGAIN"],
  [13, "EACCES"],
  [22, "EINVAL"],
  [34, "ERANGE"],
  [40, "ELOOP"],
  [42, "ENOMSG"],
  [57, "EBADSLT"],
  [59, "EBFONT"],
  [71, "EPROTO"],
  [88, "ENOTSOCK"],
  [90, "EMSGSIZE"],
  [92, "ENOPROTOOPT"],
  [98, "EADDRINUSE"],
  [99, "EADDRNOTAVAIL"],
  [101, "ENETUNREACH"],
  [104, "ECONNRESET"],
  [105, "ENOBUFS"],
  [110, "ETIMEDOUT"],
  [111, "ECONNREFUSED"],
  [113, "EHOSTUNREACH"],
  [115, "EINPROGRESS"],
  [125, "ECANCELED"],
  [131, "ENOTRECOVERABLE"],
  [133, "EHWPOISON"],
  // no such errors
  [0, "E0"],
  [41, "E41"],
  [58, "E58"],
  [134, "E134"],
  [-1, "E-1"],
];

for (const [number, name] of NAMED) {
  Deno.test(`error number ${number} is ${name}`, () => assertEquals(errnoName(number), name));
}

Deno.test("a cause depends on the call where that matters", () => {
  assertStringIncludes(likelyCause("socket SOCK_RAW", 1), "CAP_NET_RAW");
  assertStringIncludes(likelyCause("sendto", 1), "firewall");
  assertStringIncludes(likelyCause("bind", 98), "another port");
  assertEquals(likelyCause("bind", 131), "");
});

Deno.test("check passes results on and turns negative ones into errors that name call, error and subject", () => {
  assertEquals(check("close", 0), 0);
  assertEquals(check("socket", 7), 7);
  let asked = 0;
  const subject = (): string => `try ${++asked}`;
  check("close", 0, subject);
  assertEquals(asked, 0);
  const error = assertThrows(() => check("close", loadLibc().close(-1), subject), SystemError);
  assertEquals([error.call, error.errno, error.errnoName, error.name], ["close", 9, "EBADF", "SystemError"]);
  assertEquals(error.message, "System call close failed for try 1: EBADF (9)");
});

Deno.test("the error number is that of the last failed call of this thread", () => {
  loadLibc().close(-1);
  assertEquals(lastErrno(), 9);
  loadLibc().setns(-1, 0);
  assertEquals(lastErrno(), 9);
  loadLibc().shutdown(0x7fffffff, 99);
  assert(lastErrno() === 9);
  loadLibc().poll(null, 1n, 0);
  assertEquals(errnoName(lastErrno()), "EFAULT");
});

Deno.test("a receive call that fails is made again, unless it only had nothing to deliver", () => {
  const { eventfd, read } = loadLibc();
  using empty = new FileDescriptor(eventfd(0, EFD_NONBLOCK));
  const into = new Uint8Array(8);
  const failing = (): number => read(-1, into, 8n); // EBADF
  const vain = (): number => read(empty.number, into, 8n); // EAGAIN
  vain();
  assertEquals(receivedAfterAll("recv", () => 5), 0);
  for (const [again, length] of [[() => 5, 5], [() => 0, 0], [vain, 0]] as const) {
    failing();
    assertEquals(receivedAfterAll("recv", again), length);
  }
  failing();
  const error = assertThrows(() => receivedAfterAll("recv", failing), SystemError);
  assertEquals([error.call, error.errnoName], ["recv", "EBADF"]);
});

/** A call that fails with ECONNREFUSED each time: nobody listens at the socket's peer, and ICMP says so before it returns. */
function refusedAgain(socket: FileDescriptor): () => number {
  const { recv, send } = loadLibc();
  const octets = Deno.UnsafePointer.of(new Uint8Array(8));
  const nobody = encodeSockaddr({ address: loopbackAddress(4), port: 9 });
  check("connect", loadLibc().connect(socket.number, nobody, nobody.length));
  return () => {
    send(socket.number, octets, 8n, 0);
    return recv(socket.number, octets, 8n, MSG_DONTWAIT);
  };
}

Deno.test("ICMP errors that keep coming to a socket with a peer are no failure of its calls", () => {
  using socket = openSocket("socket SOCK_DGRAM", 4, SOCK_DGRAM, 0);
  const refused = refusedAgain(socket);
  let calls = 0;
  const counted = (): number => {
    calls++;
    return refused();
  };
  assertEquals([refused(), errnoName(lastErrno())], [-1, "ECONNREFUSED"]);
  assertEquals(receivedAfterAll("recv", counted), 0);
  assert(calls > 1, `${calls} calls`);
  calls = 3;
  assertEquals(refused(), -1);
  assertEquals(receivedAfterAll("recv", () => calls-- > 0 ? refused() : 5), 5);
  calls = 3;
  assertEquals(refused(), -1);
  assertEquals(sentAfterAll(() => calls-- > 0 ? refused() : 5), 5);
  assertEquals(refused(), -1);
  assertEquals([sentAfterAll(refused), sendResult(lastErrno())], [-1, "unreachable"]);
});

Deno.test("messages start with a capital and end without a period", () => {
  for (let errno = 1; errno < 134; errno++) {
    for (const call of ["socket SOCK_RAW", "bind", "connect", "sendto", "unshare CLONE_NEWNET"]) {
      assertMatch(new SystemError(call, errno, "127.0.0.1:1").message, /^[A-Z].*[^.]$/);
    }
  }
});

Deno.test("closing a descriptor twice is harmless, closing somebody else's is not", () => {
  const number = check("eventfd", loadLibc().eventfd(0, 0));
  const owner = new FileDescriptor(number);
  const thief = new FileDescriptor(number);
  assertEquals(owner.number, number);
  owner.close();
  owner.close();
  owner[Symbol.dispose]();
  assertEquals(owner.number, -1);
  const error = assertThrows(() => thief.close(), SystemError);
  assert(isErrno(error, 9));
  thief.close();
});

Deno.test("the C library is never looked for as libc.so", () => {
  for (const arch of ["x86_64", "aarch64"] as const) {
    const candidates = libcCandidates(arch);
    assertEquals(candidates[0], "libc.so.6");
    assertEquals(candidates[1], `libc.musl-${arch}.so.1`);
    assert(candidates.every((name) => !name.endsWith("libc.so")));
  }
  assertEquals(libcCandidates("x86_64", "/opt/libc.so.6"), ["/opt/libc.so.6"]);
  assertEquals(libcCandidates("x86_64", "").length > 1, true);
});
