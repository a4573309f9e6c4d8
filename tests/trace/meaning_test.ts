import { assertEquals } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { ARRIVALS } from "../../trace/catalogue.ts";
import { meaningsOf } from "../../trace/meaning.ts";
import { recording } from "./collect.ts";
import { FakeConnection, type Said } from "./fake_connection.ts";

const { ack, cwr, fin, rst, syn, urg, ece, psh } = Flag;
const NOW = instant(0);
/** What the peer says when nothing is new: the connection expects 11 and has 1 to 101 under way in a window of 5000. */
const PLAIN: Said = { flags: ack, seq: 11, ack: 1, window: 5_000 };

/** Both SYNs pass; then the connection stands as in the other cases. */
function shakeHands(connection: FakeConnection, own: Partial<Said>, peer: Partial<Said>): void {
  connection.state = "SYN-SENT";
  connection.numbers(0, 1, null);
  connection.send(NOW, "syn", { flags: syn, seq: 0, ...own });
  connection.arrive(NOW, { flags: syn | ack, seq: 0, ack: 1, ...peer });
  connection.state = "ESTABLISHED";
  connection.numbers(1, 101, 11);
}

type Prepare = (connection: FakeConnection) => void;

const CASES:
  readonly (readonly [name: string, said: Partial<Said>, meanings: readonly string[], prepare?: Prepare])[] =
    [
      ["SYN", { flags: syn, seq: 0 }, ["syn"]],
      ["SYN and ACK", { flags: syn | ack, seq: 0, ack: 1 }, ["syn-ack"]],
      [
        "a SYN-ACK that echoes our first SYN, although we have sent two",
        { flags: syn | ack, seq: 0, ack: 1, timestamps: [9, 5] },
        ["syn-ack", "answers-first-syn"],
        (c) => {
          c.send(NOW, "syn", { flags: syn, seq: 0, timestamps: [5, 0] });
          c.send(NOW, "syn-retransmitted", { flags: syn, seq: 0, timestamps: [7, 0] });
        },
      ],
      [
        "a SYN-ACK that echoes our second SYN: what became of the first is not known",
        { flags: syn | ack, seq: 0, ack: 1, timestamps: [9, 7] },
        ["syn-ack"],
        (c) => {
          c.send(NOW, "syn", { flags: syn, seq: 0, timestamps: [5, 0] });
          c.send(NOW, "syn-retransmitted", { flags: syn, seq: 0, timestamps: [7, 0] });
        },
      ],
      ["RST", { flags: rst | ack }, ["reset"]],
      [
        "an ACK again that reports what was never sent",
        { sack: [900, 1_000] },
        ["repeated-ack", "selective-ack"],
      ],
      [
        "an ACK again whose SACK block has no octets",
        { sack: [60, 60] },
        ["duplicate-ack", "selective-ack-empty"],
      ],
      ["an ACK of something new", { ack: 51 }, ["acknowledges"]],
      ["an ACK of everything, when our FIN has not been sent", { ack: 101 }, ["acknowledges"]],
      [
        "an ACK of our FIN",
        { ack: 102 },
        ["acknowledges-fin"],
        (c) => {
          c.send(NOW, "fin", { flags: fin | ack, seq: 101 });
          c.numbers(1, 102, 11);
        },
      ],
      ["an ACK of what was never sent", { ack: 102 }, ["ack-of-unsent-data"]],
      ["the same ACK again, with the window still closed", { window: 0 }, ["repeated-ack"], (c) => {
        c.sndWnd = 0;
      }],
      ["the same ACK again without SACK blocks, although SACK was agreed on", {}, ["repeated-ack"], (c) => {
        c.send(NOW, "syn", { flags: syn, seq: 0, sackPermitted: true });
        c.arrive(NOW, { flags: syn | ack, seq: 10, ack: 1, sackPermitted: true });
        c.arrive(NOW, PLAIN);
      }],
      ["an ACK short of our FIN", { ack: 101 }, ["acknowledges"], (c) => {
        c.send(NOW, "fin", { flags: fin | ack, seq: 101 });
      }],
      ["the same ACK again while data is under way", {}, ["duplicate-ack"]],
      ["the same ACK again while nothing is under way", {}, ["nothing-new"], (c) => c.numbers(1, 1, 11)],
      ["the same ACK with a larger window: no duplicate", { window: 5_001 }, ["window-grows"]],
      ["the same ACK with data: no duplicate", { data: "a" }, ["data"]],
      ["an ACK older than what we know", { ack: 1 }, ["old-ack"], (c) => c.numbers(51, 101, 11)],
      [
        "an answer to a window probe: no duplicate",
        { window: 0 },
        ["answers-window-probe"],
        (c) => {
          c.sndWnd = 0;
          c.send(NOW, "window-probe", { flags: ack, seq: 1, ack: 11, data: "x" });
        },
      ],
      [
        "an answer to a keep-alive",
        { ack: 101 },
        ["answers-keep-alive"],
        (c) => {
          c.numbers(101, 101, 11);
          c.send(NOW, "keep-alive", { flags: ack, seq: 100, ack: 11 });
        },
      ],
      ["a report of a duplicate below the ACK: no gap", { sack: [0, 1] }, ["duplicate-report"]],
      ["a report of a duplicate before our first number", { sack: [-9, -4] }, ["nothing-new"]],
      ["a duplicate inside of what lies beyond a gap", { sack: [61, 71, 51, 101] }, [
        "duplicate-ack",
        "duplicate-report",
        "selective-ack",
      ]],
      ["SACK blocks", { sack: [51, 101] }, ["duplicate-ack", "selective-ack"]],
      ["a window that opens", { window: 9 }, ["window-opens"], (c) => void (c.sndWnd = 0)],
      ["a window that closes", { window: 0 }, ["window-closes", "window-shrinks"]],
      ["a window that is used up", { ack: 51, window: 0 }, ["acknowledges", "window-closes"], (c) => {
        c.sndWnd = 50;
      }],
      ["a window that ends earlier", { window: 4_999 }, ["window-shrinks"]],
      ["a smaller window in a segment that was overtaken", { window: 20 }, ["nothing-new"], (c) => {
        c.numbers(1, 101, 111);
        c.arrive(NOW, { ...PLAIN, seq: 111 });
        c.numbers(1, 101, 11);
      }],
      ["a larger window in an ACK of what was never sent", { ack: 102, window: 9_000 }, [
        "ack-of-unsent-data",
      ]],
      ["a scaled window that ends earlier by less than its unit", { window: 625 }, ["nothing-new"], (c) => {
        c.sndWindowShift = 3;
        c.sndWnd = 5_007;
      }],
      ["a window that ends where it did", { ack: 51, window: 4_950 }, ["acknowledges"]],
      ["data in order", { data: "abc" }, ["data"]],
      ["data of which a part is new", { seq: 9, data: "abc" }, ["data"]],
      ["data after a gap", { seq: 12, data: "abc" }, ["data-out-of-order"]],
      ["data that we have", { seq: 8, data: "abc" }, ["data-again"]],
      ["a keep-alive without data", { seq: 10, window: 5_001 }, ["probe"]],
      ["a keep-alive with one octet", { seq: 10, data: "x" }, ["probe"]],
      ["data and FIN", { flags: ack | fin | psh, data: "abc" }, ["data", "fin"]],
      ["urgent data", { flags: ack | urg, data: "abc", urgent: 3 }, ["data", "urgent"]],
      ["an echo of congestion", { flags: ack | ece, ack: 51 }, ["acknowledges", "congestion-echo"]],
      ["a mark of congestion", { data: "abc", ecn: 3 }, ["data", "congestion-mark"]],
      [
        "a SACK block, where the SYNs do not agree on SACK,",
        { sack: [60, 70] },
        ["duplicate-ack", "sack-not-agreed"],
        (c) => shakeHands(c, {}, { sackPermitted: true }),
      ],
      [
        "timestamps, where the SYNs do not agree on them,",
        { timestamps: [9, 5], ack: 51 },
        ["acknowledges", "timestamps-not-agreed"],
        (c) => shakeHands(c, { timestamps: [1, 0] }, {}),
      ],
      [
        "ECE, where our SYN does not ask for ECN,",
        { flags: ack | ece, ack: 51 },
        ["acknowledges", "ecn-not-agreed"],
        (c) => shakeHands(c, {}, { flags: syn | ack | ece }),
      ],
      [
        "a congestion mark, where the SYN-ACK does not agree to ECN,",
        { data: "abc", ecn: 3 },
        ["data", "ecn-not-agreed"],
        (c) => shakeHands(c, { flags: syn | ece | cwr }, {}),
      ],
      [
        "SACK and ECE, where the SYNs agree on both,",
        { flags: ack | ece, sack: [60, 70] },
        ["duplicate-ack", "selective-ack", "congestion-echo"],
        (c) =>
          shakeHands(c, { flags: syn | ece | cwr, sackPermitted: true }, {
            flags: syn | ack | ece,
            sackPermitted: true,
          }),
      ],
      [
        "SACK, where a SYN that answers another one of ours offers none,",
        { sack: [60, 70] },
        ["duplicate-ack", "selective-ack"],
        (c) => {
          shakeHands(c, { sackPermitted: true }, { sackPermitted: true });
          c.arrive(NOW, { flags: syn, seq: 5_000 });
        },
      ],
      ["the ACK of our SYN", { ack: 1 }, ["acknowledges-syn"], (c) => {
        c.state = "SYN-RECEIVED";
        c.numbers(0, 1, 11);
      }],
    ];

for (const [name, said, meanings, prepare] of CASES) {
  Deno.test(`${name} means: ${meanings.join(", ")}`, () => {
    const { recorder, seen } = recording();
    const connection = new FakeConnection(recorder);
    connection.state = "ESTABLISHED";
    connection.numbers(1, 101, 11);
    connection.sndWnd = 5_000;
    prepare?.(connection);
    connection.arrive(NOW, { ...PLAIN, ...said });
    const event = seen.of("arrived").at(-1);
    assertEquals(event === undefined ? [] : meaningsOf(event), meanings);
  });
}

Deno.test("every meaning of the catalogue is told of some arrival", () => {
  const told = new Set(CASES.flatMap(([, , meanings]) => [...meanings]));
  assertEquals(Object.keys(ARRIVALS).filter((meaning) => !told.has(meaning)), []);
});
