import { assertEquals } from "@std/assert";
import { openEnds } from "../../cli/client_ends.ts";
import type { TransferArguments } from "../../cli/client_transfer_arguments.ts";
import { loadWholeLibc } from "../../ffi/mod.ts";

loadWholeLibc();

const NOTHING: TransferArguments = {
  input: { kind: "nothing" },
  receives: false,
  output: null,
  hash: null,
  ending: null,
  aborts: false,
  linger: null,
};

/** Nothing is replaced, and all is shown. */
const SHOWN = { force: false, payload: true };

Deno.test("input that ends is followed by FIN; who only asks waits for the peer's; options overrule both", async () => {
  const message = { kind: "message", text: "x" } as const;
  const pattern = { kind: "pattern", octets: 5 } as const;
  const rows: [Partial<TransferArguments>, string, boolean][] = [
    [{ input: message }, "delivered", false],
    [{ input: message, receives: true }, "peer closed", true],
    [{ receives: true }, "peer closed", true],
    [{ input: pattern }, "delivered", true],
    [{ input: pattern, receives: true }, "delivered", true],
    [{ input: message, hash: "md5" }, "delivered", true],
    [{ input: pattern, receives: true, ending: "peer closed" }, "peer closed", true],
    [{ input: message, receives: true, ending: "answered" }, "answered", true],
  ];
  for (const [changes, ending, isBulk] of rows) {
    using ends = await openEnds({ ...NOTHING, ...changes }, SHOWN, () => {});
    assertEquals([ends.ending, ends.isBulk], [ending, isBulk], JSON.stringify(changes));
  }
});

Deno.test("what is received is told with its hash, or shown, or forgotten", async () => {
  const shown: string[] = [];
  const show = (octets: Uint8Array): number => shown.push(new TextDecoder().decode(octets));
  const input = { kind: "message", text: "x" } as const;
  using showing = await openEnds({ ...NOTHING, input }, SHOWN, show);
  assertEquals([showing.sink.take(new TextEncoder().encode("abc")), showing.afterword()], [3, null]);
  using hashing = await openEnds({ ...NOTHING, input, hash: "md5" }, SHOWN, show);
  assertEquals(hashing.sink.take(new TextEncoder().encode("abc")), 3);
  // RFC 1321 A.5
  assertEquals(hashing.afterword(), "md5 of what was received: 900150983cd24fb0d6963f7d28e17f72");
  assertEquals(shown, ["abc"]);
});
