import { assert, assertEquals } from "@std/assert";
import { OctetRange } from "../../tcp/buffer/octet_range.ts";
import { controlBlockOf } from "../../tcp/connection.ts";
import { Event } from "../../tcp/events.ts";
import { Flag } from "../../tcp/segment.ts";
import { at, establish, IRS, ISS, sentBy } from "./exchange.ts";
import { InMemory } from "./in_memory.ts";

const NOW = at(0);
const LARGE = new Uint8Array(1 << 20);

/** What a buffer that follows the window takes at least. */
const LEAST = 65_536;

Deno.test("a send buffer takes all it has room for, unless it is to follow the window", () => {
  const { connection } = establish({}, NOW);
  assertEquals([connection.sendRoom, connection.send(LARGE, NOW)], [4 << 20, 1 << 20]);
  assertEquals(connection.sendRoom, 3 << 20);
});

Deno.test("a send buffer that follows the window takes two windows, the smaller of both sides', and never more than its size", () => {
  const { connection, arrive } = establish({ sendBufferFollowsWindow: true, initialWindow: 1_000 }, NOW);
  assertEquals(connection.sendRoom, LEAST, "the peer's window is 8,000");
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1, window: 60_000 }, NOW);
  assertEquals(connection.sendRoom, 120_000);
  const range = new OctetRange();
  assertEquals(connection.reserve(200_000, range), 120_000);
  assertEquals(connection.send(LARGE, NOW), 120_000);
  assertEquals([connection.send(LARGE, NOW), connection.reserve(1, range)], [0, 0]);
  const small = establish({ sendBufferFollowsWindow: true, sendBuffer: 10_000 }, NOW).connection;
  assertEquals([small.sendRoom, small.send(LARGE, NOW)], [10_000, 10_000]);
});

Deno.test("a send buffer that follows the window is writable again as text is acknowledged", () => {
  const { connection, arrive } = establish({ sendBufferFollowsWindow: true, initialWindow: 1_000 }, NOW);
  assertEquals(connection.send(LARGE, NOW), LEAST);
  sentBy(connection, NOW);
  connection.takeEvents();
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 537 }, NOW);
  assert((connection.takeEvents() & Event.writable) !== 0);
  assertEquals(connection.send(LARGE, NOW), 536);
  assertEquals(connection.sendRoom, 0);
  // The window alone makes room; it is news with the next acknowledgement, which what it lets out will draw.
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 537, window: 65_535 }, NOW);
  assertEquals(connection.sendRoom, 2 * 65_535 - LEAST);
});

Deno.test("a transfer with a send buffer that follows the window is as it was, in less memory", () => {
  const buffers = { sendBuffer: 4 << 20, receiveBuffer: 1 << 18, receiveBufferMax: 1 << 18 };
  const plain = new InMemory(buffers);
  const following = new InMemory({ ...buffers, sendBufferFollowsWindow: true });
  plain.run(20_000);
  following.run(20_000);
  assertEquals(following.sender.octetsAcknowledged, plain.sender.octetsAcknowledged);
  const capacities = [plain, following].map(({ sender }) => controlBlockOf(sender).sender.ring.capacity);
  assertEquals(capacities, [4 << 20, 1 << 19]);
});
