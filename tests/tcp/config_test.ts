import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { completeConfig, joinChanges } from "../../tcp/config/complete.ts";
import type { PartialConfig } from "../../tcp/config/config.ts";
import { STANDARD } from "../../tcp/config/standard.ts";
import { Host } from "../../tcp/host/host.ts";
import { FREEBSD, LINUX, PROFILES } from "../../tcp/config/profiles.ts";
import { instant, micros, milliseconds, seconds } from "../../tcp/base/units.ts";
import { SECRET } from "./exchange.ts";

const profiles = Object.entries(PROFILES);

Deno.test("every profile is valid", () => {
  for (const [name, config] of profiles) assertEquals(completeConfig(config), config, name);
});

Deno.test("no ACK can be delayed for 0.5 s, by any profile or by hand (MUST-40)", () => {
  for (const [name, config] of profiles) {
    assert(config.acknowledging.delayedAckTime < milliseconds(500), name);
  }
  assertEquals(
    completeConfig({ acknowledging: { delayedAckTime: milliseconds(499) } }).acknowledging
      .delayedAckTime,
    499_000,
  );
  assertThrows(
    () => completeConfig({ acknowledging: { delayedAckTime: milliseconds(500) } }),
    RangeError,
    "Cannot use acknowledging.delayedAckTime = 500000: give a whole number from 0 to 499000",
  );
});

Deno.test("R1 is at least three retransmissions in every profile (SHLD-10)", () => {
  for (const [name, config] of profiles) assert(config.retransmission.retriesUntilDoubt >= 3, name);
});

Deno.test("R2 for data is at least 100 s: the timeouts until then add up to more (SHLD-11)", () => {
  for (const [name, config] of profiles) {
    let total = 0;
    let timeout: number = config.retransmission.minRto;
    for (let i = 0; i <= config.retransmission.retriesUntilClose; i++) {
      total += timeout;
      timeout = Math.min(2 * timeout, config.retransmission.maxRto);
    }
    assert(total >= seconds(100), `${name}: ${total}`);
  }
});

Deno.test("an open goes on for three minutes in the standard's profile (MUST-23)", () => {
  assert(STANDARD.handshake.connectTimeout >= seconds(180));
});

Deno.test("keep-alive is off in the standard's profile, begins after two hours, and never rests on one probe (MUST-25, MUST-28, MUST-29)", () => {
  assertEquals([STANDARD.closing.keepAlive, LINUX.closing.keepAlive, FREEBSD.closing.keepAlive], [
    false,
    false,
    true,
  ]);
  for (const [name, config] of profiles) {
    assert(config.closing.keepAliveIdle >= seconds(7_200), name);
    assert(config.closing.keepAliveProbes > 1, name);
  }
  assertThrows(
    () => completeConfig({ closing: { keepAliveProbes: 1 } }),
    RangeError,
    "closing.keepAliveProbes = 1: give a whole number from 2",
  );
});

Deno.test("a value out of range is refused by its field's name with its group, one at the edge is not", () => {
  const rows: [changes: PartialConfig, message: string | null][] = [
    [{ handshake: { mss: 65_495 } }, null],
    [
      { retransmission: { initialRto: micros(0) } },
      "retransmission.initialRto = 0: give a whole number from 1000",
    ],
    [{ retransmission: { maxRto: micros(0) } }, "retransmission.maxRto = 0: give a whole number from 1000"],
    [{ buffers: { sendBuffer: 1.5 } }, "buffers.sendBuffer = 1.5: give a whole number from 1"],
    [{ handshake: { mss: 65_496 } }, "handshake.mss = 65496: give a whole number from 0 to 65495"],
    [{ sending: { mtu: 68 } }, null],
    [{ sending: { mtu: 67 } }, "sending.mtu = 67"],
    [{ sending: { hopLimit: 255 } }, null],
    [{ sending: { hopLimit: 256 } }, "sending.hopLimit = 256: give a whole number from 1 to 255"],
    [{ sending: { hopLimit: 0 } }, "sending.hopLimit = 0"],
    [{ sending: { dscp: 63 } }, null],
    [{ sending: { dscp: 64 } }, "sending.dscp = 64"],
    [{ congestion: { initialWindow: 0 } }, "congestion.initialWindow = 0"],
    [{ buffers: { sendBuffer: 0 } }, "buffers.sendBuffer = 0"],
    [{ closing: { timeWait: micros(-1) } }, "closing.timeWait = -1"],
    [{ retransmission: { userTimeout: micros(NaN) } }, "retransmission.userTimeout = NaN"],
    [{ handshake: { windowScale: 14 } }, null],
    [{ handshake: { windowScale: "auto" } }, null],
    [
      { handshake: { windowScale: 15 } },
      'handshake.windowScale = 15: give a whole number from 0 to 14, or "auto"',
    ],
    [{ buffers: { receiveBuffer: 2, receiveBufferMax: 2 } }, null],
    [
      { buffers: { receiveBuffer: 2, receiveBufferMax: 1 } },
      "buffers.receiveBufferMax = 1: give at least buffers.receiveBuffer, 2",
    ],
    [{ retransmission: { minRto: seconds(60), maxRto: seconds(60) } }, null],
    [
      { retransmission: { minRto: seconds(61), maxRto: seconds(60) } },
      "retransmission.minRto = 61000000: give at most retransmission.maxRto, 60000000",
    ],
    [{ sending: { timestampTick: milliseconds(1) } }, null],
    [{ sending: { timestampTick: micros(999) } }, "sending.timestampTick = 999"],
    [{ sending: { timestampTick: seconds(1.1) } }, "sending.timestampTick = 1100000"],
  ];
  for (const [changes, message] of rows) {
    if (message === null) assertEquals(pick(completeConfig(changes), changes), changes);
    else assertThrows(() => completeConfig(changes), RangeError, `Cannot use ${message}`);
  }
});

