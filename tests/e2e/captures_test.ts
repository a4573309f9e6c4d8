/** tshark reads captures of simulated connections: losses, SACK, both families, odd flags. */

import { assert, assertEquals } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { CaptureWriter } from "../../capture/writer.ts";
import { JsonSink } from "../../trace/json.ts";
import { Recorder } from "../../trace/recorder.ts";
import { FakeConnection } from "../trace/fake_connection.ts";
import { transfer, TwoCores } from "../trace/two_cores.ts";
import { dissect, essence, type JsonSegment } from "./tshark.ts";

/** Writes a capture and the JSON of the same, and compares what tshark says with it. @returns how many segments */
async function compare(act: (recorder: Recorder) => void): Promise<number> {
  const path = await Deno.makeTempFile({ prefix: "rawtcp-", suffix: ".pcapng" });
  try {
    const segments: JsonSegment[] = [];
    const json = new JsonSink((line) => {
      const { kind, segment } = JSON.parse(line) as { kind: string; segment?: JsonSegment };
      if ((kind === "sent" || kind === "arrived") && segment !== undefined) segments.push(segment);
    }, { program: "test", epoch: 0 });
    {
      using file = Deno.openSync(path, { write: true, truncate: true });
      const write = (octets: Uint8Array): void => {
        for (let written = 0; written < octets.length;) written += file.writeSync(octets.subarray(written));
      };
      const options = { program: "test", epoch: 1.7e15, snapLength: 0, payload: true, names: [] };
      const recorder = new Recorder([json], [new CaptureWriter(write, options)], {
        headers: false,
        excerpt: 0,
      });
      act(recorder);
      recorder.finish();
    }
    const { packets, problems } = await dissect(path);
    assertEquals(problems, []);
    assertEquals(packets, segments.map(essence));
    return packets.length;
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("tshark agrees with our JSON on every segment of a transfer with losses and SACK", async () => {
  let noise = 99;
  const lose = ({ number }: { readonly number: number }): boolean => {
    noise = noise * 1_103_515_245 + 12_345 & 0x7fff_ffff;
    return number > 4 && noise % 100 < 4;
  };
  const count = await compare((recorder) => {
    assert(transfer(new TwoCores({ client: recorder, lose, rate: 2e6 }), new Uint8Array(500_000).fill(0x41)));
  });
  assert(count > 400, String(count));
});

Deno.test("the same seen from the side that receives", async () => {
  let noise = 7;
  const lose = ({ number }: { readonly number: number }): boolean => {
    noise = noise * 1_103_515_245 + 12_345 & 0x7fff_ffff;
    return number > 4 && noise % 100 < 4;
  };
  await compare((recorder) => {
    assert(transfer(new TwoCores({ server: recorder, lose, rate: 2e6 }), new Uint8Array(200_000).fill(0x42)));
  });
});

for (const family of [4, 6] as const) {
  Deno.test(`tshark agrees on all flags and an empty window over IPv${family}`, async () => {
    await compare((recorder) => {
      const connection = new FakeConnection(recorder);
      if (family === 6) {
        connection.local = { address: parseAddress("2001:db8::1"), port: 40_000 };
        connection.remote = { address: parseAddress("2001:db8::2"), port: 80 };
      }
      const { syn, ack, psh, urg, ece, cwr, rst } = Flag;
      connection.send(instant(0), "syn", { flags: syn | ece | cwr, seq: 0, mss: 1_440, windowScale: 3 });
      connection.arrive(instant(1), { flags: syn | ack | ece, seq: 0, ack: 1, mss: 1_400, windowScale: 5 });
      connection.state = "ESTABLISHED";
      connection.numbers(1, 1, 1);
      connection.rcvWindowShift = 3;
      connection.sndWindowShift = 5;
      connection.send(instant(2), "handshake-ack", { flags: ack, seq: 1, ack: 1, window: 0 });
      connection.send(instant(3), "urgent-data", {
        flags: ack | urg | psh,
        seq: 1,
        ack: 1,
        urgent: 2,
        data: "ab",
      });
      connection.send(instant(4), "data", { flags: ack | cwr, seq: 3, ack: 1, ecn: 2, data: "odd" });
      connection.arrive(instant(5), { flags: ack | ece, seq: 1, ack: 3, ecn: 3, sack: [4, 6], data: "x" });
      connection.send(instant(6), "reset-abort", { flags: rst | ack, seq: 6, ack: 2 });
    });
  });
}
