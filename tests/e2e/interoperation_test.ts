/** Our client and our library with servers that nobody here wrote: IPv4 and IPv6, octet for octet. */

import { assertEquals } from "@std/assert";
import { executables } from "./executables.ts";
import { PEERS } from "./interoperation_peers.ts";
import { Network } from "./network.ts";
import { complaints, run } from "./process.ts";

const { client } = await executables();
const LIBRARY = new URL("library_exchange.ts", import.meta.url).pathname;
/** Milliseconds, on a busy machine. */
const LONG = 300_000;

/** The commands that send what is in `request` and write what comes into `answer`. */
const OURS: Readonly<
  Record<string, (host: string, port: string, folder: string, sendsFin: boolean) => readonly string[]>
> = {
  "the compiled client": (host, port, folder, sendsFin) => [
    client,
    "-q",
    "-i",
    `${folder}/request`,
    "-o",
    `${folder}/answer`,
    "--force",
    ...sendsFin ? [] : ["--no-fin"],
    host,
    port,
  ],
  "the library": (host, port, folder, sendsFin) => [
    Deno.execPath(),
    "run",
    "--allow-ffi",
    "--allow-read",
    "--allow-write",
    "--no-check",
    LIBRARY,
    host,
    port,
    `${folder}/request`,
    `${folder}/answer`,
    ...sendsFin ? ["fin"] : [],
  ],
};

async function missingOf(programs: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(programs.map((program) => run(["which", program])));
  return programs.filter((_, i) => found[i]?.code !== 0);
}

for (const peer of PEERS) {
  const missing = await missingOf(peer.needs);
  const without = missing.length === 0 ? "" : ` (ignored: no ${missing.join(", no ")} is installed)`;
  Deno.test({
    name: `${peer.name}, by client and library, over IPv4 and IPv6${without}`,
    ignore: missing.length > 0,
    fn: async (t) => {
      const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
      try {
        await using network = await Network.create();
        await using _serving = await peer.start(network, folder);
        await network.listens(peer.port);
        await Deno.writeFile(`${folder}/request`, peer.request());
        for (const host of ["127.0.0.1", "::1"]) {
          for (const [ours, command] of Object.entries(OURS)) {
            await t.step(`${ours}, ${host}`, async () => {
              const exchange = command(host, String(peer.port), folder, peer.sendsFin);
              await using program = network.start(exchange);
              const { code, out, err } = await program.ended(LONG);
              assertEquals([code, out, complaints(err)], [0, "", ""]);
              await peer.check(await Deno.readFile(`${folder}/answer`), folder);
              await Deno.remove(`${folder}/answer`);
            });
          }
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
