/**
 * Situations in which data are lost, late, held back or marked.
 *
 * @module
 */

import { Flag } from "../../tcp/base/segment.ts";
import { seconds } from "../../tcp/base/units.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { ByHand } from "./players.ts";
import { first, readAll, readAndClose, type Story } from "./story.ts";
import type { Leaving, World } from "./world.ts";

const hasText = ({ segment }: Leaving): boolean => segment.payload.length > 0;

/** A message of so many octets. */
export function digits(octets: number): string {
  return "0123456789".repeat(Math.ceil(octets / 10)).slice(0, octets);
}

/** When a server closes that keeps a connection open for a while, on the world's clock. */
const LATER = 1_200_000;

/** The peer's program reads nothing for a while. */
function readingFrom(micros: number): (server: Connection, world: World) => void {
  return (server, world) => {
    if (world.now >= 1_000_000 + micros) readAndClose(server, world);
  };
}

/** An HTTP/1.0 server: after the request it sends so many octets, and closes, not before `closesAt` on the world's clock. */
function answering(octets: number, closesAt = 0): (server: Connection, world: World) => void {
  let sent = 0;
  let read = 0;
  return (server, world) => {
    read += readAll(server, world);
    if (read === 0 || server.state === "CLOSED" || server.state === "LAST-ACK") return;
    if (sent < octets) sent += server.send(new TextEncoder().encode(digits(octets - sent)), world.now);
    if (sent === octets && world.now >= closesAt) server.shutdown(world.now);
  };
}

/** The window closes while data are under way, which are refused; a probe finds it open again. */
function refusing(): ByHand {
  const { syn, ack, fin } = Flag;
  return new ByHand((segment, nth) => {
    if (nth === 1) return [{ flags: syn | ack }];
    const { length } = segment.payload;
    if (segment.has(fin)) return [{ flags: fin | ack }];
    if (length === 0) return [];
    if (nth < 7) return [{ flags: ack, ack: 537, window: 0 }];
    return nth === 7 ? [{ flags: ack, ack: 537 }, { flags: ack, ack: 537 }] : [{ flags: ack }];
  });
}

/** It acknowledges more than was sent, and then what was. */
function acknowledgingTooMuch(): ByHand {
  const { syn, ack, fin } = Flag;
  return new ByHand((segment, nth) => {
    if (nth === 1) return [{ flags: syn | ack }];
    if (segment.has(fin)) return [{ flags: fin | ack }];
    if (segment.payload.length > 0) return [{ flags: ack, ack: 1_030 }];
    return nth === 4 ? [{ flags: ack }] : [];
  });
}

/** Its SACK blocks have no octets, or those that nobody sent, before there is one that is true. */
function reportingNonsense(): ByHand {
  const { syn, ack, fin } = Flag;
  return new ByHand((segment, nth) => {
    if (nth === 1) return [{ flags: syn | ack }];
    if (segment.has(fin)) return [{ flags: fin | ack }];
    if (segment.payload.length === 0) return [];
    return nth > 3 ? [{ flags: ack }] : [
      { flags: ack, ack: 1, sack: [5, 3] },
      { flags: ack, ack: 1, sack: [537, 1_073, 90_000, 91_000] },
    ];
  });
}

