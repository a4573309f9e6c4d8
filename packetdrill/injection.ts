/**
 * What a script injects, with the numbers of the wire: the segment of a line, the ICMP error of another.
 *
 * @module
 */

import { encodeIcmpPacket, Flag, IcmpError, type IpAddress, Segment, seqNumber } from "../tcp/mod.ts";
import type { IcmpPacket, TcpPacket } from "./ast.ts";
import { type Place, ScriptError } from "./errors.ts";
import { type Flow, mapBlocks } from "./flows.ts";
import type { IcmpNumbers } from "./icmp_words.ts";
import type { WirePacket } from "./packets.ts";

/** Room for an ICMP error: two IP headers, its own, and the headers that it quotes. */
const ICMP_ROOM = 256;

/** The addresses on both ends of the wire. */
export interface Ends {
  readonly family: 4 | 6;
  /** Of the host under test. */
  readonly local: IpAddress;
  readonly remote: IpAddress;
}

/**
 * The segment of a line, still without payload. `scaledEchoes`: timestamps that no line named are counted from the first
 * that one did.
 *
 * @throws ScriptError for the echo of a timestamp that nobody knows
 */
export function liveSegment(
  line: TcpPacket,
  flow: Flow,
  { family, local, remote }: Ends,
  scaledEchoes: boolean,
  place: Place,
): WirePacket {
  const isSyn = (line.flags & Flag.syn) !== 0;
  const isAck = (line.flags & Flag.ack) !== 0;
  const seq = line.seq ?? 0;
  const options = line.options === "any" ? [] : line.options;
  return {
    family,
    source: remote.octets,
    destination: local.octets,
    trafficClass: line.ip.trafficClass ?? (typeof line.ip.ecn === "number" ? line.ip.ecn : 0),
    hopLimit: line.ip.hopLimit ?? 0,
    sourcePort: flow.remotePort,
    destinationPort: flow.localPort,
    seq: line.absolute ? seq : flow.toLive("remote", seq, isSyn),
    ack: isAck ? flow.toLive("local", line.ack, isSyn) : line.ack,
    flags: line.flags,
    window: line.window ?? 0,
    urgentPointer: line.urgentPointer,
    options: options.map((option) => {
      if (option.kind !== "TS") return mapBlocks(option, (edge) => flow.toLive("local", edge, isSyn));
      if (!isAck) return option;
      return {
        ...option,
        echo: liveEcho(flow, option.echo ?? 0, scaledEchoes, line.places.options ?? place),
      };
    }),
    payload: new Uint8Array(0),
  };
}

function liveEcho(flow: Flow, script: number, scaledEchoes: boolean, place: Place): number {
  const live = flow.timestampToLive(script) ?? (scaledEchoes ? flow.timestampToLiveScaled(script) : null);
  if (live !== null) return live;
  const expected = "the val of a line that was expected before";
  throw new ScriptError(place, `Cannot echo the timestamp ${script}`, expected);
}

/** The ICMP error of a line, as a packet: it quotes a segment of the flow's. */
export function icmpOctets(
  line: IcmpPacket,
  numbers: IcmpNumbers,
  flow: Flow,
  { family, local, remote }: Ends,
): Uint8Array {
  const about = new Segment();
  about.family = family;
  about.addresses = new Uint8Array([...local.octets, ...remote.octets]);
  about.destinationOffset = local.octets.length;
  about.sourcePort = flow.localPort;
  about.destinationPort = flow.remotePort;
  about.seq = seqNumber(flow.toLive("local", line.quoted?.seq ?? 0, false));
  const error = new IcmpError();
  error.type = numbers.type;
  error.code = numbers.code;
  error.mtu = line.mtu ?? 0;
  const octets = new Uint8Array(ICMP_ROOM);
  return octets.subarray(0, encodeIcmpPacket(error, about, octets));
}
