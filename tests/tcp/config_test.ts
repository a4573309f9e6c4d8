import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { frozenConfig, STANDARD, type TcpConfig, validatedConfig } from "../../tcp/config/config.ts";
import { Host } from "../../tcp/host/host.ts";
import { FREEBSD, LINUX, PROFILES } from "../../tcp/config/profiles.ts";
import { instant, micros, milliseconds, seconds } from "../../tcp/base/units.ts";
import { SECRET } from "./exchange.ts";

const profiles = Object.entries(PROFILES);

Deno.test("every profile is valid", () => {
  for (const [name, config] of profiles) assertEquals(validatedConfig(config), config, name);
});

Deno.test("no ACK can be delayed for 0.5 s, by any profile or by hand (MUST-40)", () => {
  for (const [name, config] of profiles) assert(config.delayedAckTime < milliseconds(500), name);
  assertEquals(validatedConfig({ ...STANDARD, delayedAckTime: milliseconds(499) }).delayedAckTime, 499_000);
  assertThrows(
    () => validatedConfig({ ...STANDARD, delayedAckTime: milliseconds(500) }),
    RangeError,
    "Cannot use delayedAckTime = 500000: give a whole number from 0 to 499000",
  );
});

Deno.test("R1 is at least three retransmissions in every profile (SHLD-10)", () => {
  for (const [name, config] of profiles) assert(config.retriesUntilDoubt >= 3, name);
});

Deno.test("R2 for text is at least 100 s: the time-outs until then add up to more (SHLD-11)", () => {
  for (const [name, config] of profiles) {
    let total = 0;
    let timeout: number = config.minRto;
    for (let i = 0; i <= config.retriesUntilClose; i++) {
      total += timeout;
      timeout = Math.min(2 * timeout, config.maxRto);
    }
    assert(total >= seconds(100), `${name}: ${total}`);
  }
});

Deno.test("an open goes on for three minutes in the standard's profile (MUST-23)", () => {
  assert(STANDARD.connectTimeout >= seconds(180));
});

Deno.test("keep-alive is off in the standard's profile, begins after two hours, and never rests on one probe (MUST-25, MUST-28, MUST-29)", () => {
  assertEquals([STANDARD.keepAlive, LINUX.keepAlive, FREEBSD.keepAlive], [false, false, true]);
  for (const [name, config] of profiles) {
    assert(config.keepAliveIdle >= seconds(7_200), name);
    assert(config.keepAliveProbes > 1, name);
  }
  assertThrows(
    () => validatedConfig({ ...STANDARD, keepAliveProbes: 1 }),
    RangeError,
    "keepAliveProbes = 1: give a whole number from 2",
  );
});

Deno.test("a value out of range is refused by its field's name, one at the edge is not", () => {
  const rows: [changes: Partial<TcpConfig>, message: string | null][] = [
    [{ mss: 65_495 }, null],
    [{ initialRto: micros(0) }, "initialRto = 0: give a whole number from 1000"],
    [{ maxRto: micros(0) }, "maxRto = 0: give a whole number from 1000"],
    [{ sendBuffer: 1.5 }, "sendBuffer = 1.5: give a whole number from 1"],
    [{ mss: 65_496 }, "mss = 65496: give a whole number from 0 to 65495"],
    [{ mtu: 68 }, null],
    [{ mtu: 67 }, "mtu = 67"],
    [{ hopLimit: 255 }, null],
    [{ hopLimit: 256 }, "hopLimit = 256: give a whole number from 1 to 255"],
    [{ hopLimit: 0 }, "hopLimit = 0"],
    [{ dscp: 63 }, null],
    [{ dscp: 64 }, "dscp = 64"],
    [{ initialWindow: 0 }, "initialWindow = 0"],
    [{ sendBuffer: 0 }, "sendBuffer = 0"],
    [{ timeWait: micros(-1) }, "timeWait = -1"],
    [{ userTimeout: micros(NaN) }, "userTimeout = NaN"],
    [{ windowScale: 14 }, null],
    [{ windowScale: "auto" }, null],
    [{ windowScale: 15 }, 'windowScale = 15: give 0 to 14, or "auto"'],
    [{ receiveBuffer: 2, receiveBufferMax: 2 }, null],
    [{ receiveBuffer: 2, receiveBufferMax: 1 }, "receiveBufferMax = 1: give at least receiveBuffer, 2"],
    [{ minRto: seconds(60), maxRto: seconds(60) }, null],
    [{ minRto: seconds(61), maxRto: seconds(60) }, "minRto = 61000000: give at most maxRto, 60000000"],
    [{ timestampTick: milliseconds(1) }, null],
    [{ timestampTick: micros(999) }, "timestampTick = 999"],
    [{ timestampTick: seconds(1.1) }, "timestampTick = 1100000"],
  ];
  for (const [changes, message] of rows) {
    const config = { ...STANDARD, ...changes };
    if (message === null) assertEquals(validatedConfig(config), config);
    else assertThrows(() => validatedConfig(config), RangeError, `Cannot use ${message}`);
  }
});

