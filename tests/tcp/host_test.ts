import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type Endpoint, type IpAddress, parseAddress } from "../../tcp/base/address.ts";
import { Event } from "../../tcp/base/events.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { Host } from "../../tcp/host/host.ts";
import { IcmpError } from "../../tcp/base/icmp_error.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { NEVER } from "../../tcp/base/units.ts";
import {
  at,
  HERE,
  HERE_IPV6,
  IRS,
  ISS,
  newHost,
  PLAIN,
  SECRET,
  segmentOf,
  sentBy,
  THERE,
  THERE_IPV6,
  wordsOf,
} from "./exchange.ts";

const NOW = at(0);
const SERVER: Endpoint = { address: HERE, port: 80 };
const OTHER: Endpoint = { address: THERE.address, port: 444 };

/** The SYN that opens a connection from `from` to `to`. */
function synFrom(from: Endpoint, to: Endpoint): Segment {
  return segmentOf(from, to, { flags: Flag.syn, seq: IRS });
}

/** The ACK that ends such a handshake, or what comes after it. */
function ackFrom(from: Endpoint, to: Endpoint, length = 0): Segment {
  return segmentOf(from, to, { flags: Flag.ack, seq: IRS + 1, ack: ISS + 1, length });
}

/** A peer opens a connection; what is sent meanwhile is the handshake only. */
function open(host: Host, from: Endpoint, to: Endpoint): void {
  host.segmentArrives(synFrom(from, to), NOW);
  sentBy(host, NOW);
  host.segmentArrives(ackFrom(from, to), NOW);
  sentBy(host, NOW);
}

Deno.test("what is no port and no backlog is refused, at either end", () => {
  const host = new Host({ addresses: [HERE], secret: SECRET, config: PLAIN });
  for (const none of [-1, 1.5, 65_536, 70_000, NaN]) {
    assertThrows(() => host.listen({ port: none }), RangeError, `Cannot listen on port ${none}`);
    assertThrows(
      () => host.connect({ remote: { ...THERE, port: none } }, NOW),
      RangeError,
      "port from 1 to 65535",
    );
    const from = { address: HERE, port: none };
    assertThrows(() => host.connect({ remote: THERE, local: from }, NOW), RangeError, `from port ${none}`);
  }
  for (const none of [0, -1, 1.5, NaN]) {
    assertThrows(() => host.listen({ port: 80, backlog: none }), RangeError, `a backlog of ${none}`);
  }
});

Deno.test("listening leaves the connections alone that are there, on that port too (MUST-41)", () => {
  const host = newHost();
  const listener = host.listen({ port: 80 });
  open(host, THERE, SERVER);
  const first = listener.accept();
  assertEquals(first?.state, "ESTABLISHED");
  listener.close(NOW);
  assertEquals(first?.state, "ESTABLISHED");
  const second = host.listen({ port: 80 });
  host.segmentArrives(ackFrom(THERE, SERVER, 10), NOW);
  assertEquals(first?.unreadOctets, 10);
  assertEquals(second.accept(), null);
  host.segmentArrives(synFrom(OTHER, SERVER), NOW);
  assertEquals(sentBy(host, NOW).map(({ to, flags }) => `${to} ${flags}`), [
    "198.51.100.7:443 ACK",
    "198.51.100.7:444 SYN,ACK",
  ]);
});

Deno.test("what is undelivered goes down with ACKs, and with a connection that ends, but not for one that has delivered all", () => {
  const host = newHost();
  const [one, two] = [THERE, OTHER].map((peer) => {
    const listener = host.listen({ port: peer.port });
    open(host, peer, { address: HERE, port: peer.port });
    const connection = listener.accept() as Connection;
    connection.send(new Uint8Array(100), NOW);
    return connection;
  }) as [Connection, Connection];
  const seen = [host.undeliveredOctets];
  sentBy(host, NOW);
  const after = { flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 + 100 };
  host.segmentArrives(segmentOf(one.remote, one.local, after), NOW);
  seen.push(host.undeliveredOctets);
  one.abort(NOW);
  sentBy(host, NOW);
  seen.push(host.undeliveredOctets, host.connectionCount);
  two.abort(NOW);
  seen.push(host.undeliveredOctets);
  assertEquals(seen, [200, 100, 100, 1, 0]);
});

