import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type ClientJob, ClientSession } from "../../cli/client_session.ts";
import { ExitCode, type ExitCodeNumber } from "../../cli/exit_codes.ts";
import { describeFailure, ProgramFailure } from "../../cli/failures.ts";
import { Narrator } from "../../cli/narrator.ts";
import type { TcpConfig } from "../../tcp/config.ts";
import { Flag, type Segment } from "../../tcp/segment.ts";
import { seqNumber } from "../../tcp/seq.ts";
import { seconds } from "../../tcp/units.ts";
import { CLIENT_ISS, type Fate, readAndClose, Simulation } from "./simulation.ts";
import { memoryOutput, type MemorySink } from "./support.ts";

const JOB: ClientJob = {
  peer: "192.0.2.2:8888",
  message: "Hello from custom TCP client!",
  connectTimeout: null,
  closeTimeout: seconds(60),
  timeWait: seconds(0),
};

interface Run {
  readonly simulation: Simulation;
  readonly session: ClientSession;
  readonly out: MemorySink;
  readonly err: MemorySink;
}

function prepare(job: Partial<ClientJob> = {}, config: Partial<TcpConfig> = {}, quiet = false): Run {
  const { output, out, err } = memoryOutput({ quiet });
  const narrator = new Narrator(output);
  const simulation = new Simulation(narrator, config);
  narrator.starting(JOB.peer);
  const session = new ClientSession(simulation.client, simulation, narrator, { ...JOB, ...job });
  return { simulation, session, out, err };
}

/** Loses the first packet that is so. */
function loseFirst(which: (segment: Segment) => boolean): (segment: Segment) => Fate {
  let lost = false;
  return (segment) => {
    if (lost || !which(segment)) return "arrives";
    lost = true;
    return "lost";
  };
}

const HANDSHAKE = [
  "[*] Starting TCP handshake with 192.0.2.2:8888",
  "[>] Sending SYN (seq=123456789)",
  "[<] Received SYN-ACK (seq=987654321, ack=123456790)",
  "[>] Sending ACK (seq=123456790, ack=987654322)",
  "[+] TCP connection established!",
];
const DELIVERY = ["[>] Sending data: Hello from custom TCP client!", "[*] Data sent successfully"];
const CLOSE = [
  "[>] Sending FIN (seq=123456819)",
  "[<] Received ACK of our FIN (ack=123456820)",
  "[<] Received FIN (seq=987654322)",
  "[>] Sending ACK (seq=123456820, ack=987654323)",
  "[+] Connection closed",
];

async function failure(session: ClientSession): Promise<[code: ExitCodeNumber, text: string]> {
  const error = await assertRejects(() => session.run(), ProgramFailure);
  const { code, text } = describeFailure(error, "rawtcp-client");
  return [code, text];
}

Deno.test("handshake, delivery and close are told in order, with the real numbers", async () => {
  const { session, simulation, out, err } = prepare();
  let delivered = "";
  simulation.program = (peer, now) => void (delivered += readAndClose(peer, now));
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines, [...HANDSHAKE, ...DELIVERY, ...CLOSE]);
  assertEquals(err.text, "");
  assertEquals(delivered, JOB.message);
});

Deno.test("a lost segment changes nothing on standard output; its repetition is told on standard error", async (t) => {
  const rows: [name: string, lost: (segment: Segment) => boolean, told: RegExp][] = [
    [
      "SYN",
      (s) => s.has(Flag.syn),
      /^\[!\] No acknowledgement for 1\.00 s: sending the SYN again \(seq=123456789, number 2\)$/,
    ],
    [
      "data",
      (s) => s.payloadLength > 0,
      /^\[!\] No acknowledgement for [01]\.\d\d s: sending 29 bytes again \(seq=123456790\)$/,
    ],
    [
      "FIN",
      (s) => s.has(Flag.fin),
      /^\[!\] No acknowledgement for [01]\.\d\d s: sending the FIN again \(seq=123456819, number 2\)$/,
    ],
  ];
  for (const [name, lost, told] of rows) {
    await t.step(name, async () => {
      const { session, simulation, out, err } = prepare();
      simulation.fromClient = loseFirst(lost);
      assertEquals(await session.run(), ExitCode.ok);
      assertEquals(out.lines, [...HANDSHAKE, ...DELIVERY, ...CLOSE]);
      assertEquals(err.lines.length, 1);
      assertMatch(err.lines[0] ?? "", told);
    });
  }
});

Deno.test("the message counts as sent only when all of it is acknowledged", async () => {
  const { session, simulation, out } = prepare();
  let before = "";
  simulation.fromPeer = (segment) => {
    if (segment.has(Flag.syn) || simulation.now > 5_500_000) return "arrives";
    return "lost";
  };
  simulation.at(0.49, () => before = out.text);
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(before.includes("Data sent successfully"), false);
  assertEquals(out.text.includes("Data sent successfully"), true);
});

