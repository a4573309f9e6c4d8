/**
 * Situations in which a connection is closed, or reset.
 *
 * @module
 */

import { Flag } from "../../tcp/base/segment.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { ByHand } from "./players.ts";
import { first, readAll, type Story } from "./story.ts";
import type { World } from "./world.ts";

/** The peer's program aborts once it has read so many octets. */
function aborting(after: number): (server: Connection, world: World) => void {
  let read = 0;
  return (server, world) => {
    if (server.state === "CLOSED" || server.state === "SYN-RECEIVED") return;
    read += readAll(server, world);
    if (read >= after) server.abort(world.now);
  };
}

/** Its RST is inside our window, but has not the number that we expect; asked, it sends the exact one. */
function resettingInexactly(): ByHand {
  const { syn, ack, rst } = Flag;
  return new ByHand((segment, nth) => {
    if (nth === 1) return [{ flags: syn | ack }];
    if (segment.payload.length > 0) return [{ flags: ack }, { flags: rst, seq: 501 }];
    return nth === 4 ? [{ flags: rst, seq: 1 }] : [];
  });
}

/** The situations. */
export const ENDINGS: readonly Story[] = [
  {
    name: "lost_fin",
    about: "Our FIN is lost once",
    network: () => ({ meddle: first(true, ({ segment }) => segment.has(Flag.fin)) }),
  },
  {
    name: "faults",
    about: "The message and the FIN are each taken away once, on request",
    faults: "drop:data:1 drop:fin:1",
  },
  {
    name: "faults_inbound",
    about: "On request the peer's SYN-ACK is taken away, the first ACK damaged, and its FIN delayed",
    faults: "in:drop:syn in:corrupt:ack:1 in:drop:fin",
  },
  {
    name: "half_close",
    about: "The peer goes on sending after our FIN",
    program: () => (server, world) => {
      readAll(server, world);
      if (server.state !== "CLOSE-WAIT") return;
      server.send(new TextEncoder().encode("And a last word from the server."), world.now);
      server.shutdown(world.now);
    },
  },
  {
    name: "peer_closes_first",
    about: "The peer answers and closes before we do",
    program: () => (server, world) => {
      if (readAll(server, world) === 0 || server.state !== "ESTABLISHED") return;
      server.send(new TextEncoder().encode("Thank you, and goodbye."), world.now);
      server.shutdown(world.now);
    },
  },
  {
    name: "simultaneous_close",
    about: "Both sides close at the same time",
    prepare: (world, server) => world.at(40_000, () => server?.shutdown(world.now)),
    program: () => (server, world) => void readAll(server, world),
  },
  {
    name: "abort",
    about: "The program asks for RST instead of FIN",
    job: { aborts: true },
  },
  {
    name: "reset_in_the_middle",
    about: "The peer's program aborts in the middle of a longer message",
    message: "0123456789".repeat(6_000),
    program: () => aborting(20_000),
  },
  {
    name: "reset_after_ack",
    about: "The peer acknowledges the message, and aborts 5 ms later",
    prepare: (world, server) => world.at(35_000, () => server?.abort(world.now)),
    program: () => (server, world) => void readAll(server, world),
  },
  {
    name: "reset_from_elsewhere",
    about: "Something on the way resets the connection in the peer's name",
    network: () => ({ meddle: first(true, ({ segment }) => segment.payload.length > 0, "reset") }),
    program: () => (server, world) => void readAll(server, world),
  },
  {
    name: "reset_in_one_batch",
    about: "ACK and RST arrive at once",
    prepare: (world, server) => world.at(30_001, () => server?.abort(world.now)),
    network: () => ({ meddle: first(false, ({ number }) => number === 2, { lateBy: 1 }) }),
    program: () => (server, world) => void readAll(server, world),
  },
  {
    name: "reset_challenged",
    about: "A RST has another number than expected, and counts only once the peer confirms it",
    peer: resettingInexactly,
    job: { ending: "answered" },
  },
  {
    name: "fin_before_data",
    about: "The peer's FIN overtakes data before it",
    job: { ending: "peer closed" },
    network: () => ({
      meddle: first(false, ({ segment }) => segment.payload.length > 1_000, { lateBy: 2_000 }),
    }),
    program: () => (server, world) => {
      if (readAll(server, world) === 0 || server.state !== "ESTABLISHED") return;
      server.send(new TextEncoder().encode("0123456789".repeat(200)), world.now);
      server.shutdown(world.now);
    },
  },
  {
    name: "doubled",
    about: "On request the network doubles the message, the SYN-ACK, and the peer's FIN",
    faults: "out:duplicate:data:1 in:duplicate:syn in:duplicate:fin",
  },
];
