/**
 * Faults on request between the client's TCP and the network, shown one by one.
 *
 * @module
 */

import type { PacketDevice } from "../driver/mod.ts";
import { decodePacket, Flag, Segment, seqToUint32 } from "../tcp/single.ts";
import type { ClientArguments } from "./client_arguments.ts";
import { counted } from "./counted.ts";
import { FaultyDevice, type FaultyDeviceOptions } from "./faulty_device.ts";
import type { Narrator } from "./narrator.ts";
import type { Watchers } from "./observed.ts";

/** Faults that are shown one by one. */
const MOST_SHOWN = 20;

/** Faults of one connection. */
export interface Faults {
  /** Puts them in front of a device. */
  readonly through: (device: PacketDevice) => PacketDevice;
  /** Waits until what was sent has left, or until `late`, and says which faults have not happened. */
  readonly drained: (late: Promise<void>) => Promise<void>;
  /** Has all that was sent leave at once, and all that is yet to be sent. */
  readonly hurry: () => void;
}

/** What puts the faults that are wanted between the core and the network. */
export function faultsFor(
  { faults, seed }: ClientArguments,
  watchers: Watchers,
  narrator: Narrator,
  wake: () => void,
): Faults {
  let faulty: FaultyDevice | null = null;
  let shown = 0;
  const onFault: FaultyDeviceOptions["onFault"] = (packet, direction, fault, now) => {
    watchers.onFault?.(packet, direction, fault, now);
    shown++;
    const rest = shown === MOST_SHOWN ? "; further ones are not shown" : "";
    if (shown <= MOST_SHOWN) narrator.warning(`${faultLine(packet, direction, fault)}${rest}`);
  };
  return {
    through: (device) => faulty = new FaultyDevice(device, { faults, seed, onFault, wake }),
    hurry: () => faulty?.hurry(),
    drained: async (late) => {
      await faulty?.drained(late);
      for (const fault of faulty?.pending ?? []) {
        narrator.warning(`Fault ${fault} has not happened: there was no such packet`);
      }
    },
  };
}

/** `Fault drop:syn: our SYN (seq=1234) is taken away`. */
function faultLine(packet: Uint8Array, direction: "sent" | "arrived", fault: string): string {
  const segment = new Segment();
  if (decodePacket(packet, packet.length, segment, "trust") !== null) return `Fault ${fault}`;
  const syn = segment.has(Flag.ack) ? "SYN-ACK" : "SYN";
  const flags = [[syn, Flag.syn], ["FIN", Flag.fin], ["RST", Flag.rst]] as const;
  const names = flags.filter(([, flag]) => segment.has(flag)).map(([name]) => name);
  const data = segment.payload.length > 0 ? ` with ${counted(segment.payload.length, "byte")}` : "";
  const what = names.length > 0 ? `${names.join(",")}${data}` : data === "" ? "ACK" : `segment${data}`;
  const fate = /^(in:|out:)?corrupt/.test(fault) ? "is damaged" : "is taken away";
  return `Fault ${fault}: ${direction === "sent" ? "our" : "the peer's"} ${what} (seq=${
    seqToUint32(segment.seq)
  }) ${fate}`;
}
