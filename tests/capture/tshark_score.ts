/**
 * What tshark says of the same captures: writes those of all runs and places, each run under a port of its own, asks tshark,
 * and prints a table. Run: `deno run --allow-run --allow-write --allow-read tests/capture/tshark_score.ts [RUNS]`
 *
 * @module
 */

import { capturesOf, type Labelled, type Place, score, type Truth, verdictsOn } from "./truth.ts";

const PLACES: readonly Place[] = ["sender", "middle", "receiver"];
const TRUTHS: readonly Truth[] = ["retransmission", "overtaken", "doubled"];
const FIRST_PORT = 10_000;
const SERVER_PORT = 80;

/** A pcap file of raw IP packets. */
function pcap(
  packets: readonly { readonly octets: Uint8Array; readonly at: number }[],
): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(24 + packets.reduce((sum, { octets }) => sum + 16 + octets.length, 0));
  const view = new DataView(file.buffer);
  [0xa1b2c3d4, 2 << 16 | 4, 0, 0, 65_535, 101].forEach((word, i) => view.setUint32(4 * i, word));
  let at = 24;
  for (const { octets, at: time } of packets) {
    [Math.floor(time / 1e6), Math.floor(time % 1e6), octets.length, octets.length].forEach((word, i) => {
      view.setUint32(at + 4 * i, word);
    });
    file.set(octets, at + 16);
    at += 16 + octets.length;
  }
  return file;
}

/** The packet of a run, under a client's port of that run. */
function renumbered(octets: Uint8Array, run: number): Uint8Array {
  const copy = octets.slice();
  const isFromClient = (copy[22] as number) << 8 === 0 && copy[23] === SERVER_PORT;
  new DataView(copy.buffer).setUint16(isFromClient ? 20 : 22, FIRST_PORT + run);
  return copy;
}

async function tshark(file: string): Promise<readonly (Truth | null)[]> {
  const fields = ["retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order"];
  const command = new Deno.Command("tshark", {
    args: ["-r", file, "-T", "fields", ...fields.flatMap((field) => ["-e", `tcp.analysis.${field}`])],
    stdout: "piped",
    stderr: "null",
  });
  const lines = new TextDecoder().decode((await command.output()).stdout).split("\n").slice(0, -1);
  return lines.map((line) => {
    const [again, fast, spurious, late] = line.split("\t");
    return again || fast || spurious ? "retransmission" : late ? "overtaken" : "new";
  });
}

const runs = Number(Deno.args[0] ?? 200);
const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
for (const place of PLACES) {
  const all: (Labelled & { readonly verdict: Truth | null })[] = [];
  for (let run = 1; run <= runs; run++) {
    const capture = capturesOf(run)[place];
    const verdicts = verdictsOn(capture);
    for (const [i, one] of capture.entries()) {
      all.push({
        ...one,
        octets: renumbered(one.octets, run),
        at: one.at + run * 1e9,
        verdict: verdicts[i] ?? null,
      });
    }
  }
  const file = `${folder}/${place}.pcap`;
  await Deno.writeFile(file, pcap(all));
  const others = await tshark(file);
  for (const truth of TRUTHS) {
    const ours = score(all, all.map(({ verdict }) => verdict), truth);
    const theirs = score(all, others, truth);
    const line =
      `${place} ${truth}: of ${ours.of}, ours ${ours.found} (${ours.wrong} wrong), tshark ${theirs.found} (${theirs.wrong} wrong)`;
    Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  }
}
await Deno.remove(folder, { recursive: true });
