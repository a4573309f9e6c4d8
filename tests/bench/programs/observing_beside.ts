/**
 * What observing costs beside another tree: its client and ours take turns, each way to watch by itself, on a cable.
 *
 * Arguments: the other tree's folder, rounds, seconds that a transfer is to be long for, then parts of the names of the ways
 * to watch, all without. Writes a line for each way: MB/s of both as the peer has them, medians, and the rounds' own ratios of
 * ours to the other's, median, least and most. Needs root.
 *
 * @module
 */

import { Bench } from "../bench.ts";
import { Peer } from "../peers.ts";
import { upload, waysToWatch } from "../rows/observing.ts";
import { CLIENT_FROM_SOURCES, clientOf } from "../rows/programs.ts";
import { spreadOf } from "../statistics.ts";
import { findTools } from "../tools.ts";

const [folder = "", rounds = "5", length = "2", ...wanted] = Deno.args;
const seconds = Number(length);
const extent = { rounds: Number(rounds), seconds, bulkSeconds: [seconds], octets: 0, isPinned: false };
await using bench = new Bench(extent, await findTools());
const place = await bench.place("veth");
const capture = `${await bench.folder()}/watched.pcapng`;
await using peer = await Peer.start(bench, place.server, { mode: "sink", host: place.address });
const clients = [CLIENT_FROM_SOURCES, clientOf(folder.replace(/\/?$/, "/"))];
for (const [name, options] of Object.entries(waysToWatch(capture))) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const rates = clients.map((): number[] => []);
  for (let round = 0; round < extent.rounds; round++) {
    // Whoever comes first in one round comes last in the next.
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      rates[i]?.push(await upload(bench, place, peer, options, clients[i]));
    }
  }
  const [ours = [], others = []] = rates;
  const ratios = spreadOf(ours.map((rate, round) => rate / (others[round] ?? NaN)));
  const [mine, theirs] = [spreadOf(ours).median.toFixed(1), spreadOf(others).median.toFixed(1)];
  const spread = `${ratios.least.toFixed(2)} to ${ratios.most.toFixed(2)}`;
  // deno-lint-ignore no-console
  console.log(`${name}: ${mine} and ${theirs} MB/s, ratio ${ratios.median.toFixed(3)} (${spread})`);
}
