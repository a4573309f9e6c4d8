/**
 * What a client that waits in vain says of the cause: a router that drops long packets is suspected only when shorter ones of
 * the same connection arrived in that time, and none as long (RFC 4821 7.7, RFC 2923 2.1); a tail loss probe is not called
 * a timeout.
 */

import { assertEquals } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { seqDistance, seqNumber } from "../../tcp/base/seq.ts";
import { runStory } from "./run.ts";
import { first, type Story } from "./story.ts";
import { digits } from "./transfers.ts";
import { CLIENT_ISS } from "./world.ts";

const MSS = 1_448;
const TAIL = 4 * MSS + 1;
const SHORTER = "(retransmission timeout), now in shorter packets";
const SUSPICION =
  "No acknowledgement for 2.00 s (retransmission timeout), but shorter packets arrived, perhaps because a router drops long ones";

/** Four full segments and a short one, which all leave at once. */
const STORY: Story = {
  name: "suspicion",
  about: "Something is lost again and again",
  message: digits(4 * MSS + 208),
  client: { sending: { nagle: false } },
};

/** Why something went again, line by line, when the first `times` transmissions of each number are lost that `isLost` names. */
async function causes(
  isLost: (seq: number, length: number) => boolean,
  { times = 4, client = {} }: { readonly times?: number; readonly client?: Story["client"] } = {},
): Promise<readonly string[]> {
  const lost = new Map<number, number>();
  const { live } = await runStory({
    ...STORY,
    client: { ...STORY.client, ...client },
    network: () => ({
      meddle: ({ segment }, toServer) => {
        const { length } = segment.payload;
        const seq = seqDistance(seqNumber(CLIENT_ISS), segment.seq);
        const count = lost.get(seq) ?? 0;
        if (!toServer || length === 0 || count >= times || !isLost(seq, length)) return null;
        lost.set(seq, count + 1);
        return "lost";
      },
    }),
  });
  return live.narration.split("\n").filter((line) => line.startsWith("[!]"))
    .map((line) => line.slice(4).replace(/: (sending|\d+ more).*/, ""));
}

Deno.test("long packets are suspected when shorter ones arrive meanwhile, and none as long (RFC 4821 7.7)", async () => {
  const told = await causes((_, length) => length === MSS);
  assertEquals(told[2], SUSPICION);
});

Deno.test("long packets are not suspected when others as long arrive meanwhile, or short ones get lost too", async () => {
  const rows: (readonly [about: string, isLost: (seq: number) => boolean])[] = [
    ["nothing arrives", () => true],
    ["longer ones arrive beyond what is missing", (seq) => seq === 1],
    ["longer ones arrived before what is missing", (seq) => seq === 1 + 3 * MSS],
    ["what is missing is short itself", (seq) => seq === TAIL],
  ];
  for (const [about, isLost] of rows) {
    const told = await causes(isLost);
    assertEquals(told.filter((line) => line.includes("router")), [], about);
    assertEquals(told.some((line) => line.endsWith(SHORTER)), !about.endsWith("itself"), about);
  }
});

Deno.test("a tail loss probe is told as one, not as a timeout (RFC 8985 7.3, RFC 6298 5.4)", async () => {
  const told = await causes((seq) => seq === TAIL, {
    times: 3,
    client: { retransmission: { tailLossProbe: true } },
  });
  assertEquals(told, [
    "No acknowledgement for 0.24 s (tail loss probe)",
    "No acknowledgement for 1.00 s (retransmission timeout)",
    "No acknowledgement for 2.00 s (retransmission timeout)",
  ]);
});

Deno.test("a FIN that goes again as a probe is told so too", async () => {
  const { live } = await runStory({
    ...STORY,
    client: { retransmission: { tailLossProbe: true } },
    network: () => ({ meddle: first(true, ({ segment }) => segment.has(Flag.fin)) }),
  });
  const told = live.narration.split("\n").filter((line) => line.startsWith("[!]"));
  assertEquals(told, [
    "[!] No acknowledgement for 0.24 s (tail loss probe): sending the FIN again (seq=5905, number 2)",
  ]);
});
