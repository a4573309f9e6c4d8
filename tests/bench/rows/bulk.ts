/**
 * Bulk transfers of one connection, to or from iperf3's server, by our TCP and by iperf3's client over the kernel's: the same
 * far end, block length and congestion control. Rates are those of the receiver; nothing is left out at the start.
 *
 * @module
 */

import {
  type Bench,
  CLIENT_CORE,
  denoRun,
  lastLine,
  type Order,
  type Place,
  type PlaceName,
} from "../bench.ts";
import { BULK_PATIENCE } from "../../../cli/client_connection.ts";
import { startIperf } from "../peers.ts";
import type { Bound, Claim, Contender, Figure, Outcome, Row } from "../row.ts";
import { exactness } from "./exactness.ts";
import { countDuplicates, lose, type Losses } from "./loss.ts";

/** Time on top of the run's own: connecting, and the end, seconds. */
const BESIDE = 5;

/** CPU time beside that of iperf3's client: what is wanted in every bulk row. */
const CPU_BOUND: Bound = { kind: "at most", limit: 2, aim: 1.2 };

/** What kind of bulk row. */
export interface BulkOptions {
  readonly name: string;
  readonly place: PlaceName;
  readonly direction: "up" | "down";
  readonly bound?: Bound;
  /** Measures the raw socket alone too. @default false */
  readonly raw?: boolean;
  /** Of both senders; ours has no other than CUBIC, so `bbr` is for downloads. @default "cubic" */
  readonly congestionControl?: "cubic" | "bbr";
  /** One in a hundred data packets is lost on its way. @default false */
  readonly loss?: boolean;
  /** The kernel at the far end finds losses by counting duplicate ACKs alone, as small stacks do. @default false */
  readonly counting?: boolean;
}

/** What one run showed. */
interface Run {
  /** Megaoctets a second at the receiver. */
  readonly rate: number;
  /** CPU seconds of the client per gigaoctet. */
  readonly cpu: number;
  readonly retransmitted: number;
  readonly links: readonly string[];
}

/** What iperf_client.ts says. */
interface OurWord {
  readonly megabytesPerSecond: number;
  readonly cpuSecondsPerGigabyte: number;
  readonly segmentsRetransmitted: number;
  readonly links: readonly string[];
}

/** A row of that kind. */
export function bulkRow(options: BulkOptions): Row {
  const { name, loss = false, counting = false } = options;
  return {
    name,
    needs: loss ? ["namespaces", "iperf3", "nft"] : ["namespaces", "iperf3"],
    run: async (bench) => {
      const place = await bench.place(options.place);
      await using _ = counting ? await countDuplicates(place) : null;
      await using losses = loss ? await lose(bench, place, options.direction) : null;
      return await measure(bench, place, options, losses);
    },
  };
}

async function measure(
  bench: Bench,
  place: Place,
  options: BulkOptions,
  losses: Losses | null,
): Promise<Outcome> {
  const { direction, loss = false, counting = false, congestionControl = "cubic" } = options;
  const octets = await exactness(bench, place, { direction, congestionControl, isLossy: loss });
  await using server = await startIperf(bench, place.server);
  const claims: Claim[] = [];
  const notes: string[] = [];
  const kind = `bulk ${direction}, ${place.name}${loss ? ", 1 % lost" : ""}${
    counting ? ", sender counts duplicate ACKs" : ""
  }${congestionControl === "cubic" ? "" : ` from ${congestionControl.toUpperCase()}`}`;
  for (const seconds of bench.extent.bulkSeconds) {
    const work = `${kind}, ${seconds} s`;
    const run: Job = { place, options, port: server.port, seconds };
    const over = (link: "auto" | "raw"): Contender<Run> => ({
      who: link === "auto" ? "rawtcp" : `rawtcp, ${link} socket only`,
      run: () => runOurs(bench, run, link),
    });
    const [ours = [], theirs = [], raw] = await bench.takeTurns([
      over("auto"),
      { who: "iperf3", run: () => runIperf(bench, run) },
      ...options.raw === true ? [over("raw")] : [],
    ]);
    claims.push(rateClaim(work, ours, theirs, "rawtcp", { bound: options.bound, octets }));
    if (!loss) claims.push(cpuClaim(work, ours, theirs, options.bound && CPU_BOUND));
    if (raw !== undefined) claims.push(rateClaim(`${work}, raw socket only`, raw, theirs, "rawtcp", {}));
    notes.push(...notesOn(work, ours, theirs));
  }
  return { claims, notes: [...notes, ...await losses?.notes(kind) ?? []] };
}