Deno.test("a port can be listened on while connections of it are in SYN-SENT and SYN-RECEIVED (MUST-42)", () => {
  const host = newHost();
  const opening = host.connect({ remote: THERE, local: { port: 80 } }, NOW);
  const crossing = host.connect({ remote: OTHER, local: { port: 80 } }, NOW);
  sentBy(host, NOW);
  host.segmentArrives(synFrom(OTHER, SERVER), NOW);
  sentBy(host, NOW);
  assertEquals([opening.state, crossing.state], ["SYN-SENT", "SYN-RECEIVED"]);
  const listener = host.listen({ port: 80 });
  const third: Endpoint = { address: THERE.address, port: 445 };
  open(host, third, SERVER);
  assertEquals(listener.accept()?.remote.port, 445);
  const synAck = { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 };
  host.segmentArrives(segmentOf(THERE, SERVER, synAck), NOW);
  host.segmentArrives(ackFrom(OTHER, SERVER), NOW);
  assertEquals([opening.state, crossing.state], ["ESTABLISHED", "ESTABLISHED"]);
  sentBy(host, NOW);
  assertEquals(listener.accept(), null);
});

Deno.test("the user names the local address of an open; else one of the peer's family is taken (MUST-43)", () => {
  const second = parseAddress("192.0.2.9");
  const host = new Host({ addresses: [HERE, second, HERE_IPV6], secret: SECRET, config: PLAIN });
  host.connect({ remote: THERE, local: { address: second, port: 5_000 } }, NOW);
  host.connect({ remote: THERE, local: { port: 5_001 } }, NOW);
  host.connect({ remote: THERE_IPV6, local: { port: 5_002 } }, NOW);
  assertEquals(sentBy(host, NOW).map(({ from }) => from), [
    "192.0.2.9:5000",
    "192.0.2.1:5001",
    "[2001:db8::1]:5002",
  ]);
  const ipv4Only = new Host({ addresses: [HERE], secret: SECRET, config: PLAIN });
  assertThrows(() => ipv4Only.connect({ remote: THERE_IPV6 }, NOW), RangeError, "no address of that family");
});

Deno.test("a listener with an address takes what comes to that address only, before one without (MUST-43)", () => {
  const second = parseAddress("192.0.2.9");
  const host = new Host({
    addresses: [HERE, second, HERE_IPV6],
    secret: SECRET,
    config: PLAIN,
    isn: () => seqNumber(ISS),
  });
  const anywhere = host.listen({ port: 80 });
  const bound = host.listen({ port: 80, address: second });
  host.listen({ port: 81, address: second });
  host.segmentArrives(synFrom(THERE, { address: second, port: 80 }), NOW);
  assertEquals(bound.hasRoom && anywhere.hasRoom, true);
  host.segmentArrives(synFrom(THERE, { address: HERE, port: 81 }), NOW);
  assertEquals(sentBy(host, NOW).map(({ from, flags }) => `${from} ${flags}`), [
    "192.0.2.1:81 RST,ACK",
    "192.0.2.9:80 SYN,ACK",
  ]);
  anywhere.close(NOW);
  assertEquals(sentBy(host, NOW), [], "The connection is not that listener's");
  bound.close(NOW);
  assertEquals(wordsOf(sentBy(host, NOW)), [
    `RST,ACK ${ISS + 1} ack ${IRS + 1} (0)`,
  ]);
});

Deno.test("a connection keeps the address it began with (MUST-45)", () => {
  const second = parseAddress("192.0.2.9");
  const host = new Host({
    addresses: [HERE, second],
    secret: SECRET,
    config: PLAIN,
    isn: () => seqNumber(ISS),
  });
  const listener = host.listen({ port: 80 });
  const there = { address: second, port: 80 };
  host.segmentArrives(synFrom(THERE, there), NOW);
  const first = sentBy(host, NOW);
  host.segmentArrives(ackFrom(THERE, there), NOW);
  sentBy(host, NOW);
  const connection = listener.accept();
  assert(connection !== null);
  connection.send(new Uint8Array(10), NOW);
  connection.shutdown(NOW);
  // The same peer at the other address is another peer.
  host.segmentArrives(ackFrom(THERE, { address: HERE, port: 80 }, 5), NOW);
  const later = sentBy(host, NOW);
  assertEquals([...first, ...later].map(({ from, flags }) => `${from} ${flags}`), [
    "192.0.2.9:80 SYN,ACK",
    "192.0.2.1:80 RST",
    "192.0.2.9:80 FIN,PSH,ACK",
  ]);
  assertEquals(connection.local.address.octets, second.octets);
  assertEquals(connection.unreadOctets, 0);
});

