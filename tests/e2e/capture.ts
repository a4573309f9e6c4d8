/**
 * What was on the wire, by tcpdump and tshark: programs that none of this project wrote.
 *
 * @module
 */

import type { Network } from "./network.ts";
import { must, type Program, type Result, until } from "./process.ts";

/** One captured TCP segment. */
export interface CapturedSegment {
  /** Seconds since the first segment. */
  readonly time: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Letters of the flags that are set, of `FSRPAU`. */
  readonly flags: string;
  readonly seq: number;
  readonly ack: number;
  readonly payload: Uint8Array;
  /** Whether tshark found both the IP and the TCP checksum right. */
  readonly checksumsGood: boolean;
}

const FIELDS = [
  "frame.time_epoch",
  "tcp.srcport",
  "tcp.dstport",
  "tcp.flags",
  "tcp.seq_raw",
  "tcp.ack_raw",
  "tcp.checksum.status",
  "ip.checksum.status",
  "tcp.payload",
] as const;

/** tshark's word for a checksum that it has computed and found right. */
const GOOD = "1";

/** What tcpdump answers to SIGUSR1. */
const COUNTS = /(\d+) packets? captured, (\d+) packets? received by filter/;

/** Ends tcpdump once it has read all that the kernel keeps for it: a signal ends it at once, whatever there is. */
export async function stopTcpdump(tcpdump: Program, device: string): Promise<Result> {
  const copies = device === "cable" ? 1 : 2; // the kernel has each packet of `lo` twice, tcpdump takes one of them
  let [seen, isAsked] = [0, false];
  await until("tcpdump to have read everything", () => {
    const [, captured, received] = COUNTS.exec(tcpdump.err.slice(seen)) ?? [];
    if (captured !== undefined && Number(captured) * copies >= Number(received)) return true;
    if (captured !== undefined || !isAsked) {
      seen = tcpdump.err.length;
      tcpdump.kill("SIGUSR1");
      isAsked = true;
    }
    return false;
  });
  return await tcpdump.stop();
}

/** A running capture; stopped by `segments`. */
export class Capture implements AsyncDisposable {
  readonly #tcpdump: Program;
  readonly #file: string;
  readonly #device: string;

  private constructor(tcpdump: Program, file: string, device: string) {
    this.#tcpdump = tcpdump;
    this.#file = file;
    this.#device = device;
  }

  /** Starts to capture TCP segments of this port; returns when it has started. */
  static async start(network: Network, port: number, device: string = "lo"): Promise<Capture> {
    const file = await Deno.makeTempFile({ prefix: "rawtcp-", suffix: ".pcap" });
    const options = ["-i", device, "-n", "-s", "0", "-B", "16384", "--immediate-mode", "-Z", "root", "-U"];
    const tcpdump = network.start(["tcpdump", ...options, "-w", file, `tcp port ${port}`]);
    const capture = new Capture(tcpdump, file, device);
    try {
      await tcpdump.shows("listening on");
      return capture;
    } catch (error) {
      await capture[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Ends the capture; every segment in its order. @throws Error when tcpdump has missed packets */
  async segments(): Promise<readonly CapturedSegment[]> {
    const { err } = await stopTcpdump(this.#tcpdump, this.#device);
    if (!/^0 packets dropped by kernel/m.test(err)) throw new Error(`tcpdump has missed packets: ${err}`);
    const checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    const columns = FIELDS.flatMap((field) => ["-e", field]);
    const lines = await must(["tshark", "-r", this.#file, ...checks, "-T", "fields", ...columns]);
    const rows = lines.split("\n").filter(Boolean).map((line) => line.split("\t"));
    const start = Number(rows[0]?.[0]);
    return rows.map((row) => decodeRow(row, start));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tcpdump[Symbol.asyncDispose]();
    await Deno.remove(this.#file);
  }
}

function decodeRow(row: readonly string[], start: number): CapturedSegment {
  const [
    time = "",
    source = "",
    destination = "",
    flags = "",
    seq = "",
    ack = "",
    tcp = "",
    ip = "",
    payload = "",
  ] = row;
  const bits = Number(flags);
  return {
    time: Number(time) - start,
    sourcePort: Number(source),
    destinationPort: Number(destination),
    flags: [..."FSRPAU"].filter((_, bit) => bits & (1 << bit)).join(""),
    seq: Number(seq),
    ack: Number(ack),
    payload: fromHex(payload),
    checksumsGood: tcp === GOOD && (ip === GOOD || ip === ""), // IPv6 has none of its own
  };
}

function fromHex(digits: string): Uint8Array {
  return new Uint8Array((digits.match(/../g) ?? []).map((octet) => parseInt(octet, 16)));
}
