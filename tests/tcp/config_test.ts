import { assert, assertEquals, assertThrows } from "@std/assert";
import { STANDARD, type TcpConfig, validatedConfig } from "../../tcp/config.ts";
import { FREEBSD, LINUX, PROFILES } from "../../tcp/profiles.ts";
import { micros, milliseconds, seconds } from "../../tcp/units.ts";

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