/** Of `config`, the fields that `like` has. */
function pick(config: object, like: object): object {
  const entries = Object.entries(like).map(([name, value]) => {
    const ours: unknown = Reflect.get(config, name);
    return [name, typeof ours === "object" && ours !== null ? pick(ours, value) : ours];
  });
  return Object.fromEntries(entries);
}

Deno.test("what is no field, no group, no word of a field or of another type is refused, named with its group", () => {
  const rows: [changes: Record<string, object>, message: string][] = [
    [{ retransmission: { minRTO: 1 } }, "retransmission.minRTO: there is no such field"],
    [{ retransmit: { minRto: 1 } }, "retransmit: there is no such group of fields"],
    [{ congestion: { ecn: "on" } }, 'congestion.ecn = on: give one of "off", "accept", "request"'],
    [{ sending: { nagle: 1 } }, "sending.nagle = 1: give true or false"],
    [{ handshake: { mss: "1460" } }, "handshake.mss = 1460: give a whole number from 0 to 65495"],
    [{ handshake: { windowScale: "automatic" } }, "handshake.windowScale = automatic: give a whole number"],
    [{ acknowledging: { quickAcks: null } }, "acknowledging.quickAcks = null: give a whole number"],
  ];
  for (const [changes, message] of rows) {
    assertThrows(() => completeConfig(changes as PartialConfig), RangeError, `Cannot use ${message}`);
  }
});

Deno.test("changes leave everything else of their base as it is, and what is undefined changes nothing", () => {
  const config = completeConfig({ retransmission: { minRto: seconds(2) } }, LINUX);
  assertEquals(config, { ...LINUX, retransmission: { ...LINUX.retransmission, minRto: seconds(2) } });
  const mtu: number | undefined = undefined;
  assertEquals(completeConfig({ sending: { mtu } } as unknown as PartialConfig), STANDARD);
  assertEquals(completeConfig(), STANDARD);
  assertEquals(completeConfig({}, { sending: { mtu: 1_400 } }).sending.mtu, 1_400);
});

Deno.test("of two changes of one field the later one holds, and each keeps what the other does not name", () => {
  const joined = joinChanges({ sending: { mtu: 600, cork: true } }, undefined, {
    sending: { mtu: 700 },
    buffers: { sendBuffer: 9 },
  });
  assertEquals(joined, { sending: { mtu: 700, cork: true }, buffers: { sendBuffer: 9 } });
});

Deno.test("nobody can change a completed config, nor make one that is out of range, whatever a getter says first", () => {
  const source = { sending: { hopLimit: 9 } };
  const config = completeConfig(source);
  source.sending.hopLimit = 0;
  assertEquals(config.sending.hopLimit, 9);
  assert([config, ...Object.values(config)].every((part) => Object.isFrozen(part)));
  assert([STANDARD, ...Object.values(STANDARD)].every((part) => Object.isFrozen(part)));
  assertThrows(() => Object.assign(config.sending, { hopLimit: 0 }), TypeError);
  assertThrows(() => completeConfig(source), RangeError, "sending.hopLimit = 0");
  // One that is merely frozen has been judged by nobody.
  assertThrows(() => completeConfig(Object.freeze({ ...source })), RangeError, "sending.hopLimit = 0");
  let reads = 0;
  const fickle: PartialConfig = {
    sending: {
      get hopLimit(): number {
        return reads++ === 0 ? 63 : 0;
      },
    },
  };
  assertEquals(completeConfig(fickle).sending.hopLimit, 63);
  assertThrows(() => completeConfig(fickle), RangeError, "sending.hopLimit = 0");
});

Deno.test("a host completes its config once; its connections and listeners share it, or bring changes to it", () => {
  const sending = { hopLimit: 9, dscp: 1 };
  const host = new Host({ addresses: [parseAddress("192.0.2.1")], secret: SECRET, config: { sending } });
  const remote = { address: parseAddress("192.0.2.2"), port: 9 };
  sending.hopLimit = 0;
  const [first, second] = [1, 2].map(() => host.connect({ remote }, instant(0)).config);
  assert(first === second);
  assertEquals(completeConfig(first) === first, true);
  const { config } = host.connect({ remote, config: { sending: { dscp: 2 } } }, instant(0));
  assertEquals([config.sending.hopLimit, config.sending.dscp], [9, 2]);
  assertThrows(() => host.connect({ remote, config: { sending } }, instant(0)), RangeError, "hopLimit = 0");
  assertThrows(() => host.listen({ port: 9, config: { sending } }), RangeError, "hopLimit = 0");
});