Deno.test("a config that was found good and is changed afterwards is judged anew", () => {
  const config: { -readonly [Field in keyof TcpConfig]: TcpConfig[Field] } = { ...STANDARD };
  assertEquals(validatedConfig(config), config);
  const frozen = frozenConfig(config);
  config.hopLimit = 0;
  assertThrows(() => validatedConfig(config), RangeError, "hopLimit = 0");
  assertThrows(() => frozenConfig(config), RangeError, "hopLimit = 0");
  assertEquals(frozen, STANDARD);
  // One that is merely frozen has been judged by nobody.
  assertThrows(() => validatedConfig(Object.freeze(config)), RangeError, "hopLimit = 0");
});

Deno.test("nobody can change a frozen config, nor make one that is out of range, whatever a getter says first", () => {
  const frozen = frozenConfig(STANDARD);
  assertEquals([frozen, frozenConfig(frozen) === frozen], [STANDARD, true]);
  assert(frozen !== STANDARD && Object.isFrozen(frozen));
  const source = { config: frozen };
  assertThrows(() => Object.assign(source.config, { hopLimit: 0 }), TypeError);
  let reads = 0;
  const fickle: TcpConfig = {
    ...STANDARD,
    get hopLimit(): number {
      return reads++ === 0 ? 64 : 0;
    },
  };
  assertEquals([frozenConfig(fickle).hopLimit, frozenConfig(STANDARD).hopLimit], [64, 64]);
  assertThrows(() => frozenConfig(fickle), RangeError, "hopLimit = 0");
});

Deno.test("a host validates its config once, whatever becomes of it later, and each that a connection brings", () => {
  const config: { -readonly [Field in keyof TcpConfig]: TcpConfig[Field] } = { ...STANDARD };
  const host = new Host({ addresses: [parseAddress("192.0.2.1")], secret: SECRET, config });
  const remote = { address: parseAddress("192.0.2.2"), port: 9 };
  config.hopLimit = 0;
  const { entries } = Object;
  let judged = 0;
  Object.entries = (object: object) => {
    judged++;
    return entries(object);
  };
  try {
    const opened = Array.from({ length: 10 }, () => host.connect({ remote }, instant(0)));
    assertEquals([opened.length, judged], [10, 0]);
    assertEquals(opened.map((connection) => connection.config.hopLimit), new Array(10).fill(64));
    assertThrows(() => host.connect({ remote, config }, instant(0)), RangeError, "hopLimit = 0");
    assertThrows(() => host.listen({ port: 9, config }), RangeError, "hopLimit = 0");
    assertEquals(judged, 2);
  } finally {
    Object.entries = entries;
  }
});

Deno.test("every profile has every field: what one names, all name", () => {
  const fields = Object.keys(STANDARD).toSorted();
  for (const [name, config] of profiles) {
    assertEquals(Object.keys(config).toSorted(), fields, name);
    for (const [field, value] of Object.entries(config)) {
      assertEquals(
        typeof value === typeof STANDARD[field as keyof TcpConfig] || field === "windowScale",
        true,
        field,
      );
    }
  }
});
