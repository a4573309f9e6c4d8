/** Bulk transfers of the client that are watched: captures, traces, reports, the live line. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pattern, summaryOf } from "./bulk.ts";
import { executables } from "./executables.ts";
import { Network, Pair } from "./network.ts";
import { must, pause, type Program, type Result } from "./process.ts";
import { dissect } from "./tshark.ts";

const { client, server } = await executables();
const PORT = 8888;
const LENGTH = 3_000_000;

interface Ends {
  readonly near: Network;
  readonly far: Network;
  readonly folder: string;
}

/** A cable, and a folder that is gone afterwards. */
async function between(use: (ends: Ends) => Promise<void>): Promise<void> {
  await using pair = await Pair.create();
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-bulk-" });
  try {
    await use({ near: pair.near, far: pair.far, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the client against a server in this mode. @returns standard output and error */
async function watched(
  { near, far }: Ends,
  mode: string,
  options: readonly string[],
): Promise<{ readonly out: string; readonly err: string }> {
  const serve = [server, "-q", "--host", Pair.farAddress, "--mode", mode, "--count", "1"];
  await using serving = far.start(serve);
  await far.listens(PORT);
  const { code, out, err } = await near.run([client, ...options, Pair.farAddress]);
  assertEquals([code, (await serving.ended()).code], [0, 0], err);
  return { out, err };
}

/** What one side has sent, by a capture: the first octet is that of relative number 1. */
async function streamOf(file: string, filter: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const fields = ["-T", "fields", "-e", "tcp.seq", "-e", "tcp.payload"];
  const lines = await must(["tshark", "-r", file, "-Y", `${filter} && tcp.len > 0`, ...fields]);
  const octets = new Uint8Array(length);
  for (const line of lines.trimEnd().split("\n")) {
    const [seq = "", digits = ""] = line.split("\t");
    octets.set((digits.match(/../g) ?? []).map((octet) => parseInt(octet, 16)), Number(seq) - 1);
  }
  return octets;
}

/** Octets that a capture keeps of each packet: all. */
const WHOLE = ["--snaplen", "65575"];

const WAYS: readonly (readonly [name: string, options: readonly string[], mayBeLong: boolean])[] = [
  ["by raw socket the segments on the wire are stored", ["--link", "raw"], false],
  ["by packet socket long segments are stored", ["--link", "packet"], true],
  ["by default long segments are stored once much flows", [], true],
];

for (const [name, options, mayBeLong] of WAYS) {
  Deno.test(`${name}; tshark finds all octets and nothing wrong`, async () => {
    await between(async (ends) => {
      const file = `${ends.folder}/sent.pcapng`;
      const sending = ["--send-bytes", String(LENGTH), "--pcap", file, ...WHOLE, ...options];
      const { out } = await watched(ends, "discard", sending);
      const { packets, problems } = await dissect(file);
      assertEquals(problems, []);
      const longest = Math.max(...packets.map(({ length }) => length));
      assertEquals(longest > 1_460, mayBeLong, `${longest} octets`);
      assertEquals(longest % 1_448, 0, "a whole number of full segments");
      const { segmentsSent, segmentsReceived } = summaryOf(out);
      assertEquals(packets.length, segmentsSent + segmentsReceived);
      const octets = await streamOf(file, `tcp.dstport == ${PORT}`, LENGTH);
      assert(octets.every((octet, i) => octet === i % 251));
    });
  });
}

Deno.test("unless told otherwise a capture of bulk data has the headers, and no more than 128 octets of a packet", async () => {
  await between(async (ends) => {
    const file = `${ends.folder}/headers.pcapng`;
    const { out } = await watched(ends, "discard", ["--send-bytes", String(LENGTH), "--pcap", file]);
    const { packets, problems } = await dissect(file);
    assertEquals(problems, []);
    const { segmentsSent, segmentsReceived } = summaryOf(out);
    assertEquals(packets.length, segmentsSent + segmentsReceived);
    assertEquals(packets.reduce((sum, { length }) => sum + length, 0), LENGTH);
    const kept = await must(["tshark", "-r", file, "-T", "fields", "-e", "frame.cap_len"]);
    assertEquals(Math.max(...kept.trimEnd().split("\n").map(Number)), 128);
  });
});

Deno.test("what the core has received of a bulk transfer is the pattern, octet for octet", async () => {
  await between(async (ends) => {
    const file = `${ends.folder}/received.pcapng`;
    const { out } = await watched(ends, `source=${LENGTH}`, ["--receive", "--pcap", file, ...WHOLE]);
    assertEquals(summaryOf(out).received, LENGTH);
    const { problems } = await dissect(file);
    assertEquals(problems, []);
    assertEquals(await streamOf(file, `tcp.srcport == ${PORT}`, LENGTH), pattern(LENGTH));
  });
});

Deno.test("JSON, report, ladder and summary of a bulk transfer are whole", async () => {
  await between(async (ends) => {
    const report = `${ends.folder}/report.html`;
    const ladder = `${ends.folder}/ladder.svg`;
    const files = ["--report", report, "--ladder", ladder];
    const { out, err } = await watched(ends, "discard", [
      "--send-bytes",
      "1M",
      "--json",
      "--stats",
      ...files,
    ]);
    const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals([lines[0].kind, lines.at(-1).kind], ["trace", "end"]);
    const sent = lines.filter(({ kind }) => kind === "sent").map(({ segment }) => segment.length as number);
    assertEquals(sent.reduce((sum, length) => sum + length), 1_000_000);
    assert(Math.max(...sent) <= 1_460);
    assertMatch(
      err,
      /^ {2}sent {8}\d+ segments, 977 KiB of data for the first time, of which 977 KiB acknowledged/m,
    );
    assertMatch(await Deno.readTextFile(report), /^<!doctype html>[^]*<\/html>\s*$/);
    assertMatch(await Deno.readTextFile(ladder), /^<svg[^]*<\/svg>\s*$/);
  });
});

Deno.test("traces and stories go on to the end, and the figures come after them", async () => {
  await between(async (ends) => {
    const { out, err } = await watched(ends, "source=200000", ["--receive", "--trace"]);
    assertEquals(summaryOf(out).received, 200_000);
    assertMatch(err, / = .* to CLOSED/);
    const story = await watched(ends, "source=200000", ["--receive", "--explain"]);
    assertStringIncludes(story.err, "[RFC 9293");
  });
});

/** Runs a command on a terminal of its own until Ctrl-C once it shows that. @returns everything that was written there */
async function onTerminal(
  network: Network,
  command: readonly string[],
  shown: RegExp,
): Promise<string> {
  const line = command.join(" ");
  await using program = network.start(["script", "-qfec", `stty cols 100; exec ${line}`, "/dev/null"], {
    env: { TERM: "xterm" },
  });
  await program.shows(shown);
  const [child = ""] = (await must(["pgrep", "-P", String(program.pid)])).split("\n");
  await must(["kill", "-INT", child]);
  return (await program.ended()).out;
}

Deno.test("on a terminal the live line shows amount, share, rate, time left, and what it waits for", async () => {
  await between(async ({ near, far }) => {
    await using _serving = far.start([server, "-q", "--host", Pair.farAddress, "--mode", "discard"]);
    await far.listens(PORT);
    const live =
      /\r[\d.]+ [MG]iB of 931 GiB {2}(\[ +\] {2})?\d % {2}[\d.]+ [MG]iB\/s {2}[\d hmins]+ left {2}(waits for [\w' ]+|cwnd [\d.]+ [KM]iB)/;
    const text = await onTerminal(near, [client, "--send-bytes", "1T", Pair.farAddress], live);
    // deno-lint-ignore no-control-regex
    assertMatch(text, /\r\x1b\[K(?:\x1b\[33m)?\[!\][^]*Interrupted/); // NO_COLOR may be set
  });
});

Deno.test("on a terminal the live line of what is received shows amount and rate", async () => {
  await between(async ({ near, far }) => {
    const mode = "source=1000000000000";
    await using _serving = far.start([server, "-q", "--host", Pair.farAddress, "--mode", mode]);
    await far.listens(PORT);
    const live = /\r[\d.]+ [MG]iB {2}[\d.]+ [MG]iB\/s {2}(waits for [\w' ]+ {2})?cwnd /;
    assertMatch(await onTerminal(near, [client, "--receive", Pair.farAddress], live), live);
  });
});

/** Longest that a watched transfer of 200 MB takes, milliseconds. */
const LONG = 300_000;

/** Runs a program to its end. @returns also the most memory that it had at a time, in MB (VmHWM, resident) */
async function withMemory(program: Program): Promise<{ readonly result: Result; readonly most: number }> {
  let running = true;
  const ended = program.ended(LONG).finally(() => running = false);
  let most = 0;
  while (running) {
    const status = await Deno.readTextFile(`/proc/${program.pid}/status`).catch(() => "");
    most = Math.max(most, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024 / 1e6);
    await pause(10);
  }
  return { result: await ended, most };
}

/**
 * The second 100 MB are free: a report keeps 24,000 events at most. Of some 310 MB about 130 are V8's own reserve for objects that
 * die young, which comes out 20 MB more or less; a record of everything takes 240 MB more.
 */
const WATCHED: readonly (readonly [name: string, most: number, options: string])[] = [
  ["a report", 400, "--report report.html --stats"],
  ["JSON", 250, "--json --stats"],
];
const MOST_GROWTH = 80;

/** Sends so many megabytes, watched. @returns the most memory that the client had, MB */
async function memoryOf(
  network: Network,
  folder: string,
  megabytes: number,
  options: string,
): Promise<number> {
  const address = "127.0.0.1";
  const serve = [server, "-q", "--host", address, "--mode", "discard", "--count", "1"];
  await using serving = network.start(serve);
  await network.listens(PORT);
  const line = `exec ${client} --link raw --send-bytes ${megabytes}MB ${options} ${address} > /dev/null`;
  await using sending = network.start(["sh", "-c", line], { cwd: folder });
  const { result, most } = await withMemory(sending);
  assertEquals([result.code, (await serving.ended()).code], [0, 0], result.err);
  const [, segments = "0"] = /^ {2}sent {8}(\d+) segments, \d+\.?\d* MiB/m.exec(result.err) ?? [];
  assert(Number(segments) > megabytes * 690, result.err);
  return most;
}

for (const [name, most, options] of WATCHED) {
  Deno.test(`${name} of 200 MB in 138,000 segments takes the client no more memory than one of 100 MB, and at most ${most} MB`, async () => {
    await using network = await Network.create();
    // As on a link: 64 KiB at a time would be few segments.
    await network.must(["ip", "link", "set", "lo", "mtu", "1500"]);
    const folder = await Deno.makeTempDir({ prefix: "rawtcp-bulk-" });
    try {
      const half = await memoryOf(network, folder, 100, options);
      await Deno.remove(`${folder}/report.html`).catch(() => {});
      const whole = await memoryOf(network, folder, 200, options);
      const found = `${half.toFixed(0)} MB, then ${whole.toFixed(0)} MB`;
      assert(half > 20 && whole < most && whole - half < MOST_GROWTH, found);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
