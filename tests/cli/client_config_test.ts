import { assertEquals } from "@std/assert";
import { type ClientArguments, parseClientArguments } from "../../cli/client_arguments.ts";
import { clientConfig } from "../../cli/client_config.ts";
import { completeConfig, micros, seconds, toSeconds } from "../../tcp/mod.ts";

async function wanted(...args: readonly string[]): Promise<ClientArguments> {
  const command = await parseClientArguments(args);
  if (command.kind !== "run") throw new Error(command.kind);
  return command.arguments;
}

Deno.test("a lost message is sent again by the retransmission timer alone, and all else is standard", async () => {
  assertEquals(
    clientConfig(await wanted(), false),
    completeConfig({ retransmission: { tailLossProbe: false } }),
  );
});

Deno.test("a bulk transfer has tail loss probes, and keep-alives that find a dead peer after a minute, not before --timeout", async () => {
  const rows: [options: readonly string[], silence: number][] = [
    [[], 60],
    [["--timeout", "5"], 60],
    [["--timeout", "5m"], 300],
    [["--timeout", "24h", "--profile", "linux"], 86_400],
  ];
  for (const [options, silence] of rows) {
    const { closing, retransmission } = clientConfig(await wanted(...options), true);
    const { keepAlive, keepAliveIdle, keepAliveInterval, keepAliveProbes } = closing;
    assertEquals([keepAlive, retransmission.tailLossProbe], [true, true]);
    assertEquals(Math.round(toSeconds(micros(keepAliveIdle + keepAliveProbes * keepAliveInterval))), silence);
  }
});

Deno.test("the time for the handshake is the user's choice", async () => {
  assertEquals(
    clientConfig(await wanted("--connect-timeout", "2.5"), false).handshake.connectTimeout,
    seconds(2.5),
  );
  assertEquals(
    clientConfig(await wanted("--connect-timeout", "2"), true).handshake.connectTimeout,
    seconds(2),
  );
});
