/** Paths whose router drops long packets without telling, whoever sends them (RFC 4821): ten megabytes arrive, in both families. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { digest, pattern, startHasher } from "./bulk.ts";
import { executables } from "./executables.ts";
import { nft, Path, PATH_ADDRESSES } from "./path.ts";
import { run } from "./process.ts";
import { discarding, PORT } from "./upload.ts";

const { client, server } = await executables();
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

/** Our client receives {@link MUCH} octets of the pattern. */
async function download(path: Path, address: string): Promise<void> {
  const command = [client, "--receive", "--hash", "sha256", address, String(PORT)];
  const { code, out, err } = await path.near.run(command);
  assertEquals(code, 0, err);
  assertStringIncludes(out + err, await digest(pattern(MUCH)));
}

for (const family of ["IPv4", "IPv6"] as const) {
  const { far: address } = PATH_ADDRESSES[family];

  for (const mtu of [1_280, 1_400]) {
    Deno.test(`${family}: ten megabytes pass a router that drops what is above ${mtu} octets without telling, in no more than twice the kernel's time`, async () => {
      await using path = await narrow(mtu);
      const kernel = await kernelTime(path, address);
      await using hasher = await startHasher(path.far, address, PORT, await digest(pattern(MUCH)));
      const began = performance.now();
      const { code, err } = await path.near.run([
        client,
        "-v",
        "--send-bytes",
        String(MUCH),
        address,
        String(PORT),
      ]);
      const ours = (performance.now() - began) / 1_000;
      assertEquals(code, 0, err);
      assertEquals((await hasher.ended()).out, `correct ${MUCH}\n`);
      assert(ours <= MOST_RATIO * kernel, `${ours} s, where the kernel takes ${kernel}`);
      assertStringIncludes(
        err,
        "Small packets pass, those of 1500 octets do not: a router drops them without telling (PMTU black hole); going on with 1280",
      );
    });
  }

  Deno.test(`${family}: ten megabytes come from a kernel that finds out about such a router itself`, async () => {
    await using path = await narrow(1_400);
    await using serving = path.far.start([
      server,
      "-q",
      "--host",
      address,
      "--mode",
      `source=${MUCH}`,
      "--count",
      "1",
    ]);
    await path.far.listens(PORT);
    await download(path, address);
    assertEquals((await serving.ended()).code, 0);
  });

  Deno.test(`${family}: ten megabytes of our own server pass such a router`, async () => {
    await using path = await narrow(1_400);
    await using serving = path.far.start([
      server,
      "--stack",
      "rawtcp",
      "--host",
      address,
      "--mode",
      `source=${MUCH}`,
      "--count",
      "1",
    ]);
    await serving.shows("listening");
    await download(path, address);
  });
}
