/**
 * What a situation is, and what the programs of its peers do.
 *
 * @module
 */

import type { ClientJob } from "../../cli/client_job.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import type { PartialConfig } from "../../tcp/mod.ts";
import type { Leaving, Network, Peer, World } from "./world.ts";

/** A situation. */
export interface Story {
  /** Name of the folder with its golden texts. */
  readonly name: string;
  /** What happens, in a line. */
  readonly about: string;
  readonly job?: Partial<ClientJob>;
  /** What the client says. @default the usual message */
  readonly message?: string;
  readonly client?: PartialConfig;
  readonly server?: PartialConfig;
  /** The core that answers. @default one that listens */
  readonly core?: () => Connection;
  /** Who answers instead of a core. */
  readonly peer?: () => Peer;
  /** Made anew for each run: it may count packets. */
  readonly network?: () => Partial<Network>;
  /** Faults between the client and the network, as `--fault` has them. */
  readonly faults?: string;
  /** What the peer's program does, after each step; by default it reads, and closes when the client has. */
  readonly program?: () => (server: Connection, world: World) => void;
  /** Whether numbers are shown as the header has them. */
  readonly absolute?: boolean;
  /** Whether the ladder is to have only characters that every terminal has. */
  readonly ascii?: boolean;
  /** Plans what is to be done at certain moments. */
  readonly prepare?: (world: World, server: Connection | null) => void;
}

/** Reads what has come; at its end the peer closes too. */
export function readAndClose(server: Connection, world: World): void {
  readAll(server, world);
  if (server.state === "CLOSE-WAIT") server.shutdown(world.now);
}

/** Reads what has come. @returns how many octets */
export function readAll(server: Connection, world: World): number {
  const buffer = new Uint8Array(65_536);
  let octets = 0;
  for (;;) {
    if (server.state === "CLOSED") return octets;
    const length = server.receive(buffer, world.now);
    if (length === null || length === 0) return octets;
    octets += length;
  }
}

/** Meddles with the first packet of one direction that is so. */
export function first(
  toServer: boolean,
  which: (leaving: Leaving) => boolean,
  fate: ReturnType<Network["meddle"]> = "lost",
): Network["meddle"] {
  let met = false;
  return (leaving, goesToServer) => {
    if (met || goesToServer !== toServer || !which(leaving)) return null;
    met = true;
    return fate;
  };
}
