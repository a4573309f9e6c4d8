import { assertEquals, assertMatch } from "@std/assert";
import { ExitCode } from "../../cli/exit_codes.ts";
import { Flag, seconds, type Segment } from "../../tcp/mod.ts";
import { CLOSE, DELIVERY, HANDSHAKE, loseFirst, MESSAGE, message, prepare } from "./session_support.ts";
import { readAndClose } from "./simulation.ts";

Deno.test("handshake, delivery and close are told in order, with the real numbers", async () => {
  const { session, simulation, out, err } = prepare();
  let delivered = "";
  simulation.program = (peer, now) => void (delivered += readAndClose(peer, now));
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines, [...HANDSHAKE, ...DELIVERY, ...CLOSE]);
  assertEquals(err.text, "");
  assertEquals(delivered, MESSAGE);
});

Deno.test("a lost segment changes nothing on standard output; its repetition is told on standard error", async (t) => {
  const rows: [name: string, lost: (segment: Segment) => boolean, told: RegExp][] = [
    [
      "SYN",
      (s) => s.has(Flag.syn),
      /^\[!\] No acknowledgement for 1\.00 s \(retransmission timeout\): sending the SYN again \(seq=123456789, number 2\)$/,
    ],
    [
      "data",
      (s) => s.payload.length > 0,
      /^\[!\] No acknowledgement for [01]\.\d\d s \((?:retransmission timeout|tail loss probe)\): sending 29 bytes again \(seq=123456790\)$/,
    ],
    [
      "FIN",
      (s) => s.has(Flag.fin),
      /^\[!\] No acknowledgement for [01]\.\d\d s \((?:retransmission timeout|tail loss probe)\): sending the FIN again \(seq=123456819, number 2\)$/,
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
  assertEquals(out.lines.slice(0, 9), [...HANDSHAKE, ...DELIVERY]);
  assertEquals(out.lines.slice(9, 13), [
    "[<] Received 15 bytes:",
    "    Raw bytes: b'220 \\x1b[2Jready\\r\\n'",
    "    Hex: 323230201b5b324a72656164790d0a",
    "    Text: 220 \\x1b[2Jready\\r\\n",
  ]);
  assertEquals(out.lines.at(-1), "[+] Connection closed");
  assertEquals(out.lines.length, 17);
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
  const told = out.lines.slice(9).map((line) => line.replace(/ \(.*/, ""));
  assertEquals(told, [
    "[>] Sending FIN",
    "[<] Received 3 bytes:",
    "    Raw bytes: b'bye'",
    "    Hex: 627965",
    "    Text: bye",
    "[<] Received FIN-ACK",
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
  assertEquals(out.lines.slice(0, 9), [...HANDSHAKE, ...DELIVERY]);
  assertEquals(out.lines.slice(9).map((line) => line.replace(/ \(.*/, "")), [
    "[<] Received FIN",
    "[>] Sending ACK",
    "[>] Sending FIN",
    "[<] Received ACK of our FIN",
    "[+] Connection closed",
  ]);
});

Deno.test("only the first segment that acknowledges the peer's FIN is told", async () => {
  const { session, simulation, out } = prepare(message("x".repeat(20_000)), {
    buffers: { sendBuffer: 4_000 },
  });
  let delivered = 0;
  simulation.program = (peer, now) => {
    if (peer.state === "ESTABLISHED") peer.shutdown(now);
    delivered += readAndClose(peer, now).length;
  };
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(delivered, 20_000);
  assertEquals(out.lines.slice(9).map((line) => line.replace(/ \(.*/, "")), [
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
  assertEquals(out.lines.slice(9).map((line) => line.replace(/ \(.*/, "")), [
    "[>] Sending FIN",
    "[<] Received FIN",
    "[>] Sending ACK",
    "[<] Received ACK of our FIN",
    "[+] Connection closed",
  ]);
});

Deno.test("quiet, a success prints nothing and a repetition is not told", async () => {
  const { session, simulation, out, err } = prepare({}, {}, true);
  simulation.fromClient = loseFirst((segment) => segment.payload.length > 0);
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals([out.text, err.text], ["", ""]);
});

Deno.test("a message without octets is not sent", async () => {
  const { session, out } = prepare(message(""));
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines.slice(5, 7), ["[*] No data to send", "[>] Sending FIN (seq=123456790)"]);
});

Deno.test("a message with control characters is one line", async () => {
  const { session, out } = prepare(message("GET / HTTP/1.0\r\n\r\n"));
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines[5], "[>] Sending data: GET / HTTP/1.0\\r\\n\\r\\n");
});

Deno.test("a message longer than the send buffer is delivered whole", async () => {
  const text = "0123456789".repeat(5_000);
  const { session, simulation, out } = prepare(message(text), { buffers: { sendBuffer: 4_000 } });
  let delivered = "";
  simulation.program = (peer, now) => void (delivered += readAndClose(peer, now));
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(delivered === text, true);
  assertEquals(out.lines[6], "[*] Data sent successfully");
});

Deno.test("of much that the peer sends, the beginning is shown and the rest counted", async () => {
  const { session, simulation, out } = prepare();
  const flood = new Uint8Array(100_000).fill(0x41);
  let offset = 0;
  simulation.program = (peer, now) => {
    if (peer.state === "ESTABLISHED" || peer.state === "CLOSE-WAIT") {
      if (offset < flood.length) offset += peer.send(flood.subarray(offset), now);
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

Deno.test("TIME-WAIT is kept for as long as asked, and acknowledges a repeated FIN", async () => {
  const { session, simulation, out } = prepare({ timeWait: seconds(3) });
  simulation.fromClient = loseFirst((segment) =>
    segment.payload.length === 0 && segment.flags === Flag.ack && simulation.client.state === "TIME-WAIT"
  );
  assertEquals(await session.run(), ExitCode.ok);
  assertEquals(out.lines.at(-1), "[*] Staying in TIME-WAIT for 3 s");
  assertEquals(simulation.peer.state, "CLOSED");
  assertEquals(simulation.now - 5_000_000 > 3_000_000, true);
});
