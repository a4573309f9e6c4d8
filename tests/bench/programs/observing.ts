/**
 * What observing costs a bulk transfer: one client with several sets of options, taking turns, against one server.
 *
 * Arguments: rounds, `veth` or `loopback`, `up` or `down`, octets (`400MB`), a folder for captures, then the sets of
 * options, each one argument (`""`, `"--link raw"`, `"--link raw --pcap FILE"`; FILE is a file in the folder). After `--`
 * another client's command may follow. Writes a line for each set: MB/s (10^6 octets), median, least and most, and its
 * ratios to the first set of the same round. Needs root.
 *
 * @module
 */

import { parseOctets } from "../../../cli/option_values.ts";
import { Network, Pair } from "../../e2e/network.ts";
import { spreadOf } from "../statistics.ts";

const PORT = 8_888;
const LONGEST = 60_000;
const OCTETS_PER_MEGABYTE = 1e6;
const MILLISECONDS_PER_SECOND = 1e3;
const ROOT = new URL("../../../", import.meta.url).pathname;
const SERVER = [Deno.execPath(), "run", "--allow-ffi", `${ROOT}server.ts`];
const CLIENT = [Deno.execPath(), "run", "--allow-ffi", "--allow-read", "--allow-write", `${ROOT}main.ts`];

interface Ends {
  readonly near: Network;
  readonly far: Network;
  readonly address: string;
}

/** MB/s of one transfer, as the client says in its last line; where it says nothing, by the time of the whole program. */
async function rateOf({ near, address }: Ends, client: readonly string[], octets: number): Promise<number> {
  const line = [`set -o pipefail; "$@" | tail -n 1`, "bash", ...client, address, String(PORT)];
  const start = performance.now();
  await using program = near.start(["bash", "-c", ...line]);
  const { code, out, err } = await program.ended(LONGEST);
  const span = (performance.now() - start) / MILLISECONDS_PER_SECOND;
  if (code !== 0) throw new Error(`${client.join(" ")}: ${err}`);
  const [, rate] = /\(([\d.]+) MB\/s\)/.exec(out) ?? [];
  return rate === undefined ? octets / OCTETS_PER_MEGABYTE / span : Number(rate);
}

const split = Deno.args.indexOf("--");
const [rounds, link, direction, amount = "", folder, ...sets] = split < 0
  ? Deno.args
  : Deno.args.slice(0, split);
const client = split < 0 ? CLIENT : Deno.args.slice(split + 1);
const octets = parseOctets(amount, "amount");
const file = `${folder}/observing-${Deno.pid}.pcapng`;

async function measure(ends: Ends): Promise<readonly (readonly number[])[]> {
  const mode = direction === "up" ? "discard" : `source=${octets}`;
  const transfer = direction === "up" ? ["--send-bytes", String(octets)] : ["--receive"];
  await using _serving = ends.far.start([...SERVER, "-q", "--host", ends.address, "--mode", mode]);
  await ends.far.listens(PORT);
  const rates = sets.map((): number[] => []);
  for (let round = 0; round < Number(rounds); round++) {
    for (const [i, set] of sets.entries()) {
      const options = set.split(" ").filter(Boolean).map((word) => word === "FILE" ? file : word);
      rates[i]?.push(await rateOf(ends, [...client, ...transfer, ...options], octets));
      await Deno.remove(file).catch(() => {});
    }
  }
  return rates;
}

async function measureOn(): Promise<readonly (readonly number[])[]> {
  if (link === "veth") {
    await using pair = await Pair.create();
    return await measure({ near: pair.near, far: pair.far, address: Pair.farAddress });
  }
  await using network = await Network.create();
  return await measure({ near: network, far: network, address: "127.0.0.1" });
}

const results = await measureOn();
for (const [i, own] of results.entries()) {
  const ratios = own.map((rate, round) => rate / (results[0]?.[round] ?? NaN));
  const { median, least, most } = spreadOf(own);
  const each = ratios.map((ratio) => ratio.toFixed(2)).join(" ");
  // deno-lint-ignore no-console
  console.log(
    `${median.toFixed(0)} (${least.toFixed(0)} to ${most.toFixed(0)}), ` +
      `ratio ${spreadOf(ratios).median.toFixed(2)} (${each}): ${sets[i]}`,
  );
}
