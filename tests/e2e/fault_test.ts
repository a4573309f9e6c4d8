/** Faults on request, on real connections with the kernel's TCP: they happen, and only they, and nothing is lost for good. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";

const { client, server } = await executables();

/** What a fault must leave in the client's lines, and how long it takes at least, ms. */
const FAULTS: readonly (readonly [spec: string, line: RegExp, least: number])[] = [
  ["drop:syn", /Fault drop:syn: our SYN .* is taken away[^]*sending the SYN again/, 1_000],
  // After a second both ends repeat what they sent; whose is first is chance.
  ["in:drop:syn", /Fault in:drop:syn: the peer's SYN-ACK .* is taken away[^]*Received SYN-ACK/, 1_000],
  ["drop:data:1", /our segment with 29 bytes .* is taken away[^]*sending 29 bytes again/, 1_000],
  ["corrupt:data", /our segment with 29 bytes .* is damaged[^]*sending 29 bytes again/, 1_000],
  ["in:corrupt:data", /the peer's segment with 29 bytes .* is damaged/, 150],
  ["drop:fin", /our FIN .* is taken away[^]*sending the FIN again/, 1_000],
  ["delay:100ms", /Connection closed/, 700],
  ["drop:data:2", /Fault drop:data:2 has not happened: there was no such packet/, 0],
];

Deno.test("each fault happens once and is told, and the message is delivered all the same", async () => {
  await using network = await Network.create();
  await using _server = network.start([server, "--mode", "echo", "--quiet"]);
  await network.listens(8888);
  for (const [spec, line, least] of FAULTS) {
    const start = performance.now();
    const { code, out, err } = await network.run(["bash", "-c", `${client} --fault ${spec} 2>&1`]);
    assertEquals(code, 0, `${spec}: ${out}${err}`);
    assertMatch(out, line);
    assertMatch(out, /Text: Hello from custom TCP client!/);
    assert(performance.now() - start >= least, spec);
  }
});

Deno.test("with losses, damage, doubling and reordering at once 3 MB are echoed octet for octet", async () => {
  await using network = await Network.create();
  await using _server = network.start([server, "--mode", "echo", "--quiet"]);
  await network.listens(8888);
  const faults = "drop:2%,corrupt:1%,duplicate:2%,reorder:1%,delay:5ms,jitter:2ms";
  const script = `head -c 3000000 /dev/urandom > /tmp/rawtcp-$$
    ${client} -q -i /tmp/rawtcp-$$ -o - --fault ${faults} --seed 3 | cmp - /tmp/rawtcp-$$ && echo same; rm /tmp/rawtcp-$$`;
  const { out, err } = await network.run(["bash", "-c", script]);
  assertEquals(out, "same\n", err);
});

Deno.test("what was struck stands on its own interface of the capture, and tcpdump reads the file", async () => {
  await using network = await Network.create();
  await using _server = network.start([server, "--quiet"]);
  await network.listens(8888);
  const script = `f=$(mktemp -u -t rawtcp-XXXXXX); ${client} -q --fault drop:data --pcap $f
    tshark -r $f -Y 'frame.interface_name == "rawtcp-lost"' -T fields -e tcp.len -e frame.comment 2> /dev/null
    tcpdump -nn -r $f 2> /dev/null | wc -l; rm $f`;
  const { out, err } = await network.run(["bash", "-c", script]);
  const [lost, lines] = out.trim().split("\n");
  assertEquals(lost, "29\tlost (sent): drop:data", err);
  assert(Number(lines) >= 10, out);
});