/** The situations. */
export const TRANSFERS: readonly Story[] = [
  {
    name: "lost_data",
    about: "The message is lost once",
    network: () => ({ meddle: first(true, hasText) }),
  },
  {
    name: "lost_ack",
    about: "The acknowledgment of the message is lost",
    network: () => ({ meddle: first(false, ({ number }) => number === 2) }),
  },
  {
    name: "lost_tail",
    about: "The last segment of a longer message is lost",
    message: digits(8_000),
    network: () => ({
      meddle: first(true, ({ segment }) => segment.payload.length > 0 && segment.payload.length < 1_448),
    }),
  },
  {
    name: "tail_loss_probe",
    about: "The last segment of a longer message is lost, and a probe brings it",
    message: digits(8_000),
    client: { retransmission: { tailLossProbe: true } },
    network: () => ({
      meddle: first(true, ({ segment }) => segment.payload.length > 0 && segment.payload.length < 1_448),
    }),
  },
  {
    name: "probe_with_new_data",
    about: "A whole flight is lost, and a probe takes data along that were not sent before",
    message: digits(20_000),
    client: { retransmission: { tailLossProbe: true } },
    network: () => ({
      meddle: (leaving, toServer) => toServer && leaving.number >= 3 && leaving.number <= 12 ? "lost" : null,
    }),
  },
  {
    name: "measured",
    about: "A message and a longer answer, measured",
    message: digits(20_000),
    job: { receives: true, isMeasured: true },
    program: () => answering(27_000),
  },
  {
    name: "measured_small_window",
    about: "A longer message for a peer with a small window from the beginning, measured",
    message: digits(20_000),
    server: { buffers: { receiveBuffer: 4_344, receiveBufferMax: 4_344 } },
    job: { isMeasured: true },
  },
  {
    name: "single_octets",
    about: "An octet each way",
    message: "a",
    program: () => answering(1),
  },
  {
    name: "receiving_only",
    about: "We say nothing; the peer's program sends something and closes",
    message: "",
    job: { receives: true },
    program: () => (server, world) => {
      if (server.state !== "CLOSE-WAIT") return;
      server.send(new TextEncoder().encode("Good morning."), world.now);
      server.shutdown(world.now);
    },
  },
  {
    name: "sack_recovery",
    about: "One segment in the middle of many is lost: SACK recovery",
    message: digits(40_000),
    network: () => ({ meddle: first(true, ({ number }) => number === 5) }),
  },
  {
    name: "rto_then_recovery",
    about: "A whole flight is lost but for its last segment, and the retransmission too",
    message: digits(20_000),
    network: () => ({
      meddle: (leaving, toServer) => toServer && leaving.number >= 3 && leaving.number <= 12 ? "lost" : null,
    }),
  },
  {
    name: "timeout_in_parts",
    about:
      "A whole flight is lost; what goes again is acknowledged in parts that measure no round trip, and one is lost",
    message: digits(5_000),
    client: { handshake: { selectiveAck: false, timestamps: false } },
    network: () => ({
      meddle: (leaving, toServer) => toServer && [3, 4, 5, 6, 9].includes(leaving.number) ? "lost" : null,
    }),
  },
  {
    name: "queue_builds_up",
    about:
      "Packets wait before a slow link, longer in each round trip: slow start ends before anything is lost",
    message: digits(300_000),
    network: () => ({ toServer: { octetsPerSecond: 250_000 } }),
  },
  {
    name: "new_reno",
    about: "Two segments of many are lost, by the rules of NewReno: no SACK, no timestamps",
    message: digits(40_000),
    client: {
      handshake: { selectiveAck: false, timestamps: false },
      congestion: { congestionControl: "reno" },
    },
    network: () => ({
      meddle: (leaving, toServer) => toServer && [5, 8].includes(leaving.number) ? "lost" : null,
    }),
  },
  {
    name: "loss_2_percent",
    about: "A path that loses 2 % of the packets, both ways",
    message: digits(150_000),
    network: () => ({ seed: 7, toServer: { loss: 0.02 }, toClient: { loss: 0.02 } }),
  },
  {
    name: "spurious",
    about: "The acknowledgments are late: the retransmission was spurious",
    message: digits(3_000),
    network: () => ({
      meddle: (leaving, toServer) =>
        !toServer && leaving.number >= 2 && leaving.number <= 3 ? { lateBy: 1_300_000 } : null,
    }),
  },
  {
    name: "zero_window",
    about: "The peer's program does not read for five seconds: its window closes",
    message: digits(12_000),
    server: { buffers: { receiveBuffer: 4_344, receiveBufferMax: 4_344 } },
    program: () => readingFrom(5_000_000),
  },
  {
    name: "zero_window_tail",
    about: "The window closes before the last octets: those that wait behind the probe go along with it",
    message: digits(1_500),
    server: { buffers: { receiveBuffer: 1_448, receiveBufferMax: 1_448 } },
    program: () => readingFrom(2_000_000),
  },
  {
    name: "path_mtu",
    about: "A router takes only packets of 1,280 octets and says so",
    message: digits(4_000),
    network: () => ({ toServer: { mtu: 1_280 } }),
  },
  {
    name: "own_mtu",
    about: "The client's own interface takes only packets of 1,400 octets",
    message: digits(4_000),
    network: () => ({ toServer: { mtu: 1_400 }, refusesItself: true }),
  },
  {
    name: "refused_ack",
    about: "A router has no way to the peer just when an ACK without data comes by",
    message: "GET / HTTP/1.0\r\n\r\n",
    job: { ending: "peer closed" },
    program: () => answering(1_000, LATER),
    prepare: (world) => world.at(LATER - 1_000_000, () => {}),
    network: () => ({
      meddle: first(
        true,
        ({ segment, number }) => number > 2 && segment.payload.length === 0 && !segment.has(Flag.fin),
        "unreachable",
      ),
    }),
  },
  {
    name: "black_hole",
    about: "A router drops packets of more than 1,280 octets without telling",
    message: digits(18_000),
    network: () => ({ toServer: { mtu: 1_280, tellsTooBig: false } }),
  },
  {
    name: "black_hole_of_1440",
    about: "A router drops packets of more than 1,440 octets without telling",
    message: digits(24_000),
    network: () => ({ toServer: { mtu: 1_440, tellsTooBig: false } }),
  },
  {
    name: "black_hole_short_tail",
    about: "A router drops packets of more than 1,280 octets without telling, and a short one arrives",
    message: digits(6_000),
    client: { sending: { nagle: false } },
    network: () => ({ toServer: { mtu: 1_280, tellsTooBig: false } }),
  },
  {
    name: "ecn",
    about: "A router marks a packet instead of dropping it",
    message: digits(30_000),
    client: { congestion: { ecn: "request" } },
    server: { congestion: { ecn: "accept" } },
    network: () => ({ meddle: first(true, ({ number }) => number === 6, "marked") }),
  },
  {
    name: "keep_alive",
    about: "The connection is quiet for long, and is watched",
    client: { closing: { keepAlive: true, keepAliveIdle: seconds(10), keepAliveInterval: seconds(5) } },
    program: () => (server, world) => {
      readAll(server, world);
      if (server.state === "CLOSE-WAIT" && world.now >= 1_000_000 + 25_000_000) server.shutdown(world.now);
    },
  },
  {
    name: "gap_and_copy",
    about: "Of what the peer sends one segment is lost, and another late, so that it comes twice",
    message: "GET / HTTP/1.0\r\n\r\n",
    job: { receives: true },
    network: () => ({
      meddle: ({ number }, toServer) =>
        toServer ? null : number === 5 ? "lost" : number === 12 ? { lateBy: 60_000 } : null,
    }),
    program: () => answering(27_000),
  },
  {
    name: "http",
    about: "An answer of 27 KB, and the server closes first",
    message: "GET / HTTP/1.0\r\n\r\n",
    network: () => ({ toClient: { octetsPerSecond: 1_250_000 } }),
    program: () => answering(27_000),
  },
  {
    name: "refused_by_window",
    about: "The window closes while data are under way: they are refused, and go again once it is open",
    message: digits(2_500),
    peer: refusing,
  },
  {
    name: "sack_of_nothing",
    about: "SACK blocks have no octets, or report what was never sent",
    message: digits(2_500),
    peer: reportingNonsense,
  },
  {
    name: "ack_of_unsent",
    about: "The peer acknowledges more than was sent",
    peer: acknowledgingTooMuch,
  },
];
