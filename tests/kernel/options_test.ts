/** What the two SYNs agree to, with the kernel's TCP as it is and with options of it switched off; then data both ways. */

import { assert, assertEquals } from "@std/assert";
import { setInterfaceMtu } from "../../ffi/mod.ts";
import { Option, type PartialConfig } from "../../tcp/mod.ts";
import { setMaximumSegment, setSegmentationOffload, tcpInfo } from "../ffi/kernel_tcp.ts";
import { FaultyDevice } from "./faulty_device.ts";
import { Link, OPENERS } from "./link.ts";
import { kernelTests, type Sysctl, sysctls } from "./network.ts";
import { transfer } from "./transfer.ts";

const kernelTest = kernelTests(() => {
  setInterfaceMtu("lo", 1_500);
  setSegmentationOffload("lo", false);
});

const AMOUNT = 1 << 20;

/** The options in question: our knob, the kernel's, and what both sides call the agreement. */
interface Negotiable {
  readonly name: "timestamps" | "selectiveAck" | "windowScaling";
  readonly sysctl: Sysctl;
}

const NEGOTIABLE: readonly Negotiable[] = [
  { name: "timestamps", sysctl: "tcp_timestamps" },
  { name: "selectiveAck", sysctl: "tcp_sack" },
  { name: "windowScaling", sysctl: "tcp_window_scaling" },
];

/** The options that both sides say they agreed to, which must be the same ones. */
function agreement({ connection, kernel }: Link): readonly string[] {
  const info = tcpInfo(kernel);
  const [ours, theirs] = [connection.agreed, info].map((side) =>
    NEGOTIABLE.filter(({ name }) => side[name]).map(({ name }) => name)
  );
  assertEquals(ours, theirs, "both sides see the same agreement");
  return ours ?? [];
}

async function assertAgreement(
  opener: "ours" | "kernel",
  config: PartialConfig,
  off: readonly Sysctl[],
  expected: readonly string[],
): Promise<void> {
  using _ = sysctls(Object.fromEntries(off.map((name) => [name, "0"])));
  using link = await Link.open({ opener, config });
  assertEquals(agreement(link), expected);
  await transfer(link, { up: AMOUNT, down: AMOUNT });
}

const ALL = NEGOTIABLE.map(({ name }) => name);

for (const opener of OPENERS) {
  const who = opener === "ours" ? "we connect" : "the kernel connects";

  kernelTest(
    `timestamps, SACK and window scaling are agreed to when ${who} (RFC 7323, RFC 2018)`,
    async () => {
      await assertAgreement(opener, {}, [], ALL);
    },
  );

  for (const { name, sysctl } of NEGOTIABLE) {
    const others = ALL.filter((other) => other !== name);
    kernelTest(`a kernel without ${name} gets none when ${who}`, async () => {
      await assertAgreement(opener, {}, [sysctl], others);
    });
    kernelTest(`our side without ${name} is offered none back when ${who}`, async () => {
      await assertAgreement(opener, { handshake: { [name]: false } }, [], others);
    });
  }

  kernelTest(`a kernel with no option but MSS is served when ${who}`, async () => {
    await assertAgreement(opener, {}, NEGOTIABLE.map(({ sysctl }) => sysctl), []);
  });

  kernelTest(
    `our segments keep to the kernel's MSS of 700 when ${who} (RFC 9293 3.7.1, MUST-16)`,
    async () => {
      const longest = { inward: 0, outward: 0 };
      const watched = (inner: ConstructorParameters<typeof FaultyDevice>[0]): FaultyDevice =>
        new FaultyDevice(inner, {
          outward: ({ payload }) => {
            longest.outward = Math.max(longest.outward, payload.length);
            return "passes";
          },
          inward: ({ payload }) => {
            longest.inward = Math.max(longest.inward, payload.length);
            return "passes";
          },
        });
      using link = await Link.open({
        opener,
        throughDevice: watched,
        prepare: (socket) => setMaximumSegment(socket, 700),
      });
      await transfer(link, { up: AMOUNT, down: AMOUNT });
      assertEquals(longest.outward, 700 - 12, "less the timestamps");
      assertEquals(longest.inward, 700 - 12);
      assertEquals(tcpInfo(link.kernel).sendMss, 700 - 12);
    },
  );

  kernelTest(`the kernel's segments keep to our MSS of 200 when ${who} (MUST-14)`, async () => {
    let longest = 0;
    using link = await Link.open({
      opener,
      config: { handshake: { mss: 200 } },
      throughDevice: (inner) =>
        new FaultyDevice(inner, {
          inward: ({ payload }) => {
            longest = Math.max(longest, payload.length);
            return "passes";
          },
        }),
    });
    await transfer(link, { up: 50_000, down: 200_000 });
    assertEquals(longest, 200 - 12);
  });
}

kernelTest(
  "every segment after the handshake carries timestamps once agreed, ours and the kernel's (RFC 7323 3.2)",
  async () => {
    const without = { inward: 0, outward: 0 };
    using link = await Link.open({
      throughDevice: (inner) =>
        new FaultyDevice(inner, {
          outward: (segment) => {
            if (!segment.hasOption(Option.timestamps)) without.outward++;
            return "passes";
          },
          inward: (segment) => {
            if (!segment.hasOption(Option.timestamps)) without.inward++;
            return "passes";
          },
        }),
    });
    await transfer(link, { up: AMOUNT, down: AMOUNT });
    assertEquals(without, { inward: 0, outward: 0 });
  },
);

kernelTest(
  "windows beyond 64 KiB are used in both directions once scaling is agreed (RFC 7323 2)",
  async () => {
    using link = await Link.open({ config: { buffers: { receiveBuffer: 1 << 20 } } });
    await link.until("a window update", () => link.connection.sndWnd > 0);
    assert(link.connection.rcvWnd > 65_535);
    assert(link.connection.sndWindowShift > 0);
    await transfer(link, { up: AMOUNT, down: AMOUNT });
  },
);
