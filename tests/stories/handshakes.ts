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
import { Refusing } from "./players.ts";
import { CLIENT, SERVER, SERVER_ISS, START } from "./world.ts";

const isSyn = ({ segment }: { segment: { has(flags: number): boolean } }): boolean => segment.has(Flag.syn);

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
    core: () =>
      Connection.connect({
        config: completeConfig(),
        local: SERVER,
        remote: CLIENT,
        isn: () => seqNumber(SERVER_ISS),
      }, START),
  },
];
