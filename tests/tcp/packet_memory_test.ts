import { assertEquals } from "@std/assert";
import { memoryOf, PacketMemory } from "../../tcp/receive/packet_memory.ts";

const MSS = 1_460;

Deno.test("a packet takes a power of two of memory, from a page on whole pages, and what describes it", () => {
  assertEquals([0, 1, 88, 600, 601, 700, 1_460, 1_624].map(memoryOf), [
    768,
    768,
    768,
    1_280,
    2_304,
    2_304,
    2_304,
    2_304,
  ]);
  assertEquals([1_625, 3_672, 3_673, 4_000, 9_000, 12_000, 20_000].map(memoryOf), [
    4_352,
    4_352,
    8_448,
    8_448,
    12_544,
    16_640,
    20_736,
  ]);
});

Deno.test("the first window is of whole segments, or of all that there is when that is no segment", () => {
  assertEquals(new PacketMemory(6_000, 6_000).begin(MSS), 5_840);
  assertEquals(new PacketMemory(65_536, 65_536).begin(1_448), 65_160);
  assertEquals(new PacketMemory(1_000, 1_000).begin(MSS), 1_000);
});

Deno.test("data worth its memory opens the window by twice its length, as far as there is memory; crumbs do not", () => {
  const memory = new PacketMemory(65_536, 65_536);
  memory.begin(MSS);
  memory.took(9_000, 11_000, 1_000, MSS);
  assertEquals(memory.window(64_240, 10), 82_944);
  memory.took(100, 12_100, 100, MSS);
  assertEquals(memory.window(64_240, 10), 82_944);
  memory.readTo(12_100);
  memory.took(12_000, 24_100, 1_000, MSS);
  assertEquals(
    memory.window(64_240, 10),
    Math.ceil(Math.floor((131_072 - 16_640) * 183 / 256) / 1_024) * 1_024,
  );
});

Deno.test("a window of one segment opens again when all was read, though a crumb of it is left (MUST-39)", () => {
  const memory = new PacketMemory(2_000, 2_000);
  memory.begin(1_400);
  memory.took(1_400, 1_400, 1_400, 1_400);
  memory.readTo(1_400);
  assertEquals(memory.window(1, 0), 1_400);
  assertEquals(memory.window(800, 0), 800, "what is no half of it is not told");
});

Deno.test("what is left below a sixteenth of the window or a segment is a closed window", () => {
  const memory = new PacketMemory(50_000, 50_000);
  memory.begin(MSS);
  for (let end = 1_000; end <= 37_000; end += 1_000) memory.took(1_000, end, 1_000, MSS);
  assertEquals(memory.isExceeded, false);
  assertEquals(memory.window(0, 7), Math.ceil((100_000 - 37 * 2_304) * 111 / 256 / 128 - 1) * 128);
  for (let end = 38_000; end <= 42_000; end += 1_000) memory.took(1_000, end, 1_000, MSS);
  assertEquals([memory.isExceeded, memory.isMoreThanHalfFull, memory.window(0, 7)], [false, true, 0]);
  memory.took(3_000, 45_000, 1_000, MSS);
  assertEquals(memory.isExceeded, true);
});

Deno.test("data that fits behind the packet before it takes no memory of its own, beyond a gap it does", () => {
  const window = (ends: readonly number[]) => {
    const memory = new PacketMemory(20_000, 20_000);
    memory.begin(MSS);
    for (const end of ends) memory.took(100, end, 100, MSS);
    return memory.window(0, 0);
  };
  assertEquals(window([100, 200, 300, 400, 500, 600]), window([100]));
  assertEquals(window([100, 200, 300, 400, 500, 700]) < window([100]), true);
});

Deno.test("a packet is gone when its last octet has been read, whatever order packets came in", () => {
  const memory = new PacketMemory(4_000, 4_000);
  memory.begin(MSS);
  memory.took(1_460, 4_380, 1_460, MSS);
  memory.took(1_460, 1_460, 1_460, MSS);
  memory.took(1_460, 2_920, 1_460, MSS);
  memory.took(1_460, 5_840, 1_460, MSS);
  assertEquals(memory.isExceeded, true);
  memory.readTo(1_459);
  assertEquals(memory.isExceeded, true);
  memory.readTo(1_460);
  assertEquals(memory.isExceeded, false);
  assertEquals(memory.isMoreThanHalfFull, true);
  memory.readTo(5_840);
  assertEquals(memory.isMoreThanHalfFull, false);
});

Deno.test("tuning gives memory for a window of packets such as came, up to the most that the config allows", () => {
  const memory = new PacketMemory(10_000, 20_000);
  memory.begin(MSS);
  memory.took(1_460, 1_460, 1_460, MSS);
  memory.tuneTo(15_000);
  assertEquals(memory.whole >= 15_000 && memory.whole < 15_100, true);
  memory.tuneTo(1_000);
  assertEquals(memory.whole >= 15_000, true);
  memory.tuneTo(100_000);
  assertEquals(memory.whole, Math.floor(40_000 * 162 / 256));
});
