/** Paths whose router drops long packets without telling (RFC 4821): how long an upload takes beside the kernel's. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { digest, pattern, startHasher } from "./bulk.ts";
import { executables } from "./executables.ts";
import { nft, Path, PATH_ADDRESSES } from "./path.ts";
import { run } from "./process.ts";
import { discarding, PORT } from "./upload.ts";

const { client } = await executables();
const OFFLOAD = new URL("../ffi/switch_offloads.ts", import.meta.url).pathname;
const MUCH = 10_000_000;

/** Milliseconds; the kernel needs a dozen seconds to find out. */
const KERNEL_PATIENCE = 60_000;

/** How much longer than the kernel with tcp_mtu_probing=1 we may take. */
const MOST_RATIO = 2;

/** Sends so much to a port and reads to the end of the answer, by the kernel's TCP; prints the seconds that it took. */
const KERNEL = `
import socket, sys, time
began = time.time()
connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
connection.sendall(bytes(int(sys.argv[3])))
connection.shutdown(socket.SHUT_WR)
while connection.recv(65536): pass
print(time.time() - began)
`;

/** A path whose router forwards packets of up to `mtu` octets, and says nothing of the others. */
async function narrow(mtu: number): Promise<Path> {
  const path = await Path.create();
  await nft(
    path.router,
    `table inet t { chain c { type filter hook forward priority 0; meta length > ${mtu} drop; }; }`,
  );
  for (const end of [path.near, path.far]) {
    await end.must([Deno.execPath(), "run", "--allow-ffi", OFFLOAD, "cable", "off"]);
    await end.must(["sysctl", "-qw", "net.ipv4.tcp_mtu_probing=1"]);
  }
  return path;
}

/** Seconds that the kernel's TCP takes for {@link MUCH} octets. */
async function kernelTime(path: Path, address: string): Promise<number> {
  await using serving = await discarding(path.far, address);
  const command = path.near.inside(["python3", "-c", KERNEL, address, String(PORT), String(MUCH)]);
  const { out, err } = await run(command, {}, KERNEL_PATIENCE);
  const time = Number(out);
  assert(time > 0, err);
  await serving.ended();
  return time;
}

/** Seconds that our client takes for them, and what it says. */
async function ownTime(
  path: Path,
  address: string,
): Promise<{ readonly time: number; readonly err: string }> {
  await using hasher = await startHasher(path.far, address, PORT, await digest(pattern(MUCH)));
  const began = performance.now();
  const command = [client, "-v", "--send-bytes", String(MUCH), address, String(PORT)];
  const { code, err } = await path.near.run(command);
  const time = (performance.now() - began) / 1_000;
  assertEquals(code, 0, err);
  assertEquals((await hasher.ended()).out, `correct ${MUCH}\n`);
  return { time, err };
}

for (const mtu of [1_280, 1_400]) {
  Deno.test({
    name:
      `ten megabytes pass a router that drops what is above ${mtu} octets without telling, in no more than twice the kernel's time, in both families`,
    ignore: mtu === 1_280 && Deno.env.get("RAWTCP_E2E") !== "full",
    fn: async () => {
      await using path = await narrow(mtu);
      const addresses = [PATH_ADDRESSES.IPv4.far, PATH_ADDRESSES.IPv6.far];
      const kernel = await Promise.all(addresses.map((address) => kernelTime(path, address)));
      for (const [i, address] of addresses.entries()) {
        const { time, err } = await ownTime(path, address);
        assert(time <= MOST_RATIO * (kernel[i] ?? 0), `${time} s, where the kernel takes ${kernel[i]}`);
        assertStringIncludes(
          err,
          "Small packets pass, those of 1500 octets do not: a router drops them without telling (PMTU black hole); going on with 1280",
        );
      }
    },
  });
}
