import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { ClientJob } from "../../cli/client_job.ts";
import { ExitCode } from "../../cli/exit_codes.ts";
import { counted } from "../../cli/counted.ts";
import { describeFailure, ProgramFailure } from "../../cli/failures.ts";
import { FORGETTING } from "../../cli/sinks.ts";
import { PatternSource, TextSource } from "../../cli/sources.ts";
import { Transfer, type TransferConnection, type TransferJob } from "../../cli/transfer.ts";
import { PATTERN_PERIOD } from "../../cli/pattern.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { Flag, type OctetRange, type PartialConfig, seconds, seqNumber } from "../../tcp/mod.ts";
import { type Instant, instant, micros } from "../../tcp/base/units.ts";
import { HANDSHAKE, prepare, type Run } from "./session_support.ts";
import { CLIENT_ISS } from "./simulation.ts";

const NO_TIME = micros(0);

/** So many octets of the pattern, null for none at all, and what the peer sends counted. */
function bulk(octets: number | null, receives: boolean): TransferJob & Partial<ClientJob> {
  return {
    source: octets === null ? new TextSource(new Uint8Array()) : new PatternSource(octets),
    sending: octets === null ? null : counted(octets, "byte"),
    sink: FORGETTING,
    receives,
    cpuTime: () => NO_TIME,
  };
}

function begin(job: Partial<ClientJob>, config: PartialConfig = {}, more: Partial<ClientJob> = {}): Run {
  return prepare({ isMeasured: true, ...job, ...more }, config);
}

/** Reads what has come; checks that it goes on with the pattern. */
class PatternReader {
  received = 0;
  isRight = true;
  ended = false;
  readonly #buffer = new Uint8Array(4_096);