Deno.test("what the peer says at once is shown after the delivery, and cannot drive the terminal", async () => {
  const { session, simulation, out } = prepare();
  let greeted = false;
  simulation.program = (peer, now) => {
    if (!greeted && peer.state === "ESTABLISHED") {
      greeted = true;
      peer.send(new TextEncoder().encode("220 \x1b[2Jready\r\n"), now);
    }
    readAndClose(peer, now);
  };
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines.slice(0, 7), [...HANDSHAKE, ...DELIVERY]);
  assertEquals(out.lines.slice(7, 11), [
    "[<] Received 15 bytes:",
    "    Raw bytes: b'220 \\x1b[2Jready\\r\\n'",
    "    Hex: 323230201b5b324a72656164790d0a",
    "    Text: 220 \\x1b[2Jready\\r\\n",
  ]);
  assertEquals(out.lines.at(-1), "[+] Connection closed");
  assertEquals(out.lines.length, 16);
});

Deno.test("an answer that comes with the FIN is shown before it", async () => {
  const { session, simulation, out } = prepare();
  simulation.program = (peer, now) => {
    readAndClose(peer, now);
  };
  simulation.program = (peer, now) => {
    if (peer.state === "CLOSE-WAIT" && peer.unsentOctets === 0) {
      peer.send(new TextEncoder().encode("bye"), now);
    }
    readAndClose(peer, now);
  };
  assertEquals(await session.run(), ExitCode.ok);
  const told = out.lines.slice(7).map((line) => line.replace(/ \(.*/, ""));
  assertEquals(told, [
    "[>] Sending FIN",
    "[<] Received ACK of our FIN",
    "[<] Received 3 bytes:",
    "    Raw bytes: b'bye'",
    "    Hex: 627965",
    "    Text: bye",
    "[<] Received FIN",
    "[>] Sending ACK",
    "[+] Connection closed",
  ]);
});

Deno.test("a peer that closes first is told in its order", async () => {
  const { session, simulation, out } = prepare();
  simulation.program = (peer, now) => {
    if (peer.state === "ESTABLISHED") peer.shutdown(now);
    readAndClose(peer, now);
  };
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines.slice(0, 7), [...HANDSHAKE, ...DELIVERY]);
  assertEquals(out.lines.slice(7).map((line) => line.replace(/ \(.*/, "")), [
    "[<] Received FIN",
    "[>] Sending ACK",
    "[>] Sending FIN",
    "[<] Received ACK of our FIN",
    "[+] Connection closed",
  ]);
});

Deno.test("only the first segment that acknowledges the peer's FIN is told", async () => {
  const { session, simulation, out } = prepare({ message: "x".repeat(20_000) }, { sendBuffer: 4_000 });
  let delivered = 0;
  simulation.program = (peer, now) => {
    if (peer.state === "ESTABLISHED") peer.shutdown(now);
    delivered += readAndClose(peer, now).length;
  };
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(delivered, 20_000);
  assertEquals(out.lines.slice(7).map((line) => line.replace(/ \(.*/, "")), [
    "[<] Received FIN",
    "[>] Sending ACK",
    "[>] Sending FIN",
    "[<] Received ACK of our FIN",
    "[+] Connection closed",
  ]);
});

Deno.test("when both sides close at once, the lines follow what happened", async () => {
  const { session, simulation, out } = prepare();
  simulation.fromClient = (segment) => {
    if (segment.has(Flag.fin) && simulation.peer.state === "ESTABLISHED") {
      simulation.peer.shutdown(simulation.now);
    }
    return "arrives";
  };
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines.slice(7).map((line) => line.replace(/ \(.*/, "")), [
    "[>] Sending FIN",
    "[<] Received FIN",
    "[>] Sending ACK",
    "[<] Received ACK of our FIN",
    "[+] Connection closed",
  ]);
});

Deno.test("quiet, a success prints nothing and a repetition is not told", async () => {
  const { session, simulation, out, err } = prepare({}, {}, true);
  simulation.fromClient = loseFirst((segment) => segment.payloadLength > 0);
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals([out.text, err.text], ["", ""]);
});

Deno.test("a message without octets is not sent", async () => {
  const { session, out } = prepare({ message: "" });
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines.slice(5, 7), ["[*] No data to send", "[>] Sending FIN (seq=123456790)"]);
});

Deno.test("a message with control characters is one line", async () => {
  const { session, out } = prepare({ message: "GET / HTTP/1.0\r\n\r\n" });
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines[5], "[>] Sending data: GET / HTTP/1.0\\r\\n\\r\\n");
});

