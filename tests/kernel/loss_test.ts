/** Packets lost at random between our core and the kernel's TCP, both ways at once: every octet arrives all the same. */

import { assert } from "@std/assert";
import { setInterfaceMtu } from "../../ffi/mod.ts";
import { joinChanges, milliseconds, type PartialConfig, seconds } from "../../tcp/mod.ts";
import {
  boundRetransmissionTimeout,
  sendPersistently,
  setCongestionControl,
  setSegmentationOffload,
  tcpInfo,
} from "../ffi/kernel_tcp.ts";
import { FaultyDevice, type Judge, loses } from "./faulty_device.ts";
import { Link, type Opener, OPENERS } from "./link.ts";
import { kernelTests } from "./network.ts";
import { type Amounts, transfer } from "./transfer.ts";
import { undisturbed } from "./undisturbed.ts";

/** Segments of an ordinary network: loopback's own are so long that few are there to be lost. */
const kernelTest = kernelTests(() => {
  setInterfaceMtu("lo", 1_500);
  setSegmentationOffload("lo", false);
  sendPersistently();
});

/** How much goes while how large a part of the packets is lost. */
const LOSSES: readonly (readonly [name: string, probability: number, octets: number])[] = [
  ["2 MB at 1 %", 0.01, 2_000_000],
  ["500 KB at 5 %", 0.05, 500_000],
  ["50 KB at 20 %", 0.2, 50_000],
];

const PATIENCE = seconds(120);

/** Bounds of the retransmission timeout with which what is lost twice does not take seconds. */
const QUICK = { retransmission: { minRto: milliseconds(100), maxRto: seconds(1) } };

/** What a test of loss may choose. */
interface LossyTransfer {
  readonly opener: Opener;
  readonly amounts: Amounts;
  readonly probability: number;
  readonly seed: number;
  readonly config?: PartialConfig;
  readonly kernelControl?: string;
}

/** Transfers while packets of both directions are lost, from the end of the handshake on. */
async function transferWithLoss(options: LossyTransfer): Promise<FaultyDevice> {
  const { amounts, probability, seed } = options;
  let device: FaultyDevice | undefined;
  using link = await Link.open({
    opener: options.opener,
    config: joinChanges(QUICK, options.config),
    throughDevice: (inner) => device = new FaultyDevice(inner),
    prepare: (socket) => {
      setCongestionControl(socket, options.kernelControl ?? "cubic");
      boundRetransmissionTimeout(socket, 1_000);
    },
  });
  assert(device !== undefined);
  device.outward = loses(probability, seed);
  device.inward = loses(probability, seed + 1_000);
  await transfer(link, amounts, PATIENCE);
  return device;
}

let seed = 1;

for (const [name, probability, octets] of LOSSES) {
  for (const opener of OPENERS) {
    for (const direction of ["up", "down"] as const) {
      const who = opener === "ours" ? "we connect" : "the kernel connects";
      const way = direction === "up" ? "to the kernel" : "from the kernel";
      const options = { opener, amounts: { [direction]: octets }, probability, seed: seed++ };
      kernelTest(`${name} loss go ${way} octet for octet when ${who} (seed ${options.seed})`, async () => {
        const { lostInward, lostOutward } = await transferWithLoss(options);
        assert(lostInward + lostOutward > 0, "something was lost");
      });
    }
  }
}

/** Ways of recovery that the whole tool-box leaves unused. */
const RECOVERIES: readonly (readonly [name: string, config: PartialConfig])[] = [
  ["SACK but without RACK (RFC 6675)", { retransmission: { rack: false, tailLossProbe: false } }],
  ["neither SACK nor timestamps (RFC 6582)", { handshake: { selectiveAck: false, timestamps: false } }],
  ["NewReno's window (RFC 5681)", { congestion: { congestionControl: "reno" } }],
];

for (const [name, config] of RECOVERIES) {
  kernelTest(`500 KB at 2 % loss go both ways octet for octet with ${name}`, async () => {
    const amounts = { up: 500_000, down: 500_000 };
    await transferWithLoss({ opener: "ours", amounts, probability: 0.02, seed: seed++, config });
  });
}

kernelTest("2 MB at 1 % loss come octet for octet from a kernel that sends with bbr", async () => {
  const amounts = { down: 2_000_000 };
  await transferWithLoss({ opener: "ours", amounts, probability: 0.01, seed: 30, kernelControl: "bbr" });
});

/** Which of the segments with data are lost: three holes in one flight. */
const HOLES = [20, 23, 27];

/** Loses the segments with data that have these numbers, the first being 1. */
function losesNumbers(numbers: readonly number[]): Judge {
  let count = 0;
  return ({ payload }) => payload.length > 0 && numbers.includes(++count) ? "lost" : "passes";
}

/** On a busy machine a tail loss probe may come on top, when an answer is late. */
function assertHolesOnly(retransmitted: number): void {
  assert(retransmitted >= HOLES.length && retransmitted <= HOLES.length + 1, `${retransmitted} sent again`);
}

kernelTest(
  "three holes in a flight of the kernel's: our SACK blocks name them, and just they are sent again (RFC 2018)",
  undisturbed(async () => {
    let mostBlocks = 0;
    using link = await Link.open({
      throughDevice: (inner) =>
        new FaultyDevice(inner, {
          inward: losesNumbers(HOLES),
          outward: ({ sackBlockCount }) => {
            mostBlocks = Math.max(mostBlocks, sackBlockCount);
            return "passes";
          },
        }),
      prepare: (socket) => setCongestionControl(socket, "cubic"),
    });
    await transfer(link, { down: 200_000 });
    assert(mostBlocks >= 2, `${mostBlocks} blocks at most`);
    assertHolesOnly(tcpInfo(link.kernel).retransmitted);
  }),
);

kernelTest(
  "three holes in a flight of ours: the kernel's SACK blocks name them, and just they are sent again (RFC 6675)",
  undisturbed(async () => {
    let mostBlocks = 0;
    using link = await Link.open({
      throughDevice: (inner) =>
        new FaultyDevice(inner, {
          outward: losesNumbers(HOLES),
          inward: ({ sackBlockCount }) => {
            mostBlocks = Math.max(mostBlocks, sackBlockCount);
            return "passes";
          },
        }),
    });
    await transfer(link, { up: 200_000 });
    assert(mostBlocks >= 2, `${mostBlocks} blocks at most`);
    assertHolesOnly(link.connection.segmentsRetransmitted);
  }),
);