  read(peer: Connection, now: Instant): void {
    while (!this.ended && peer.state !== "CLOSED") {
      const length = peer.receive(this.#buffer, now);
      if (length === null) this.ended = true;
      if (length === null || length === 0) return;
      for (let i = 0; i < length; i++) {
        if (this.#buffer[i] !== (this.received + i) % PATTERN_PERIOD) this.isRight = false;
      }
      this.received += length;
    }
  }
}

/** The peer's program that sends so many octets and then closes, like `rawtcp-server --mode source`. */
function source(octets: number): (peer: Connection, now: Instant) => void {
  let left = octets;
  const buffer = new Uint8Array(5_000);
  return (peer, now) => {
    if (peer.state !== "ESTABLISHED" && peer.state !== "CLOSE-WAIT") return;
    while (left > 0) {
      const taken = peer.send(buffer.subarray(0, Math.min(left, buffer.length)), now);
      if (taken === 0) return;
      left -= taken;
    }
    peer.shutdown(now);
  };
}

/** The lines after the handshake, without numbers in brackets. */
function told({ out }: Run): string[] {
  return out.lines.slice(HANDSHAKE.length).map((line) => line.replace(/ \((seq|ack)=.*/, ""));
}

Deno.test("a bulk transfer sends so many octets of the pattern, then FIN, and tells its figures last", async () => {
  const run = begin(bulk(300_001, false), { buffers: { sendBuffer: 10_000 } });
  const reader = new PatternReader();
  run.simulation.program = (peer, now) => {
    reader.read(peer, now);
    if (reader.ended && peer.state === "CLOSE-WAIT") peer.shutdown(now);
  };
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals([reader.received, reader.isRight, reader.ended], [300_001, true, true]);
  assertEquals(run.out.lines.slice(0, HANDSHAKE.length), HANDSHAKE);
  const lines = told(run);
  assertEquals(lines.slice(0, -1), [
    "[>] Sending 300,001 bytes",
    "[*] Data sent successfully",
    "[>] Sending FIN",
    "[<] Received FIN-ACK",
    "[>] Sending ACK",
    "[+] Connection closed",
  ]);
  assertMatch(
    lines.at(-1) ?? "",
    /^\[\*\] Sent 300,001 bytes in 0\.\d{3} s \(\d+\.\d MB\/s\): \d+ segments sent, \d+ received, 0 retransmissions, 0\.00 CPU seconds per GB$/,
  );
});

Deno.test("receiving, the client keeps its side open until the peer's FIN and shows nothing of what came", async () => {
  const run = begin(bulk(null, true), {}, { ending: "peer closed" });
  run.simulation.program = source(200_000);
  let finSentIn = "";
  run.simulation.fromClient = (segment) => {
    if (segment.has(Flag.fin)) finSentIn = run.simulation.client.state;
    return "arrives";
  };
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals(finSentIn, "LAST-ACK", "the peer's FIN came first");
  const lines = told(run);
  assertEquals(lines.slice(0, -1), [
    "[<] Receiving until the peer closes its side",
    "[<] Received FIN",
    "[>] Sending ACK",
    "[>] Sending FIN",
    "[<] Received ACK of our FIN",
    "[+] Connection closed",
  ]);
  assertMatch(lines.at(-1) ?? "", /^\[\*\] Received 200,000 bytes in 0\.\d{3} s \(\d+\.\d MB\/s\): /);
});

Deno.test("both ways at once: all is sent, our side is closed, and the rest of the echo is read", async () => {
  const run = begin(bulk(150_000, true));
  const echoed = new Uint8Array(3_000);
  let waiting = 0;
  run.simulation.program = (peer, now) => {
    if (peer.state !== "ESTABLISHED" && peer.state !== "CLOSE-WAIT") return;
    for (;;) {
      if (waiting === 0) {
        const length = peer.receive(echoed, now);
        if (length === null) peer.shutdown(now);
        if (length === null || length === 0) return;
        waiting = length;
      }
      const taken = peer.send(echoed.subarray(0, waiting), now);
      echoed.copyWithin(0, taken, waiting);
      waiting -= taken;
      if (waiting > 0) return;
    }
  };
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals(told(run).slice(0, 3), [
    "[>] Sending 150,000 bytes",
    "[<] Receiving until the peer closes its side",
    "[*] Data sent successfully",
  ]);
  assertMatch(run.out.lines.at(-1) ?? "", /^\[\*\] Sent 150,000 bytes in .*, received 150,000 bytes in /);
});

Deno.test("a peer that goes on sending for long after our FIN is read on, without words", async () => {
  const run = begin(bulk(1, true), {}, { closeTimeout: seconds(2) });
  for (let tick = 1; tick <= 12; tick++) {
    run.simulation.at(
      tick * 0.5,
      () => void run.simulation.peer.send(new Uint8Array(10), run.simulation.now),
    );
  }
  run.simulation.at(6.5, () => run.simulation.peer.shutdown(run.simulation.now));
  run.simulation.program = () => {};
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals(run.out.text.includes("Waiting for the peer"), false);
  assertMatch(run.out.lines.at(-1) ?? "", /Sent 1 byte in .*, received 120 bytes in 6\./);
});

Deno.test("after our FIN a peer that falls silent is given up all the same", async () => {
  const run = begin(bulk(1, true), {}, { closeTimeout: seconds(3) });
  run.simulation.program = () => {};
  const error = await assertRejects(() => run.session.run(), ProgramFailure);
  assertEquals(error.code, ExitCode.peerDidNotClose);
  assertMatch(run.out.text, /Waiting for the peer to close its side/);
});

Deno.test("what a peer sends unasked is read and counted", async () => {
  const run = begin(bulk(5_000, false));
  run.simulation.program = source(70_000);
  assertEquals(await run.session.run(), ExitCode.ok);
  assertMatch(run.out.lines.at(-1) ?? "", /Sent 5,000 bytes in .*, received [1-9][\d,]* bytes in /);
  assertEquals(run.out.text.includes("Raw bytes"), false);
});

Deno.test("nothing to send is said, and closed", async () => {
  const run = begin(bulk(0, false));
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals(told(run)[0], "[*] No data to send");
  assertMatch(
    told(run).at(-1) ?? "",
    /^\[\*\] Sent 0 bytes in 0\.000 s: \d segments sent, \d received, 0 retransmissions$/,
  );
});

Deno.test("a reset midway says how much was delivered and how much received", async () => {
  const run = begin(bulk(1_000_000, true));
  run.simulation.program = (peer, now) => {
    new PatternReader().read(peer, now);
    if (peer.state === "ESTABLISHED" && peer.octetsSent === 0) peer.send(new Uint8Array(1_000), now);
  };
  run.simulation.fromClient = (segment) =>
    segment.seq === seqNumber(CLIENT_ISS + 1 + 1_448 * 40) ? "reset" : "arrives";
  const error = await assertRejects(() => run.session.run(), ProgramFailure);
  assertEquals(error.code, ExitCode.reset);
  assertMatch(
    error.message,
    /reset by the peer, or by something on the way that looks the same: \d\d,\d\d\d of 1,000,000 bytes were acknowledged, 1,000 bytes received$/,
  );
});

Deno.test("a peer that is gone while we only receive is noticed by keep-alives: timed out", async () => {
  const closing = {
    keepAlive: true,
    keepAliveIdle: seconds(15),
    keepAliveInterval: seconds(5),
    keepAliveProbes: 4,
  };
  const run = begin(bulk(null, true), { closing }, { ending: "peer closed" });
  let sent = false;
  run.simulation.program = (peer, now) => {
    if (!sent && peer.state === "ESTABLISHED") sent = peer.send(new Uint8Array(2_000), now) > 0;
  };
  const isGone = (): boolean => run.simulation.now > 6_000_000;
  run.simulation.fromClient = () => isGone() ? "lost" : "arrives";
  run.simulation.fromPeer = () => isGone() ? "lost" : "arrives";
  const error = await assertRejects(() => run.session.run(), ProgramFailure);
  const { code, text } = describeFailure(error, "rawtcp-client");
  assertEquals(code, ExitCode.timedOut);
  assertMatch(
    text,
    /timed out: 2,000 bytes received, the peer answered none of the last 4 keep-alive probes \(connection opened 3\d\.\d s ago\)$/,
  );
  assert(run.simulation.now < 5_000_000 + 60_000_000, `${run.simulation.now}`);
});

Deno.test("Ctrl-C midway closes in order and tells how far it came", async () => {
  const run = begin(bulk(1e12, false), { buffers: { sendBuffer: 20_000 } });
  const reader = new PatternReader();
  run.simulation.program = (peer, now) => {
    reader.read(peer, now);
    if (reader.ended && peer.state === "CLOSE-WAIT") peer.shutdown(now);
  };
  run.simulation.at(0.05, () => run.session.interrupt());
  assertEquals(await run.session.run(), ExitCode.interrupted);
  assertEquals(run.simulation.client.failure, null);
  assert(reader.ended && reader.isRight && reader.received > 20_000, `${reader.received}`);
  assertMatch(run.err.text, /Interrupted: closing the connection/);
  const [closed, summary = ""] = run.out.lines.slice(-2);
  assertEquals(closed, "[+] Connection closed");
  assertEquals(Number(/Sent ([\d,]+) bytes/.exec(summary)?.[1]?.replaceAll(",", "")), reader.received);
});

/** Takes whatever it is given, at once. */
class Abyss implements TransferConnection {
  octetsAcknowledged = 0;
  segmentsSent = 1;
  segmentsReceived = 12_345;
  segmentsRetransmitted = 1;
  calls = 0;
  /** Octets to be read. */
  waiting = 0;
  readonly #text = new Uint8Array(1_000_000);
  readonly views = new Set<Uint8Array>();

  send(from: Uint8Array): number {
    this.calls++;
    this.views.add(from);
    if (this.views.size > PATTERN_PERIOD + 1) throw new Error("What is handed over is made anew each time");
    this.octetsAcknowledged += from.length;
    return from.length;
  }

  peek(out: OctetRange): number {
    out.length = this.waiting;
    out.firstPartLength = this.waiting;
    out.octets = this.#text;
    return this.waiting;
  }

  consume(octets: number): void {
    this.waiting -= octets;
  }
}

Deno.test("nothing is allocated for what is sent, and each turn's work is bounded", () => {
  const connection = new Abyss();
  const transfer = new Transfer(connection, bulk(10e9, false), instant(0));
  let turns = 0;
  for (; !transfer.isSent && turns < 10_000; turns++) {
    const before = connection.calls;
    transfer.send(instant(turns));
    transfer.look(instant(turns));
    assert(connection.calls - before <= 128);
  }
  assertEquals(connection.octetsAcknowledged, 10e9);
  assert(connection.calls > 100_000);
});

Deno.test("a rate has the unit in which it does not round to nothing", () => {
  const rates: string[] = [];
  for (const [octets, at] of [[4, 12_000], [49_000, 1e6], [50_000, 1e6], [3_000_000, 2e6]] as const) {
    const transfer = new Transfer(new Abyss(), bulk(octets, false), instant(0));
    transfer.send(instant(0));
    transfer.look(instant(at));
    rates.push(/\((.*?)\)/.exec(transfer.summary())?.[1] ?? "");
  }
  assertEquals(rates, ["0.3 kB/s", "49.0 kB/s", "0.1 MB/s", "1.5 MB/s"]);
});

Deno.test("the figures: to the last octet of each way, CPU time over the octets of both", () => {
  const connection = new Abyss();
  let cpu = 7_000_000;
  const job = { ...bulk(3_000_000, true), cpuTime: () => micros(cpu) };
  const transfer = new Transfer(connection, job, instant(1_000_000));
  transfer.send(instant(1_000_000));
  transfer.look(instant(3_000_000));
  transfer.look(instant(9_000_000));
  const received: (number | null)[] = [];
  for (const [waiting, at] of [[999_999, 1_500_000], [1, 2_000_000], [0, 3_000_000]] as const) {
    connection.waiting = waiting;
    received.push(transfer.receive(instant(at)));
  }
  assertEquals([received, connection.waiting], [[999_999, 1, 0], 0]);
  cpu += 10_000;
  assertEquals(
    transfer.summary(),
    "Sent 3,000,000 bytes in 2.000 s (1.5 MB/s), received 1,000,000 bytes in 1.000 s (1.0 MB/s): " +
      "1 segment sent, 12,345 received, 1 retransmission, 2.50 CPU seconds per GB",
  );
});