Deno.test("a message longer than the send buffer is delivered whole", async () => {
  const message = "0123456789".repeat(5_000);
  const { session, simulation, out } = prepare({ message }, { sendBuffer: 4_000 });
  let delivered = "";
  simulation.program = (peer, now) => void (delivered += readAndClose(peer, now));
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(delivered === message, true);
  assertEquals(out.lines[6], "[*] Data sent successfully");
});

Deno.test("of much that the peer sends, the beginning is shown and the rest counted", async () => {
  const { session, simulation, out } = prepare();
  const flood = new Uint8Array(100_000).fill(0x41);
  let offset = 0;
  simulation.program = (peer, now) => {
    if (peer.state === "ESTABLISHED" || peer.state === "CLOSE-WAIT") {
      offset += peer.send(flood.subarray(offset), now);
      if (offset === flood.length) readAndClose(peer, now);
    }
  };
  assertEquals(await session.run(), ExitCode.ok);
  const shown = out.lines.filter((line) => /^\[<\] Received \d+ bytes:$/.test(line))
    .map((line) => Number(/\d+/.exec(line)?.[0]));
  assertEquals(shown.reduce((sum, count) => sum + count), 16_384);
  assertEquals(out.lines.filter((line) => line.includes("more bytes")), [
    "[<] Received 83616 more bytes, not shown",
  ]);
});

Deno.test("a refused connection says so", async () => {
  const { session, simulation, out } = prepare();
  simulation.fromClient = () => "reset";
  assertEquals(await failure(session), [
    ExitCode.refused,
    "Connection to 192.0.2.2:8888 refused: the peer answered our SYN with RST, so nothing listens there",
  ]);
  assertEquals(out.lines, [...HANDSHAKE.slice(0, 2), "[<] Received RST (seq=0)"]);
});

Deno.test("without an answer the failure counts SYNs and time", async () => {
  const { session, simulation, out } = prepare({ connectTimeout: seconds(10) });
  simulation.fromClient = () => "lost";
  assertEquals(await failure(session), [
    ExitCode.timedOut,
    "Connection to 192.0.2.2:8888 timed out: no answer to 4 SYNs over 10 s",
  ]);
  assertEquals(out.lines, HANDSHAKE.slice(0, 2));
});

Deno.test("by default the handshake is tried for at least three minutes (MUST-23)", async () => {
  const { session, simulation } = prepare();
  simulation.fromClient = () => "lost";
  const [code, text] = await failure(session);
  assertEquals(code, ExitCode.timedOut);
  assertMatch(text, /^Connection to .* timed out: no answer to 8 SYNs over 18\d(\.\d)? s$/);
});

Deno.test("a reset while sending says how much was not acknowledged", async () => {
  const { session, simulation, out } = prepare();
  simulation.fromClient = (segment) => (segment.payloadLength > 0 ? "reset" : "arrives");
  assertEquals(await failure(session), [
    ExitCode.reset,
    "Connection to 192.0.2.2:8888 reset by the peer: 0 of 29 bytes were acknowledged",
  ]);
  assertEquals(out.lines, [
    ...HANDSHAKE,
    "[>] Sending data: Hello from custom TCP client!",
    "[<] Received RST (seq=987654322)",
  ]);
});

Deno.test("a reset after part of a long message tells how much of it was acknowledged", async () => {
  const { session, simulation } = prepare({ message: "x".repeat(100_000) });
  simulation.fromClient = (
    segment,
  ) => (segment.seq === seqNumber(CLIENT_ISS + 1 + 1_448 * 12) ? "reset" : "arrives");
  const [code, text] = await failure(session);
  assertEquals(code, ExitCode.reset);
  const acknowledged = Number(/: (\d+) of 100000 bytes were acknowledged$/.exec(text)?.[1]);
  assertEquals(acknowledged > 0 && acknowledged <= 1_448 * 12, true, text);
});

Deno.test("a peer that falls silent while we send times out", async () => {
  const { session, simulation } = prepare({}, { retriesUntilClose: 3 });
  simulation.fromClient = (segment) => (segment.payloadLength > 0 ? "lost" : "arrives");
  const [code, text] = await failure(session);
  assertEquals(code, ExitCode.timedOut);
  assertMatch(text, /^Connection to 192\.0\.2\.2:8888 timed out: 0 of 29 bytes were acknowledged, /);
});

Deno.test("the network's word that the peer is unreachable is believed at the second SYN (MUST-56)", async () => {
  const { session, simulation, err } = prepare();
  let syns = 0;
  simulation.fromClient = () => {
    syns++;
    session.unsent("unreachable", "sendto: ENETUNREACH");
    return "lost";
  };
  assertEquals(await failure(session), [
    ExitCode.unreachable,
    "Cannot reach 192.0.2.2:8888: sendto: ENETUNREACH",
  ]);
  assertEquals(err.lines[0], "[!] A segment could not leave this host: sendto: ENETUNREACH");
  assertEquals(syns, 2);
});

