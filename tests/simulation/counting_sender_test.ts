import { assert } from "@std/assert";
import { type ProfileName, PROFILES } from "../../tcp/mod.ts";
import { sendCounting } from "./counting_sender.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

for (const profile of Object.keys(PROFILES) as ProfileName[]) {
  Deno.test(`a sender that counts duplicate ACKs hears of nearly every loss before its timer expires: ${profile} (RFC 5681 4.2)`, () => {
    let lost = 0;
    let timeouts = 0;
    for (const seed of SEEDS) {
      const result = sendCounting(PROFILES[profile], { seed, segments: 2_000, loss: 0.01 });
      lost += result.lost;
      timeouts += result.timeouts;
    }
    assert(lost > 100, `${lost} losses`);
    assert(timeouts <= lost / 10, `${timeouts} timeouts for ${lost} losses`);
  });
}
