import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { ClientSession } from "../../cli/client_session.ts";
import { noAnswer } from "../../cli/client_failures.ts";
import { ExitCode, type ExitCodeNumber } from "../../cli/exit_codes.ts";
import { describeFailure, ProgramFailure } from "../../cli/failures.ts";
import { Narrator } from "../../cli/narrator.ts";
import {
  elapsed,
  Flag,
  IcmpError,
  instant,
  micros,
  seconds,
  Segment,
  seqNumber,
  toSeconds,
} from "../../tcp/mod.ts";
import { HANDSHAKE, message, prepare, type Run } from "./session_support.ts";
import { CLIENT, CLIENT_ISS, PEER } from "./simulation.ts";
import { memoryOutput } from "./support.ts";

async function failure(session: ClientSession): Promise<[code: ExitCodeNumber, text: string]> {
  const error = await assertRejects(() => session.run(), ProgramFailure);
  const { code, text } = describeFailure(error, "rawtcp-client");
  return [code, text];
}

Deno.test("a refused connection says so", async () => {
  const { session, simulation, out } = prepare();
  simulation.fromClient = () => "reset";
  assertEquals(await failure(session), [
    ExitCode.refused,
    "Connection to 192.0.2.2:8888 refused: RST answered our SYN, as when nobody listens on that port or a firewall refuses it",
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

Deno.test("a SYN that has not left in time is told as such", () => {
  const endpoint = { address: { family: 4, octets: new Uint8Array([192, 0, 2, 2]) }, port: 8_888 } as const;
  const failure = noAnswer({
    peer: "192.0.2.2:8888",
    ends: { local: endpoint, remote: endpoint },
    record: new Narrator(memoryOutput().output).record,
    acknowledged: 0,
    messageLength: 0,
    received: null,
    now: instant(1_000),
  });
  assertEquals(failure.message, "Connection to 192.0.2.2:8888 timed out: our SYN had not left by then");
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
  simulation.fromClient = (segment) => (segment.payload.length > 0 ? "reset" : "arrives");
  assertEquals(await failure(session), [
    ExitCode.reset,
    "Connection to 192.0.2.2:8888 reset by the peer, or by something on the way that looks the same: 0 of 29 bytes were acknowledged",
  ]);
  assertEquals(out.lines, [
    ...HANDSHAKE,
    "[>] Sending data: Hello from custom TCP client!",
    "[<] Received RST (seq=987654322)",
  ]);
});

Deno.test("a reset after part of a long message tells how much of it was acknowledged", async () => {
  const { session, simulation } = prepare(message("x".repeat(100_000)));
  simulation.fromClient = (
    segment,
  ) => (segment.seq === seqNumber(CLIENT_ISS + 1 + 1_448 * 12) ? "reset" : "arrives");
  const [code, text] = await failure(session);
  assertEquals(code, ExitCode.reset);
  const acknowledged = Number(
    /: ([\d,]+) of 100,000 bytes were acknowledged$/.exec(text)?.[1]?.replace(",", ""),
  );
  assertEquals(acknowledged > 0 && acknowledged <= 1_448 * 12, true, text);
});

Deno.test("a peer that falls silent while we send times out", async () => {
  const { session, simulation } = prepare({}, { retransmission: { retriesUntilClose: 3 } });
  simulation.fromClient = (segment) => (segment.payload.length > 0 ? "lost" : "arrives");
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

/** What the network says about a SYN of the client's: that the host cannot be reached. */
function hostUnreachable(): IcmpError {
  const error = new IcmpError();
  Object.assign(error, { type: 3, code: 1, reporter: CLIENT.address, seq: seqNumber(CLIENT_ISS) });
  return error;
}

Deno.test("a router must say twice that the peer is unreachable, and the second SYN has time for its answer", async () => {
  const { session, simulation } = prepare();
  let syns = 0;
  simulation.fromClient = (segment) => {
    if (segment.has(Flag.syn) && ++syns === 1) {
      simulation.at(0.1, () => simulation.client.icmpArrives(hostUnreachable(), simulation.now));
      return "lost";
    }
    return "arrives";
  };
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(syns, 2);
});

for (const [reports, end] of [[1, 2], [2, 1.1], [9, 1.1]] as const) {
  Deno.test(`a router that says ${reports} times that the peer is unreachable is believed after ${end} s (MUST-56)`, async () => {
    const { session, simulation } = prepare();
    let sent = 0;
    simulation.fromClient = () => {
      if (++sent <= reports) {
        const moment = toSeconds(micros(simulation.now)) - 5 + 0.1;
        simulation.at(moment, () => simulation.client.icmpArrives(hostUnreachable(), simulation.now));
      }
      return "lost";
    };
    const [code, text] = await failure(session);
    assertEquals([code, sent], [ExitCode.unreachable, 2]);
    assertEquals(simulation.now, instant((5 + end) * 1e6));
    assertEquals(text, 'Cannot reach 192.0.2.2:8888: ICMP "host unreachable" from 192.0.2.1');
  });
}

Deno.test("what came without being an answer to our SYN is named where none came", async () => {
  const CASES: readonly (readonly [flags: number, ack: number, text: string])[] = [
    [Flag.syn | Flag.ack, 6, "no answer to 2 SYNs over 2 s (SYN,ACK came, but not in answer to our SYN)"],
    [Flag.ack, 1, "no answer to 2 SYNs over 2 s (ACK came, but not in answer to our SYN)"],
    [Flag.rst, 0, "no answer to 2 SYNs over 2 s (RST came, but not in answer to our SYN)"],
    [Flag.syn, 0, "its SYN came, but no ACK of ours: 3 SYNs over 2 s"],
  ];
  for (const [flags, ack, text] of CASES) {
    const { session, simulation } = prepare({ connectTimeout: seconds(2) });
    simulation.fromClient = () => "lost";
    simulation.at(0.5, () => {
      const segment = new Segment();
      segment.addresses = new Uint8Array([...PEER.address.octets, ...CLIENT.address.octets]);
      Object.assign(segment, { destinationOffset: 4, sourcePort: PEER.port, destinationPort: CLIENT.port });
      Object.assign(segment, { flags, seq: seqNumber(7_000), ack: seqNumber(CLIENT_ISS + ack) });
      simulation.client.segmentArrives(segment, simulation.now);
    });
    const [code, told] = await failure(session);
    assertEquals([code, told], [ExitCode.timedOut, `Connection to 192.0.2.2:8888 timed out: ${text}`]);
  }
});

Deno.test("a packet that makes no sense is named where no answer came", async () => {
  const { session, simulation, narrator } = prepare({ connectTimeout: seconds(2) });
  simulation.fromClient = () => "lost";
  simulation.at(0.5, () => narrator.packetRefused("bad-checksum", simulation.now));
  simulation.at(0.6, () => narrator.packetRefused("not-tcp", simulation.now));
  assertEquals(
    (await failure(session))[1].slice("Connection to 192.0.2.2:8888 timed out: ".length),
    "no answer to 2 SYNs over 2 s (a packet came with a wrong TCP checksum)",
  );
});

Deno.test("what this host would not carry, FIN, its repeats and RST, is not said to be sent", async () => {
  const { session, simulation, out, err } = prepare({ closeTimeout: seconds(5) });
  simulation.fromClient = (segment) => {
    if (!segment.has(Flag.fin) && !segment.has(Flag.rst)) return "arrives";
    session.unsent("unreachable", "sendto: EPERM");
    return "lost";
  };
  const [code] = await failure(session);
  assertEquals(code, ExitCode.timedOut);
  const lines = [...out.lines, ...err.lines].filter((line) => /FIN|RST/.test(line));
  assertEquals(lines.filter((line) => /Sending (FIN|RST)|: sending/.test(line)), []);
  assertMatch(lines.splice(1, 1)[0] ?? "", /^\[\*\] The RST \(seq=\d+\) could not leave this host$/);
  assertMatch(lines[0] ?? "", /^\[\*\] The FIN \(seq=\d+\) could not leave this host$/);
  assertMatch(lines[1] ?? "", /: trying to send the FIN again \(seq=\d+, number 2\)$/);
});

Deno.test("--timeout holds from the beginning for a peer that never says anything", async () => {
  for (const limit of [1, 2, 5]) {
    const { session, simulation } = prepare({ timeout: seconds(limit), ending: "peer closed" });
    simulation.program = () => {};
    const began = simulation.readClock();
    const [code, text] = await failure(session);
    assertEquals(code, ExitCode.timedOut);
    assertStringIncludes(text, `has come from the peer for ${limit} s`);
    const span = toSeconds(elapsed(began, simulation.now));
    assert(span >= limit && span < limit + 1.5, `${span} s`);
  }
});

Deno.test("a host that has lost its way to the peer says so when nothing comes any more, and no more once it has one again", async () => {
  for (const comesBack of [false, true]) {
    const { session, simulation, err } = prepare({ timeout: seconds(5), ending: "peer closed" });
    simulation.program = () => {};
    simulation.fromClient = (segment) => {
      if (segment.payload.length > 0) {
        session.blocked("bind: EADDRNOTAVAIL");
        if (comesBack) session.blocked(null);
      }
      return "arrives";
    };
    const [code, text] = await failure(session);
    assertEquals(code, ExitCode.timedOut);
    assertEquals(text.endsWith("; meanwhile: bind: EADDRNOTAVAIL"), !comesBack, text);
    const told = [
      "[!] This host has no way to the peer any more: bind: EADDRNOTAVAIL",
      "[!] This host has a way to the peer again",
    ];
    assertEquals(err.lines.slice(0, 2), comesBack ? told : told.slice(0, 1));
  }
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
    out.lines.at(11),
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

Deno.test("Ctrl-C in TIME-WAIT only ends the stay there: the connection is closed, and that is told once", async () => {
  const { simulation, session, out, err } = prepare({ timeWait: seconds(60) });
  simulation.at(10, () => session.interrupt());
  assertEquals(await session.run(), ExitCode.interrupted);
  assertEquals(out.lines.slice(-2), ["[+] Connection closed", "[*] Staying in TIME-WAIT for 60 s"]);
  assertEquals(out.lines.filter((line) => line === "[+] Connection closed").length, 1);
  assertEquals(err.lines, ["[!] Interrupted: leaving TIME-WAIT early"]);
});

Deno.test("Ctrl-C in each state ends the connection as that state asks", async (t) => {
  const idle = (): void => {};
  const rows: [name: string, arrange: (run: Run) => void, last: string, sent: "FIN" | "RST"][] = [
    ["SYN-SENT", ({ simulation }) => simulation.fromClient = () => "lost", "CLOSED", "RST"],
    [
      "ESTABLISHED, data unacknowledged",
      ({ simulation }) => {
        simulation.fromClient = (
          s,
        ) => (s.payload.length > 0 && simulation.now < 6_000_000 ? "lost" : "arrives");
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
      const acknowledged = name === "ESTABLISHED, peer gone" ? 0 : 29;
      const ending =
        `[!] Not closed within 5 s, ended with RST: ${acknowledged} of 29 bytes were acknowledged`;
      assertEquals(err.lines.at(-1) === ending, name !== "SYN-SENT" && sent === "RST", err.text);
      assertEquals(simulation.now <= 5_500_000 + 5_010_000, true);
    });
  }
});
