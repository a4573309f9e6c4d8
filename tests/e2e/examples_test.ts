/** Each program of examples/ does what its first lines say. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Network } from "./network.ts";
import { until } from "./process.ts";

const TOP = new URL("../../", import.meta.url).pathname;
const PORT = 8000;

/** The command that runs an example. */
function example(name: string, ...args: readonly string[]): readonly string[] {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--allow-ffi",
    "--allow-read",
    `${TOP}examples/${name}.ts`,
    ...args,
  ];
}

Deno.test("every example is short, and run by a test", () => {
  const names = [...Deno.readDirSync(`${TOP}examples`)].map(({ name }) => name).filter((name) =>
    name.endsWith(".ts")
  );
  const tests = Deno.readTextFileSync(new URL(import.meta.url)) +
    [...Deno.readDirSync(`${TOP}tests`)].filter(({ name }) => name === "examples")
      .flatMap(() => [...Deno.readDirSync(`${TOP}tests/examples`)].map(({ name }) => name)).join(" ");
  for (const name of names) {
    const text = Deno.readTextFileSync(`${TOP}examples/${name}`);
    assertStringIncludes(tests, name.replace(/\.ts$/, ""));
    if (!name.startsWith("vegas")) assertEquals(text.trimEnd().split("\n").length < 40, true, name);
  }
});

Deno.test("http_get.ts prints a page, headers first", async () => {
  await using network = await Network.create();
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    await Deno.writeTextFile(`${folder}/page.txt`, "x".repeat(100_000));
    await using _server = network.start([
      "python3",
      "-m",
      "http.server",
      "-d",
      folder,
      "-b",
      "127.0.0.1",
      `${PORT}`,
    ]);
    await network.listens(PORT);
    const page = await network.must(example("http_get", "127.0.0.1", "/page.txt", `${PORT}`));
    assertMatch(page, /^HTTP\/1\.0 200 OK\r\n[^]*\r\n\r\nx{100000}$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("echo_server.ts sends back what the kernel's TCP sends", async () => {
  await using network = await Network.create();
  await using _server = network.start(example("echo_server", `${PORT}`));
  const line = "there and back again\n".repeat(5_000);
  let answer = "";
  await until("an answer", async () => {
    answer = (await network.run(["nc", "-N", "127.0.0.1", `${PORT}`], { input: line })).out;
    return answer !== "";
  });
  assertEquals(answer, line);
});

Deno.test("upload.ts delivers a file octet for octet", async () => {
  await using network = await Network.create();
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    const file = Uint8Array.from({ length: 3_000_000 }, (_, i) => i * 31 + (i >> 9));
    await Deno.writeFile(`${folder}/from`, file);
    await using sink = network.start(["sh", "-c", `exec nc -l 127.0.0.1 ${PORT} >${folder}/to`]);
    await network.listens(PORT);
    await network.must(example("upload", `${folder}/from`, "127.0.0.1", `${PORT}`));
    await sink.ended();
    assertEquals(await Deno.readFile(`${folder}/to`), file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("redis.ts has its commands answered", async () => {
  await using network = await Network.create();
  await using _server = network.start(
    ["redis-server", "--port", `${PORT}`, "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"],
  );
  await network.listens(PORT);
  const answers = await network.must(example("redis", "127.0.0.1", `${PORT}`));
  assertEquals(answers, "+PONG\r\n+OK\r\n$5\r\nhello\r\n:1\r\n+OK\r\n");
});

Deno.test("own_observer.ts tells of states and of what came back", async () => {
  await using network = await Network.create();
  await using _server = network.start(example("echo_server", `${PORT}`));
  let told = "";
  await until("a connection", async () => {
    told = (await network.run(example("own_observer", "127.0.0.1", `${PORT}`))).out;
    return told.includes("ESTABLISHED");
  });
  assertStringIncludes(told, "SYN-SENT to ESTABLISHED (syn-ack-received)\n");
  assertStringIncludes(told, "5 octets came\n");
});

Deno.test("two_cores.ts carries a megabyte through losses without any right", async () => {
  await using network = await Network.create();
  const { out, code } = await network.run([Deno.execPath(), "run", "--quiet", `${TOP}examples/two_cores.ts`]);
  assertMatch(out, /^1000000 octets in [\d.]+ s, [1-9]\d* retransmissions\n$/);
  assertEquals(code, 0);
});

Deno.test("tun_device.ts is a host that curl can reach", async () => {
  await using network = await Network.create();
  await network.must(["ip", "tuntap", "add", "dev", "rawtcp0", "mode", "tun"]);
  await network.must(["ip", "address", "add", "10.9.0.1/24", "dev", "rawtcp0"]);
  await network.must(["ip", "link", "set", "rawtcp0", "up"]);
  await using _host = network.start(example("tun_device"));
  let page = "";
  await until("a page", async () => {
    page = (await network.run(["curl", "-s", "--max-time", "3", "http://10.9.0.2/"])).out;
    return page !== "";
  });
  assertEquals(page, "Segments of my own\n");
});
