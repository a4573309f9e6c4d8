// The table of libc.ts is opened function by function: that each can be opened at all is seen here, as tests open the
// whole of it. How a library that cannot be found is reported needs the environment: tests/e2e/startup_test.ts.

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { loadLibc, loadWholeLibc } from "../../ffi/mod.ts";
import { errnoName, lastErrno } from "../../ffi/errno.ts";
import { cString } from "../../ffi/sockaddr.ts";

// What is opened inside a test counts as its leak, and stays open for good by design; the first call on another thread,
// which is made with the whole of it so that no later one has to wait for its thread, may end after the test.
const opening = { sanitizeResources: false, sanitizeOps: false };

Deno.test("at first only what every connection calls is opened", opening, () => {
  const own = Object.keys(loadLibc());
  for (const name of ["poll", "recvmsg", "sendto"]) assert(own.includes(name), name);
  for (const name of ["socket", "close", "getaddrinfoOnPool", "unshare", "sendmsg"]) {
    assert(!own.includes(name), name);
  }
});

Deno.test(
  "what is called a few times is called by its address, and opened when there are more",
  opening,
  () => {
    const libc = loadLibc();
    const { close: addressed } = libc;
    assertStrictEquals(libc.close, addressed);
    for (let calls = 0; calls < 100; calls++) libc.close(-1);
    const { close: opened } = libc;
    assert(opened !== addressed);
    assertStrictEquals(libc.close, opened);
    for (const close of [addressed, opened]) {
      assertEquals(close(-1), -1);
      assertEquals(errnoName(lastErrno()), "EBADF");
    }
  },
);

Deno.test(
  "a function is opened when it is first read, once, and leaves the others as they were",
  opening,
  () => {
    const libc = loadLibc();
    const own = Object.keys(libc);
    const { socket, if_nametoindex: first } = libc;
    assert(first(cString("lo")) > 0);
    assertStrictEquals(libc.if_nametoindex, first);
    assertStrictEquals(libc.socket, socket);
    assertEquals(Object.keys(libc), own);
    assertStrictEquals(loadLibc(), libc);
  },
);

Deno.test("the whole of it can be opened, and is what is there anyway", opening, () => {
  const libc = loadWholeLibc();
  assertStrictEquals(loadLibc(), libc);
  let count = 0;
  for (const name in libc) {
    count++;
    assertEquals(typeof libc[name as keyof typeof libc], "function", name);
  }
  assert(count > Object.keys(libc).length, "what is opened later is listed, too");
});

Deno.test("opened as a whole, nothing is left that a test could open", () => {
  const libc = loadWholeLibc();
  assert(libc.inet_pton(2, cString("192.0.2.1"), new Uint8Array(4)) === 1);
  assertEquals(libc.if_nametoindex(cString("no such one")), 0);
});
