/**
 * Situations in which a connection is opened, or is not.
 *
 * @module
 */

import { Connection } from "../../tcp/connection/connection.ts";
import { completeConfig } from "../../tcp/mod.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { seconds } from "../../tcp/base/units.ts";
import { first, type Story } from "./story.ts";
import { ByHand, Refusing } from "./players.ts";
import { CLIENT, SERVER, SERVER_ISS, START } from "./world.ts";

/** An old connection answers the SYN; once our RST has ended it, the next SYN opens a new one (RFC 9293 3.5.1, Figure 9). */
function halfOpen(): ByHand {
  const { syn, ack, fin } = Flag;
  let isOld = true;
  return new ByHand((segment) => {
    if (segment.has(Flag.rst)) isOld = false;
    else if (segment.has(syn)) {
      return isOld ? [{ flags: ack, seq: 301, ack: 500_000_001 }] : [{ flags: syn | ack }];
    } else if (segment.has(fin)) return [{ flags: fin | ack }];
    return segment.payload.length > 0 ? [{ flags: ack }] : [];
  });
}

/** Our SYN meets a peer that opens as well, and thinks better of it. */
function openingAndResetting(): ByHand {
  const { syn, ack, rst } = Flag;
  return new ByHand((_segment, nth) => nth === 1 ? [{ flags: syn }] : [{ flags: rst | ack, ack: 1 }]);
}

/** What comes first answers something else than our SYN. */
function answeringOthers(): ByHand {
  const { syn, ack, fin, rst } = Flag;
  const others = [{ flags: rst | ack, seq: 1, ack: 77 }, { flags: rst, seq: 1 }, {
    flags: syn | ack,
    ack: 5_000,
  }];
  return new ByHand((segment, nth) => {
    if (nth === 1) return others;
    if (segment.has(syn)) return [{ flags: syn | ack }];
    return segment.has(fin) ? [{ flags: fin | ack }] : segment.payload.length > 0 ? [{ flags: ack }] : [];
  });
}

const simultaneous = (): Connection =>
  Connection.connect({
    config: completeConfig(),
    local: SERVER,
    remote: CLIENT,
    isn: () => seqNumber(SERVER_ISS),
  }, START);

const isSyn = ({ segment }: { segment: { has(flags: number): boolean } }): boolean => segment.has(Flag.syn);

/** Its SYN-ACK has no options. */
function usingWhatItDidNotOffer(): ByHand {
  const { syn, ack, fin, ece } = Flag;
  return new ByHand((segment, nth) => {
    if (nth === 1) return [{ flags: syn | ack, permits: 0 }];
    if (segment.has(fin)) return [{ flags: fin | ack }];
    if (segment.payload.length === 0) return [];
    return nth > 3 ? [{ flags: ack }] : [
      { flags: ack, ack: 1, sack: [537, 1_073] },
      { flags: ack | ece, ack: 537, timestamps: [9, 5], ecn: 3 },
    ];
  });
}

/** The situations. */
export const HANDSHAKES: readonly Story[] = [
  { name: "plain", about: "A message is delivered, and the client closes" },
  {
    name: "plain_absolute",
    about: "The same in the header's own numbers, in ASCII",
    absolute: true,
    ascii: true,
  },
  {
    name: "lost_syn",
    about: "The first SYN is lost",
    network: () => ({ meddle: first(true, isSyn) }),
  },
  {
    name: "lost_syn_ack",
    about: "The first SYN-ACK is lost: the SYN arrived",
    network: () => ({ meddle: first(false, isSyn) }),
  },
  { name: "refused", about: "The host answers the SYN with RST", peer: () => new Refusing() },
  {
    name: "silent",
    about: "Nobody answers the SYN",
    job: { connectTimeout: seconds(10) },
    network: () => ({ meddle: () => "lost" }),
  },
  {
    name: "unreachable",
    about: "A router says that the host cannot be reached",
    network: () => ({ meddle: (_leaving, toServer) => toServer ? "unreachable" : null }),
  },
  {
    name: "simultaneous_open",
    about: "Both sides open at the same time",
    core: simultaneous,
  },
  {
    name: "simultaneous_open_lost",
    about: "Both sides open at the same time, and neither hears the other's first answer",
    core: simultaneous,
    network: () => ({ meddle: ({ number }) => number === 2 ? "lost" : null }),
  },
  {
    name: "simultaneous_open_reset",
    about: "Both sides open at the same time, and the peer resets what it has begun",
    peer: openingAndResetting,
  },
  {
    name: "half_open",
    about: "The peer still has an old connection: our RST ends it, and the next SYN opens the new one",
    peer: halfOpen,
  },
  {
    name: "answers_to_others",
    about: "Two RSTs and a SYN-ACK are not of our SYN; then its answer comes",
    peer: answeringOthers,
  },
  {
    name: "not_agreed",
    about: "The peer offers nothing, and uses SACK, timestamps and ECN all the same",
    message: "0123456789".repeat(250),
    peer: usingWhatItDidNotOffer,
  },
];
