import { assert, assertEquals } from "@std/assert";
import { sumInMemory, sumOctets } from "../../../tcp/mod.ts";
import { wordSumOf } from "../../../tcp/wire/simd_sum.ts";
import { Random } from "../../../lab/random.ts";

const SEED = 3;

/** A memory that is summed by WebAssembly, and the same octets elsewhere. */
function twice(fill: (at: number) => number): { readonly quick: Uint8Array; readonly plain: Uint8Array } {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  sumInMemory(memory);
  assert(wordSumOf(memory.buffer) !== null);
  const quick = new Uint8Array(memory.buffer);
  for (let at = 0; at < quick.length; at++) quick[at] = fill(at);
  return { quick, plain: Uint8Array.from(quick) };
}

Deno.test("a sum in WebAssembly memory is what it is elsewhere, wherever it begins and whatever its length (RFC 1071)", () => {
  const random = new Random(SEED);
  const { quick, plain } = twice(() => random.integer(0, 255));
  for (let round = 0; round < 3_000; round++) {
    const offset = random.integer(0, 4_095);
    const length = random.integer(0, round % 10 === 0 ? 65_536 : 1_600);
    assertEquals(
      sumOctets(quick, offset, length),
      sumOctets(plain, offset, length),
      `${length} at ${offset}`,
    );
  }
});

Deno.test("the largest words there are overflow nothing, up to 64 KiB", () => {
  const { quick, plain } = twice(() => 0xff);
  for (const length of [65_535, 65_536, 65_568, 70_000]) {
    assertEquals(sumOctets(quick, 1, length), sumOctets(plain, 1, length), `${length} octets`);
  }
});
