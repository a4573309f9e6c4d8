/**
 * A file to the peer and a file from it, with the client as people run it, beside `nc` and `socat` with the same file. Rates
 * are those of the kernel's end, from the connection's beginning to its end.
 *
 * @module
 */

import type { Bench, Place } from "../bench.ts";
import { Peer, PEER_PORT } from "../peers.ts";
import type { PeerAnswer } from "../programs/jobs.ts";
import type { Claim, Contender, Outcome, Row } from "../row.ts";
import type { ToolName } from "../tools.ts";
import { CLIENT_FROM_SOURCES, fill } from "./programs.ts";

/** Octets of the file for each second that a bulk run takes. */
const OCTETS_PER_SECOND = 200e6;

/** Longest that one transfer may take, seconds. */
const LONGEST = 120;

const PEERS = ["nc", "socat"] as const satisfies readonly ToolName[];

/** One that sends or receives the file. */
type Who = "rawtcp" | typeof PEERS[number];

/** The command that transfers the file; what `nc` reads and writes is its standard input and output. */
function commandOf(bench: Bench, who: Who, isUpload: boolean, place: Place, file: string): readonly string[] {
  const { address } = place;
  if (who === "rawtcp") {
    const way = isUpload ? ["--input", file] : ["--send-bytes", "0", "--output", file, "--force"];
    return [...CLIENT_FROM_SOURCES, "--quiet", ...way, address, String(PEER_PORT)];
  }
  const command = bench.tool(who).command;
  if (who === "socat") {
    const tcp = `TCP:${address}:${PEER_PORT}`;
    return isUpload
      ? [...command, "-u", `OPEN:${file},rdonly`, tcp]
      : [...command, "-u", tcp, `OPEN:${file},wronly,creat,trunc`];
  }
  const redirected = isUpload ? `<"$1"` : `</dev/null >"$1"`;
  return ["sh", "-c", `exec ${command.join(" ")} ${address} ${PEER_PORT} ${redirected}`, "sh", file];
}

async function transfer(bench: Bench, place: Place, direction: "up" | "down"): Promise<Outcome> {
  const isUpload = direction === "up";
  const octets = Math.round(OCTETS_PER_SECOND * bench.extent.seconds);
  const file = `${await bench.folder()}/file-${direction}`;
  if (isUpload) await fill(file, octets);
  const mode = isUpload ? "sink" : "source";
  await using peer = await Peer.start(bench, place.server, { mode, host: place.address, octets });
  const whoever: readonly Who[] = ["rawtcp", ...PEERS.filter((name) => bench.tools.found.has(name))];
  const contenders = whoever.map((who): Contender<number> => ({
    who,
    run: async () => {
      const command = commandOf(bench, who, isUpload, place, file);
      await bench.must(command, { network: place.client, seconds: LONGEST });
      const answer = await peer.next<PeerAnswer>();
      const arrived = isUpload ? answer.octets : (await Deno.stat(file)).size;
      if (arrived !== octets) throw new Error(`${arrived} octets of ${octets} arrived`);
      return octets / answer.seconds / 1e6;
    },
  }));
  const [ours = [], ...theirs] = await bench.takeTurns(contenders);
  const figure = (who: string, values: readonly number[]): Claim["ours"] => ({ who, unit: "MB/s", values });
  return {
    claims: theirs.map((values, i): Claim => ({
      work: `a file ${direction}, ${place.name}`,
      ours: figure("main.ts", ours),
      peer: figure(`${PEERS.filter((name) => bench.tools.found.has(name))[i]}, kernel's TCP`, values),
    })),
    leftOut: PEERS.filter((name) => !bench.tools.found.has(name)).map((name) =>
      `${name}: ${bench.tools.missing.get(name)}`
    ),
    notes: [`A file ${direction}: ${octets / 1e6} MB, in the page cache`],
  };
}

/** The rows. */
export const files: readonly Row[] = (["up", "down"] as const).map((direction) => ({
  name: `file-${direction}`,
  needs: ["namespaces"],
  run: async (bench) => await transfer(bench, await bench.place("veth"), direction),
}));
