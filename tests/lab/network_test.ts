import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  after,
  type Connection,
  decodeIcmpPacket,
  decodePacket,
  Host,
  IcmpError,
  instant,
  type Listener,
  micros,
  milliseconds,
  parseAddress,
  seconds,
  Segment,
} from "../../tcp/mod.ts";
import { type Core, type LinkPlan, Network, type Packet, type PacketEvent } from "../../lab/mod.ts";

const CLIENT = "192.0.2.1";
const SERVER = "192.0.2.2";
const PORT = 80;
const START = instant(0);

/** Two hosts over a link, and what became of every packet. */
interface Pair {
  readonly network: Network;
  readonly client: Host;
  readonly server: Host;
  readonly listener: Listener;
  readonly events: { event: PacketEvent; packet: Packet; at: number }[];
}

function pair(forth: Partial<LinkPlan>, back: Partial<LinkPlan> = forth, seed = 1): Pair {
  const events: Pair["events"] = [];
  const network = new Network({ seed, onPacket: (event, packet, at) => events.push({ event, packet, at }) });
  const client = network.addHost(CLIENT);
  const server = network.addHost(SERVER);
  network.join(client, server, forth, back);
  return { network, client, server, listener: server.listen({ port: PORT }), events };
}

/** Sends octets from client to server, closes, and returns what arrived. */
function download({ network, client, listener }: Pair, text: Uint8Array): Uint8Array {
  const remote = { address: parseAddress(SERVER), port: PORT };
  const sender = client.connect({ remote }, network.now);
  const buffer = new Uint8Array(100_000);
  const parts: Uint8Array[] = [];
  let receiver: Connection | null = null;
  let sent = 0;
  const isDone = (): boolean => {
    const { now } = network;
    receiver ??= listener.accept();
    if (sender.state === "ESTABLISHED" && sent < text.length) {
      sent += sender.send(text.subarray(sent), now);
      if (sent === text.length) sender.shutdown(now);
    }
    if (receiver === null) return false;
    for (;;) {
      const taken = receiver.receive(buffer, now);
      if (taken === null) receiver.close(now);
      if (taken === null || taken === 0) return taken === null;
      parts.push(buffer.slice(0, taken));
    }
  };
  assert(network.runUntil(isDone, instant(600e6)), "the text arrives");
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const TEXT = Uint8Array.from({ length: 60_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

Deno.test("two hosts over a perfect link exchange a text; a packet takes the link's delay", () => {
  const it = pair({ delay: milliseconds(30) });
  assertEquals(download(it, TEXT), TEXT);
  const [syn] = it.events;
  const arrived = it.events.find(({ event }) => event === "arrived");
  assertEquals([syn?.event, syn?.at, arrived?.at], ["sent", 0, 30_000]);
  assertEquals(arrived?.packet.octets, syn?.packet.octets);
  assertEquals(arrived?.packet.to, it.server);
});

Deno.test("a text arrives through loss, reordering, duplication and damage, and the same seed makes the same run", () => {
  const trouble = {
    loss: 0.05,
    duplicate: 0.05,
    corrupt: 0.05,
    reorder: 0.1,
    reorderDelay: milliseconds(20),
  };
  const run = (seed: number): string[] => {
    const it = pair(trouble, trouble, seed);
    assertEquals(download(it, TEXT), TEXT);
    return it.events.map(({ event, at, packet }) => `${event} ${at} ${packet.octets.length}`);
  };
  const [first, again, other] = [run(5), run(5), run(6)];
  assertEquals(first, again);
  assert(other.join() !== first.join(), "another seed makes another run");
  for (const event of ["lost", "damaged"]) assert(first.some((it) => it.startsWith(event)), event);
});

Deno.test("faults on request: a list says what becomes of the first packets", () => {
  const it = pair({ fates: ["is lost", "arrives", "comes twice"] }, {});
  download(it, TEXT.subarray(0, 10));
  const forth = it.events.filter(({ packet }) => packet.from === it.client);
  assertEquals(forth.slice(0, 3).map(({ event, at }) => [event, at]), [
    ["sent", 0],
    ["lost", 0],
    ["sent", 1_000_000], // RFC 6298 2.1: the SYN is repeated after a second.
  ]);
  const arrivals = forth.filter(({ event }) => event === "arrived");
  assertEquals(arrivals[1]?.packet.octets, arrivals[2]?.packet.octets, "the second that left came twice");
});

Deno.test("faults on request: a judge is asked of each packet, and leaves the others to chance", () => {
  const sizes: number[] = [];
  const judge = (segment: Segment, index: number) => {
    assertEquals(index, sizes.length);
    sizes.push(segment.payload.length);
    return sizes.filter((size) => size > 0).length === 3 && segment.payload.length > 0
      ? "is lost"
      : undefined;
  };
  const it = pair({ fates: judge }, {});
  assertEquals(download(it, TEXT), TEXT);
  assertEquals(it.events.filter(({ event }) => event === "lost").length, 1);
});

Deno.test("faults on request: an action at a moment changes a link, and a later one mends it", () => {
  const events: PacketEvent[] = [];
  const network = new Network({ onPacket: (event) => events.push(event) });
  const client = network.addHost(CLIENT);
  const server = network.addHost(SERVER);
  const { forth } = network.join(client, server);
  forth.change({ loss: 1 });
  network.at(after(START, seconds(4)), () => {
    assertEquals(network.now, 4_000_000);
    forth.change({ loss: 0 });
  });
  server.listen({ port: PORT });
  const opened = client.connect({ remote: { address: parseAddress(SERVER), port: PORT } }, network.now);
  assert(network.runUntil(() => opened.state === "ESTABLISHED"));
  // SYNs leave at 0, 1, 3 and 7 s.
  assertEquals(network.now, 7_020_000);
  assertEquals(forth.counts.lost, 3);
});

Deno.test("whoever sends a packet that is too big for the link is told by ICMP, and sends smaller ones (RFC 1191)", () => {
  const it = pair({ mtu: 1_000 });
  assertEquals(download(it, TEXT), TEXT);
  const big = it.events.find(({ event }) => event === "too big");
  assertEquals([big?.packet.octets.length, big?.packet.from], [1_500, it.client]);
  const error = new IcmpError();
  const told = it.events.find(({ event, packet }) =>
    event === "arrived" && packet.to === it.client &&
    decodeIcmpPacket(packet.octets, packet.octets.length, error)
  );
  assertEquals([told?.packet.from, error.kind, error.mtu], [it.server, "packet too big", 1_000]);
});

Deno.test("a link that does not tell of packets that are too big is found out (RFC 4821)", () => {
  const it = pair({ mtu: 1_300, tellsTooBig: false });
  assertEquals(download(it, TEXT), TEXT);
  const big = it.events.filter(({ event }) => event === "too big");
  assertEquals([big.length > 2, big[0]?.packet.octets.length], [true, 1_500]);
});

Deno.test("a full queue before the bottleneck drops, and the rate of the bottleneck is kept", () => {
  const it = pair({ octetsPerSecond: 125_000, queue: 5 }, {});
  download(it, TEXT);
  assert(it.events.some(({ event }) => event === "queue full"));
  const octets = it.events.filter(({ event, packet }) => event === "arrived" && packet.to === it.server)
    .reduce((sum, { packet }) => sum + packet.octets.length, 0);
  assert(octets / (it.network.now / 1e6) <= 125_000, `${octets} octets in ${it.network.now} us`);
});

Deno.test("several links: a packet takes the one that leads to its destination", () => {
  const network = new Network();
  const server = network.addHost(SERVER);
  const clients = ["192.0.2.11", "192.0.2.12"].map((address) => network.addHost(address));
  network.join(clients[0] as Core, server, { delay: milliseconds(10) });
  network.join(clients[1] as Core, server, { delay: milliseconds(100) });
  server.listen({ port: PORT });
  const remote = { address: parseAddress(SERVER), port: PORT };
  const opened = clients.map((client) => client.connect({ remote }, network.now));
  assert(network.runUntil(() => opened.every(({ state }) => state === "ESTABLISHED")));
  assertEquals(opened.map(({ latestRtt }) => latestRtt), [micros(20_000), micros(200_000)]);
  server.connect({ remote: { address: parseAddress("192.0.2.99"), port: 1 } }, network.now);
  assertThrows(() => network.step(), RangeError, "No link leads from 192.0.2.2");
});

Deno.test("a segment that holds many is cut into packets, or travels whole", () => {
  const longest = (cutsSegments: boolean): number => {
    let longest = 0;
    const network = new Network({
      onPacket: (_, { octets }) => longest = Math.max(longest, octets.length),
    });
    const config = { congestion: { initialWindow: 10 } };
    const client = network.addHost(CLIENT, { config, segmentLimit: 60_000, cutsSegments });
    const server = network.addHost(SERVER, { config });
    network.join(client, server);
    download({ network, client, server, listener: server.listen({ port: PORT }), events: [] }, TEXT);
    return longest;
  };
  assertEquals(longest(true), 1_500);
  assert(longest(false) > 10_000);
});

Deno.test("what arrives together is taken in before anything is sent (MUST-59), or answered one by one", () => {
  const calls = (isBatched: boolean): string => {
    const network = new Network();
    const client = network.addHost(CLIENT);
    const server = new Host({ addresses: [parseAddress(SERVER)], secret: new Uint8Array(16) });
    let seen = "";
    const core: Core = {
      segmentArrives: (segment, now) => {
        seen += segment.payload.length > 0 ? "<" : "";
        server.segmentArrives(segment, now);
      },
      icmpArrives: (error, now) => server.icmpArrives(error, now),
      timersFire: (now) => server.timersFire(now),
      nextDeadline: () => server.nextDeadline(),
      transmit: (out, now) => {
        const isSent = server.transmit(out, now);
        seen += isSent ? ">" : "";
        return isSent;
      },
    };
    network.attach(core, parseAddress(SERVER), { isBatched });
    network.join(client, core);
    server.listen({ port: PORT });
    const sender = client.connect({ remote: { address: parseAddress(SERVER), port: PORT } }, network.now);
    network.runUntil(() => sender.state === "ESTABLISHED");
    sender.send(TEXT.subarray(0, 4_000), network.now);
    network.runUntil(() => sender.unackedOctets + sender.unsentOctets === 0);
    return seen;
  };
  assertMatch(calls(true), /^><<>/);
  assertMatch(calls(false), /^>(<>)+$/);
});

Deno.test("a run ends where it is told to, and when nothing is left to happen", () => {
  const { network, client } = pair({ loss: 1 });
  assertEquals(network.step(), false, "no packet is under way and no timer runs");
  client.connect({ remote: { address: parseAddress(SERVER), port: PORT } }, network.now);
  assertEquals([network.runUntil(() => false, instant(2_500_000)), network.now], [false, 2_500_000]);
  assertThrows(() => network.join(client, { ...client } as Core), RangeError, "attach it first");
});

Deno.test("every packet that was sent can be read, headers and checksums", () => {
  const it = pair({});
  download(it, TEXT);
  const segment = new Segment();
  for (const { packet } of it.events) {
    assertEquals(decodePacket(packet.octets, packet.octets.length, segment, "strict"), null);
  }
});