Deno.test("opens to what is no single host are refused, and nothing is sent (MUST-46)", () => {
  const host = newHost();
  for (
    const text of ["0.0.0.0", "255.255.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "::", "ff02::1"]
  ) {
    const remote = { address: parseAddress(text), port: 80 };
    assertThrows(() => host.connect({ remote }, NOW), RangeError, "name one host", text);
  }
  assertThrows(
    () => host.connect({ remote: { ...THERE, port: 0 } }, NOW),
    RangeError,
    "a port from 1 to 65535",
  );
  assertEquals([sentBy(host, NOW).length, host.connectionCount, host.nextDeadline()], [0, 0, NEVER]);
});

Deno.test("SYNs to addresses that are not ours, of many or of others, are dropped without an answer (MUST-57)", () => {
  const host = newHost();
  host.listen({ port: 80 });
  const addresses: [string, IpAddress][] = [
    "255.255.255.255",
    "192.0.2.255",
    "224.0.0.1",
    "192.0.2.2",
    "127.0.0.1",
  ]
    .map((text) => [text, parseAddress(text)]);
  for (const [text, address] of addresses) {
    host.segmentArrives(synFrom(THERE, { address, port: 80 }), NOW);
    host.segmentArrives(ackFrom(THERE, { address, port: 80 }), NOW);
    assertEquals(sentBy(host, NOW), [], text);
  }
  for (const text of ["ff02::1", "2001:db8::2", "::"]) {
    host.segmentArrives(synFrom(THERE_IPV6, { address: parseAddress(text), port: 80 }), NOW);
    assertEquals(sentBy(host, NOW), [], text);
  }
  host.segmentArrives(synFrom(THERE, SERVER), NOW);
  assertEquals(sentBy(host, NOW).length, 1);
});

Deno.test("SYNs from addresses that cannot be answered are dropped without an answer (MUST-63)", () => {
  const host = newHost();
  host.listen({ port: 80 });
  for (const text of ["0.0.0.0", "255.255.255.255", "224.0.0.1", "239.1.2.3"]) {
    const from = { address: parseAddress(text), port: 443 };
    host.segmentArrives(synFrom(from, SERVER), NOW);
    host.segmentArrives(ackFrom(from, SERVER), NOW);
    assertEquals(sentBy(host, NOW), [], text);
  }
  for (const text of ["::", "ff02::1"]) {
    host.segmentArrives(
      synFrom({ address: parseAddress(text), port: 443 }, { address: HERE_IPV6, port: 80 }),
      NOW,
    );
    assertEquals(sentBy(host, NOW), [], text);
  }
  host.segmentArrives(synFrom({ ...THERE, port: 0 }, SERVER), NOW);
  assertEquals([sentBy(host, NOW).length, host.connectionCount], [0, 0]);
});

/** An ICMP error about a segment numbered `seq` from `from` to `to`. */
function icmpAbout(from: Endpoint, to: Endpoint, seq: number): IcmpError {
  const error = new IcmpError();
  error.kind = "unreachable";
  error.type = 3;
  error.code = 1;
  error.addresses = new Uint8Array([...from.address.octets, ...to.address.octets]);
  error.destinationOffset = from.address.octets.length;
  error.sourcePort = from.port;
  error.destinationPort = to.port;
  error.seq = seqNumber(seq);
  return error;
}

Deno.test("an ICMP error reaches the connection that it quotes, and no other (MUST-54)", () => {
  const host = newHost();
  const local = (port: number): Endpoint => ({ address: HERE, port });
  const first = host.connect({ remote: THERE, local: { port: 5_000 } }, NOW);
  const second = host.connect({ remote: THERE, local: { port: 5_001 } }, NOW);
  const third = host.connect({ remote: OTHER, local: { port: 5_000 } }, NOW);
  sentBy(host, NOW);
  const errors = () => [first, second, third].map((connection) => connection.softError);
  host.icmpArrives(icmpAbout(local(5_002), THERE, ISS), NOW);
  host.icmpArrives(icmpAbout(THERE, local(5_000), ISS), NOW);
  assertEquals(errors(), [null, null, null]);
  host.icmpArrives(icmpAbout(local(5_001), THERE, ISS), NOW);
  assertEquals(errors(), [null, "unreachable", null]);
  host.icmpArrives(icmpAbout(local(5_000), OTHER, ISS), NOW);
  assertEquals(errors(), [null, "unreachable", "unreachable"]);
});

Deno.test("a soft error is an event to be taken or left; nothing else comes of it (MUST-47, SHLD-20)", () => {
  const host = newHost();
  const connection = host.connect({ remote: THERE, local: { port: 5_000 } }, NOW);
  sentBy(host, NOW);
  const deadline = host.nextDeadline();
  host.icmpArrives(icmpAbout({ address: HERE, port: 5_000 }, THERE, ISS), NOW);
  assertEquals([sentBy(host, NOW).length, host.nextDeadline(), connection.state], [0, deadline, "SYN-SENT"]);
  assertEquals(connection.takeEvents(), Event.softError);
  assertEquals(connection.takeEvents(), 0);
  assertEquals(connection.failure, null);
});

Deno.test("a RST for one connection does not touch another of the same port (RFC 9293 3.3.1)", () => {
  const host = newHost();
  const listener = host.listen({ port: 80 });
  for (const peer of [THERE, OTHER]) open(host, peer, SERVER);
  const [first, second] = [listener.accept(), listener.accept()];
  host.segmentArrives(
    segmentOf(THERE, SERVER, { flags: Flag.rst | Flag.ack, seq: IRS + 1, ack: ISS + 1, window: 0 }),
    NOW,
  );
  assertEquals([first?.state, first?.failure?.kind], ["CLOSED", "reset"]);
  assertEquals([second?.state, second?.sndWnd], ["ESTABLISHED", 8_000]);
});

Deno.test("connections that have ended are forgotten, and their ports are free again (RFC 9293 3.10.7.1)", () => {
  const host = newHost();
  host.connect({ remote: THERE, local: { port: 5_000 } }, NOW);
  assertThrows(
    () => host.connect({ remote: THERE, local: { port: 5_000 } }, NOW),
    RangeError,
    "local port 5000 is not free",
  );
  sentBy(host, NOW);
  host.segmentArrives(
    segmentOf(THERE, { address: HERE, port: 5_000 }, { flags: Flag.rst | Flag.ack, seq: 0, ack: ISS + 1 }),
    NOW,
  );
  sentBy(host, NOW);
  assertEquals([host.connectionCount, host.nextDeadline()], [0, NEVER]);
  assertEquals(host.connect({ remote: THERE, local: { port: 5_000 } }, NOW).state, "SYN-SENT");
});

Deno.test("RSTs that wait to be sent to unknown peers are bounded: memory is not the peer's to spend (RFC 5961 7)", () => {
  const host = newHost();
  for (let port = 1; port <= 10_000; port++) host.segmentArrives(ackFrom({ ...THERE, port }, SERVER), NOW);
  const sent = sentBy(host, NOW);
  assert(sent.length > 0 && sent.length <= 64, `${sent.length}`);
  assert(sent.every(({ flags, seq }) => flags === "RST" && seq === ISS + 1));
});

Deno.test("connections send in turns of 32 KiB, so that a busy one does not hold the others up", () => {
  const host = newHost({ congestion: { initialWindow: 200 } });
  const listener = host.listen({ port: 80 });
  for (const peer of [THERE, OTHER]) {
    open(host, peer, SERVER);
    const said = { flags: Flag.ack, seq: IRS + 1, ack: ISS + 1, window: 60_000 };
    host.segmentArrives(segmentOf(peer, SERVER, said), NOW);
  }
  sentBy(host, NOW);
  for (let i = 0; i < 2; i++) listener.accept()?.send(new Uint8Array(50_000), NOW);
  const turns: [string, number][] = [];
  for (const { to, length } of sentBy(host, NOW)) {
    const port = to.slice(-3);
    const last = turns.at(-1);
    if (last?.[0] === port) last[1] += length;
    else turns.push([port, length]);
  }
  assertEquals(turns.map(([port]) => port), ["443", "444", "443", "444"]);
  for (const [, octets] of turns.slice(0, 2)) assert(octets >= 32_768 && octets < 32_768 + 536, `${octets}`);
});

Deno.test("a port is listened on once for each address, whoever made the address (RFC 9293 3.9.1.1)", () => {
  const host = newHost();
  host.listen({ port: 80 });
  host.listen({ port: 80, address: HERE });
  assertThrows(() => host.listen({ port: 80 }), RangeError, "nobody listens");
  assertThrows(
    () => host.listen({ port: 80, address: parseAddress("192.0.2.1") }),
    RangeError,
    "nobody listens",
  );
  assertThrows(() => host.listen({ port: 0 }), RangeError, "from 1 to 65535");
});

Deno.test("a config out of range is refused where it is given, not when the first SYN comes", () => {
  const bad = { sending: { hopLimit: 0 } };
  const host = newHost();
  assertThrows(() => host.listen({ port: 80, config: bad }), RangeError, "hopLimit = 0");
  assertThrows(() => host.connect({ remote: THERE, config: bad }, NOW), RangeError, "hopLimit = 0");
  assertThrows(
    () => new Host({ addresses: [HERE], secret: SECRET, config: bad }),
    RangeError,
    "hopLimit = 0",
  );
  assertThrows(
    () => new Host({ addresses: [HERE], secret: new Uint8Array(15), config: PLAIN }),
    RangeError,
    "16",
  );
  assertEquals(host.connectionCount, 0);
});

Deno.test("a host names each connection of which something has happened once, in that order, and no other", () => {
  const host = newHost();
  const listener = host.listen({ port: 80 });
  const peers = [1, 2, 3, 4].map((port) => ({ address: THERE.address, port }));
  for (const peer of peers) open(host, peer, SERVER);
  const accepted = peers.map(() => listener.accept());
  const named = (): (number | undefined)[] => {
    const ports: (number | undefined)[] = [];
    for (let next = host.nextEventful(); next !== null; next = host.nextEventful()) {
      ports.push(next.remote.port);
      next.takeEvents();
    }
    return ports;
  };
  assertEquals(named(), [1, 2, 3, 4], "what happened before the first question");
  assertEquals(named(), []);
  for (const port of [3, 1, 3]) {
    host.segmentArrives(ackFrom({ address: THERE.address, port }, SERVER, 10), NOW);
    sentBy(host, NOW);
  }
  assertEquals(named(), [3, 1]);
  accepted[1]?.abort(NOW);
  sentBy(host, NOW);
  assertEquals([named(), accepted[1]?.state], [[2], "CLOSED"], "its end too");
});

Deno.test("connections to one of a host's addresses have that address, not copies of it", () => {
  const host = newHost();
  const listener = host.listen({ port: 80 });
  open(host, THERE, SERVER);
  open(host, OTHER, SERVER);
  const [first, second] = [listener.accept(), listener.accept()];
  assert(first !== null && first.local.address === second?.local.address);
  assertEquals(first.remote, THERE);
});

Deno.test("connections between the same two addresses have one copy of both in memory, those of another host their own", () => {
  const addressesOf = (host: Host, ...from: Endpoint[]): Uint8Array[] =>
    from.map((peer) => {
      host.segmentArrives(synFrom(peer, SERVER), NOW);
      const out = new Segment();
      assert(host.transmit(out, NOW));
      assertEquals(out.addresses, new Uint8Array([...HERE.octets, ...peer.address.octets]));
      return out.addresses;
    });
  const elsewhere: Endpoint = { address: parseAddress("192.0.2.99"), port: 1 };
  const host = newHost();
  host.listen({ port: 80 });
  const [first, second, third] = addressesOf(host, THERE, OTHER, elsewhere);
  assertStrictEquals(first, second);
  assert(third !== second);
  const another = newHost();
  another.listen({ port: 80 });
  assert(addressesOf(another, elsewhere)[0] !== third);
});
