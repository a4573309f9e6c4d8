/**
 * What it costs to watch: a transfer of the client with `--json`, with `--pcap` and with nothing.
 *
 * @module
 */

import type { Bench, Place } from "../bench.ts";
import { Peer, PEER_PORT } from "../peers.ts";
import type { PeerAnswer } from "../programs/jobs.ts";
import type { Claim, Contender, Outcome, Row } from "../row.ts";
import { CLIENT_FROM_SOURCES, secondsOf } from "./programs.ts";

/** Octets of a transfer for each second that a bulk run takes: with `--json` it is long. */
const OCTETS_PER_SECOND = 10e6;

/** Longest that one program may take, seconds. */
const LONGEST = 120;

/** What is watched with, each by its name; the capture goes to `file`. */
export function waysToWatch(file: string): Readonly<Record<string, readonly string[]>> {
  return {
    "nothing": ["--quiet"],
    "--json": ["--json"],
    "--pcap": ["--quiet", "--pcap", file, "--force"],
    "--pcap --snaplen 128": ["--quiet", "--pcap", file, "--snaplen", "128", "--force"],
  };
}

/** An upload by `client` with these options. @returns MB/s as the peer has them */
export async function upload(
  bench: Bench,
  place: Place,
  peer: Peer,
  options: readonly string[],
  client: readonly string[] = CLIENT_FROM_SOURCES,
): Promise<number> {
  const octets = Math.round(OCTETS_PER_SECOND * bench.extent.seconds);
  const command = [...client, "--send-bytes", String(octets), "--link", "raw", ...options];
  await secondsOf(bench, [...command, place.address, String(PEER_PORT)], {
    network: place.client,
    seconds: LONGEST,
  });
  const answer = await peer.next<PeerAnswer>();
  if (answer.octets !== octets) throw new Error(`${answer.octets} octets of ${octets} arrived`);
  return octets / answer.seconds / 1e6;
}

async function watch(bench: Bench, place: Place): Promise<Outcome> {
  const capture = `${await bench.folder()}/watched.pcapng`;
  await using peer = await Peer.start(bench, place.server, { mode: "sink", host: place.address });
  const contenders = Object.entries(waysToWatch(capture)).map(([who, options]): Contender<number> => ({
    who,
    run: () => upload(bench, place, peer, options),
  }));
  const [plain = [], ...watched] = await bench.takeTurns(contenders);
  const figure = (who: string, values: readonly number[]): Claim["ours"] => ({ who, unit: "MB/s", values });
  return {
    claims: watched.map((values, i): Claim => {
      const who = contenders[i + 1]?.who ?? "";
      return {
        work: `upload by raw socket with ${who}, ${place.name}`,
        ours: figure(who, values),
        peer: figure("nothing watched", plain),
      };
    }),
  };
}

/** The row. */
export const observing: Row = {
  name: "observing",
  needs: ["namespaces"],
  run: async (bench) => await watch(bench, await bench.place("veth")),
};