/** Options that are absent, not undefined, where there is nothing. */
function rateClaim(
  work: string,
  ours: readonly Run[],
  theirs: readonly Run[],
  who: string,
  { bound, octets }: { readonly bound?: Bound | undefined; readonly octets?: string },
): Claim {
  return {
    work,
    ours: figure(who, "MB/s", ours.map(({ rate }) => rate)),
    peer: figure("iperf3", "MB/s", theirs.map(({ rate }) => rate)),
    ...bound === undefined ? {} : { bound },
    ...octets === undefined ? {} : { octets },
  };
}

function cpuClaim(
  work: string,
  ours: readonly Run[],
  theirs: readonly Run[],
  bound: Bound | undefined,
): Claim {
  return {
    work: `CPU time, client: ${work}`,
    ours: figure("rawtcp", "s/GB", ours.map(({ cpu }) => cpu)),
    peer: figure("iperf3", "s/GB", theirs.map(({ cpu }) => cpu)),
    ...bound === undefined ? {} : { bound },
  };
}

function figure(who: string, unit: string, values: readonly number[]): Figure {
  return { who, unit, values };
}

/** Losses, and links that were not what `auto` means for bulk data. */
function notesOn(work: string, ours: readonly Run[], theirs: readonly Run[]): string[] {
  const sum = (runs: readonly Run[]): number =>
    runs.reduce((all, { retransmitted }) => all + retransmitted, 0);
  const [mine, other] = [sum(ours), sum(theirs)];
  const notes = mine + other === 0 ? [] : [
    `${work}: segments sent again in all rounds: rawtcp ${mine}, iperf3 ${other} (by the kernel as sender)`,
  ];
  const back = ours.flatMap(({ links }) => links).filter((change) => change.startsWith("raw"));
  return back.length === 0
    ? notes
    : [...notes, `${work}: back to the raw socket: ${[...new Set(back)].join("; ")}`];
}

/** Where and how long the data goes, and to whose port. */
interface Job {
  readonly place: Place;
  readonly options: BulkOptions;
  readonly port: number;
  readonly seconds: number;
}

async function runOurs(bench: Bench, { place, options, port, seconds }: Job, link: string): Promise<Run> {
  const { client: network, address } = place;
  const { direction, congestionControl = "cubic" } = options;
  const { isPinned } = bench.extent;
  const args = [
    direction,
    address,
    String(port),
    String(seconds),
    link,
    String(BULK_PATIENCE),
    "0",
    congestionControl,
  ];
  const order: Order = { network, seconds: seconds + BESIDE, ...isPinned ? { core: CLIENT_CORE } : {} };
  const said = lastLine<OurWord>(await bench.must([...denoRun("iperf_client.ts"), ...args], order));
  return {
    rate: said.megabytesPerSecond,
    cpu: said.cpuSecondsPerGigabyte,
    retransmitted: said.segmentsRetransmitted,
    links: said.links,
  };
}

async function runIperf(bench: Bench, { place, options, port, seconds }: Job): Promise<Run> {
  const { client: network, address } = place;
  const { direction, congestionControl = "cubic" } = options;
  const { isPinned } = bench.extent;
  const args = [
    "-J",
    "-C",
    congestionControl,
    "-t",
    String(seconds),
    ...direction === "down" ? ["-R"] : [],
  ];
  const command = [...bench.tool("iperf3").command, "-c", address, "-p", String(port), ...args];
  const order: Order = { network, seconds: seconds + BESIDE, ...isPinned ? { core: CLIENT_CORE } : {} };
  const out = await bench.must(command, order);
  const { end, error } = JSON.parse(out);
  if (error !== undefined) throw new Error(error);
  const { bits_per_second: rate, bytes, seconds: time } = end.sum_received;
  const cpu = end.cpu_utilization_percent.host_total / 100 * time;
  return {
    rate: rate / 8e6,
    cpu: cpu / (bytes / 1e9),
    retransmitted: end.sum_sent.retransmits ?? 0,
    links: [],
  };
}