Deno.test("a peer that does not close its side: the wait is explained, and has an end and a code", async () => {
  const { session, simulation, out } = prepare({ closeTimeout: seconds(5) });
  simulation.program = (peer, now) => void peer.receive(new Uint8Array(100), now);
  const resets: string[] = [];
  simulation.fromClient = (segment) => {
    if (segment.has(Flag.rst)) resets.push("RST");
    return "arrives";
  };
  assertEquals(await failure(session), [
    ExitCode.peerDidNotClose,
    "Everything was delivered, but 192.0.2.2:8888 did not close its side: it was silent for 5 s after our FIN",
  ]);
  assertEquals(
    out.lines.at(9),
    "[*] Waiting for the peer to close its side (up to 5 s of silence; Ctrl-C ends it)",
  );
  assertEquals(simulation.client.state, "CLOSED");
  assertEquals(resets, ["RST"]);
});

Deno.test("a peer that goes on sending after our FIN is not given up", async () => {
  const { session, simulation } = prepare({ closeTimeout: seconds(2) });
  for (let second = 1; second < 9; second++) {
    simulation.at(second, () => void simulation.peer.send(new Uint8Array([0x2e]), simulation.now));
  }
  simulation.at(9, () => simulation.peer.shutdown(simulation.now));
  simulation.program = () => {};
  assertEquals(await session.run(), ExitCode.ok);
});

Deno.test("a FIN that nobody acknowledges times out", async () => {
  const { session, simulation } = prepare({ closeTimeout: seconds(5) });
  simulation.fromClient = (segment) => (segment.has(Flag.fin) ? "lost" : "arrives");
  const [code, text] = await failure(session);
  assertEquals(code, ExitCode.timedOut);
  assertMatch(text, /our FIN was not acknowledged, the peer was silent for 5 s after our FIN$/);
});

Deno.test("TIME-WAIT is kept for as long as asked, and acknowledges a repeated FIN", async () => {
  const { session, simulation, out } = prepare({ timeWait: seconds(3) });
  simulation.fromClient = loseFirst((segment) =>
    segment.payloadLength === 0 && segment.flags === Flag.ack && simulation.client.state === "TIME-WAIT"
  );
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines.at(-1), "[*] Staying in TIME-WAIT for 3 s");
  assertEquals(simulation.peer.state, "CLOSED");
  assertEquals(simulation.now - 5_000_000 > 3_000_000, true);
});

Deno.test("Ctrl-C in each state ends the connection as that state asks", async (t) => {
  const idle = (): void => {};
  const rows: [name: string, arrange: (run: Run) => void, last: string, sent: "FIN" | "RST" | "nothing"][] = [
    ["SYN-SENT", ({ simulation }) => simulation.fromClient = () => "lost", "CLOSED", "nothing"],
    [
      "ESTABLISHED, data unacknowledged",
      ({ simulation }) => {
        simulation.fromClient = (
          s,
        ) => (s.payloadLength > 0 && simulation.now < 6_000_000 ? "lost" : "arrives");
      },
      "TIME-WAIT",
      "FIN",
    ],
    [
      "ESTABLISHED, peer gone",
      ({ simulation }) => {
        simulation.fromClient = (s) => (s.has(Flag.syn) ? "arrives" : "lost");
      },
      "CLOSED",
      "RST",
    ],
    [
      "FIN-WAIT-1",
      ({ simulation }) => {
        simulation.fromClient = (s) => (s.has(Flag.fin) && simulation.now < 6_000_000 ? "lost" : "arrives");
      },
      "TIME-WAIT",
      "FIN",
    ],
    ["FIN-WAIT-2", ({ simulation }) => simulation.program = idle, "CLOSED", "RST"],
  ];
  for (const [name, arrange, last, sent] of rows) {
    await t.step(name, async () => {
      const run = prepare();
      arrange(run);
      const { simulation, session, err } = run;
      const fate = simulation.fromClient;
      const flags: string[] = [];
      simulation.fromClient = (segment, now) => {
        if (now >= 5_500_000) {
          flags.push(segment.has(Flag.rst) ? "RST" : segment.has(Flag.fin) ? "FIN" : "other");
        }
        return fate(segment, now);
      };
      simulation.at(0.5, () => session.interrupt());
      assertEquals(await session.run(), ExitCode.interrupted);
      assertEquals(simulation.client.state, last);
      assertEquals(flags.includes("FIN") || sent !== "FIN", true, `sent ${flags}`);
      assertEquals(flags.includes("RST"), sent === "RST", `sent ${flags}`);
      assertMatch(err.text, /^\[!\] Interrupted/m);
      assertEquals(simulation.now <= 5_500_000 + 5_010_000, true);
    });
  }
});
