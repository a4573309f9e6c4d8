/** Addresses that the kernel binds and listens on though no connection can come there. */

import { assertThrows } from "@std/assert";
import { RawHost } from "../../driver/mod.ts";
import { loadWholeLibc, StreamListener } from "../../ffi/mod.ts";
import { assertOneHost } from "../../ffi/one_host.ts";
import { parseAddress } from "../../tcp/mod.ts";

loadWholeLibc();

for (const text of ["224.0.0.1", "239.1.2.3", "255.255.255.255", "127.255.255.255", "ff02::1"]) {
  Deno.test(`nobody listens on ${text}, with either TCP (RFC 9293 3.9.2.3, MUST-57)`, () => {
    const address = parseAddress(text);
    const reason = `Cannot listen on ${text}: it is not the address of one host`;
    assertThrows(() => StreamListener.open({ address, port: 0 }), RangeError, reason);
    assertThrows(() => RawHost.open({ local: { address, port: 0 } }), RangeError, reason);
  });
}

Deno.test("addresses of one host may be listened on, and so may all of them at once", () => {
  for (const text of ["127.0.0.1", "127.1.2.3", "0.0.0.0", "::", "::1", "192.0.2.1", "240.0.0.1"]) {
    assertOneHost(parseAddress(text));
  }
});
