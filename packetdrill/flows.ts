/**
 * The connections of a script: which sequence numbers and timestamps on the wire stand for which in the script.
 *
 * @module
 */

import { Flag } from "../tcp/mod.ts";
import type { TcpOption } from "./ast.ts";
import { flagText, optionText, streamOctets, type WirePacket } from "./packets.ts";

const CIRCLE = 2 ** 32;

/** The number modulo 2^32. */
export function wrap32(value: number): number {
  return ((value % CIRCLE) + CIRCLE) % CIRCLE;
}

/** What one side's numbers are in the script and on the wire. */
interface Side {
  /** The initial sequence number in the script's SYN. */
  script: number;
  /** The one on the wire. */
  live: number;
}

/**
 * One connection, or one pair of ports. A SYN's numbers are the script's own; all others count from the initial
 * sequence number, whatever the script gave its SYN.
 */
export class Flow {
  readonly localPort: number;
  readonly remotePort: number;
  /** The stack's side. As long as the stack chose no ISN its numbers are taken as they are. */
  readonly local: Side = { script: 0, live: 0 };
  /** The side that the script plays. */
  readonly remote: Side;
  #remoteKnown = false;
  #localKnown = false;
  #localNamed = false;
  /** By timestamp in the script: the one on the wire that an expected line stood for. */
  readonly #timestamps = new Map<number, number>();
  #firstTimestamp: { readonly script: number; readonly live: number } | null = null;

  /** `remoteIsn`: the ISN on the wire of the side that the script plays. */
  constructor(localPort: number, remotePort: number, remoteIsn: number) {
    this.localPort = localPort;
    this.remotePort = remotePort;
    this.remote = { script: 0, live: remoteIsn };
  }

  /** The script's side shows its SYN, or whatever comes first to a listener. Later SYNs change nothing. */
  openRemote(scriptIsn: number): void {
    if (this.#remoteKnown) return;
    this.#remoteKnown = true;
    this.remote.script = scriptIsn;
  }

  /** The stack chose its ISN: a connection begins, and with it the count of its timestamps. */
  openLocal(liveIsn: number): void {
    this.local.live = liveIsn;
    this.#localKnown = true;
    this.#timestamps.clear();
    this.#firstTimestamp = null;
  }

  /** The script says what its number for the stack's SYN is. Later SYNs must have the same. */
  nameLocal(scriptIsn: number): void {
    if (!this.#localKnown || this.#localNamed) return;
    this.#localNamed = true;
    this.local.script = scriptIsn;
  }

  /** A number of the given side from the script as it is on the wire. */
  toLive(side: "local" | "remote", script: number, syn: boolean): number {
    const { script: from, live: to } = this[side];
    return wrap32(script + to - (syn ? from : 0));
  }

  /** A number of the given side on the wire as the script would have it. */
  toScript(side: "local" | "remote", live: number, syn: boolean): number {
    const { script: to, live: from } = this[side];
    return wrap32(live - from + (syn ? to : 0));
  }

  /** Remembers which timestamp on the wire an expected line stood for. */
  noteTimestamp(script: number, live: number): void {
    this.#firstTimestamp ??= { script, live };
    this.#timestamps.set(script, live);
  }

  /** The timestamp on the wire for an echo in the script; null when no line before stood for it. */
  timestampToLive(script: number): number | null {
    return this.#timestamps.get(script) ?? null;
  }

  /** As {@link timestampToLive}, counting from the first timestamp that a line named; null when none did. */
  timestampToLiveScaled(script: number): number | null {
    const first = this.#firstTimestamp;
    return first === null ? null : wrap32(script - first.script + first.live);
  }

  /** A timestamp of the stack on the wire as the script would have it: counted from the first that a line named. */
  timestampToScript(live: number): number | null {
    const first = this.#firstTimestamp;
    return first === null ? null : wrap32(live - first.live + first.script);
  }

  /** The stack's packet with the script's numbers. Its timestamps stay as they are. */
  scriptView(packet: WirePacket): WirePacket {
    const syn = (packet.flags & Flag.syn) !== 0;
    const hasAck = (packet.flags & Flag.ack) !== 0;
    // Before there is a connection the script's numbers are as they stand.
    const isAnswerToSyn = syn || !this.#localKnown;
    return {
      ...packet,
      seq: this.toScript("local", packet.seq, syn),
      ack: hasAck ? this.toScript("remote", packet.ack, isAnswerToSyn) : packet.ack,
      options: packet.options.map((option) =>
        mapBlocks(option, (edge) => this.toScript("remote", edge, syn))
      ),
    };
  }

  /** Where in the stack's stream the payload of its packet belongs. */
  sentPosition(packet: WirePacket): number {
    return this.#position("local", packet);
  }

  /** The octets of stream for a segment that the script injects, at `seq` on the wire. */
  injectedPayload(seq: number, flags: number, length: number): Uint8Array {
    return streamOctets(false, this.#position("remote", { seq, flags }), length);
  }

  /** Where in the stream a segment's first octet stands: 0 is the octet after the SYN. */
  #position(side: "local" | "remote", segment: { readonly seq: number; readonly flags: number }): number {
    const afterSyn = (segment.flags & Flag.syn) !== 0 ? 0 : 1;
    return wrap32(segment.seq - this[side].live) - afterSyn | 0;
  }
}

/** The option with every SACK edge mapped. */
export function mapBlocks(option: TcpOption, map: (edge: number) => number): TcpOption {
  if (option.kind !== "sack") return option;
  return { kind: "sack", blocks: option.blocks.map(([left, right]) => [map(left), map(right)] as const) };
}

/** A packet as a script writes it, without time and direction. */
export function packetText(packet: Omit<WirePacket, "payload">, length: number): string {
  const { seq, flags } = packet;
  const words = [flagText(flags), `${seq}:${wrap32(seq + length)}(${length})`];
  if ((flags & Flag.ack) !== 0 || packet.ack !== 0) words.push(`ack ${packet.ack}`);
  words.push(`win ${packet.window}`);
  if (packet.urgentPointer !== 0) words.push(`urg ${packet.urgentPointer}`);
  if (packet.options.length > 0) words.push(`<${optionText(packet.options)}>`);
  return words.join(" ");
}
