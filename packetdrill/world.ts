/**
 * The host under test in virtual time, with the two ends of its wire: packets go in as octets through the core's
 * decoder, and come out as octets of its encoder.
 *
 * @module
 */

import {
  type Connection,
  decodeIcmpPacket,
  decodePacket,
  type DropReason,
  elapsed,
  encodePacket,
  Flag,
  Host,
  IcmpError,
  type Instant,
  instant,
  type IpAddress,
  type Micros,
  NEVER,
  type Observer,
  parseAddress,
  Segment,
  seqNumber,
  type State,
  type TcpConfig,
} from "../tcp/mod.ts";
import type { IcmpPacket, TcpPacket } from "./ast.ts";
import { type Place, ScriptError, UnsupportedError } from "./errors.ts";
import { DEFAULT_PORT } from "./calls.ts";
import type { SentPacket } from "./compare.ts";
import { Flow, packetText, wrap32 } from "./flows.ts";
import { buildPacket, MAX_PAYLOAD, readPacket, type WirePacket } from "./packets.ts";
import type { SocketWorld } from "./socket.ts";
import { type Ends, icmpOctets, liveSegment } from "./injection.ts";
import { icmpErrorName, type IcmpNumbers, icmpNumbers } from "./icmp_words.ts";
import type { Platform } from "./symbols.ts";

/** Where both ISNs lie: far from any edge, or so that data cross 2^32 or the sign of an int32 soon. */
export type SequenceStart = "ordinary" | "wrap" | "sign";

const ISNS: Readonly<Record<SequenceStart, readonly [local: number, remote: number]>> = {
  ordinary: [0x1000_0000, 0x2000_0000],
  wrap: [2 ** 32 - 500, 2 ** 32 - 700],
  sign: [2 ** 31 - 500, 2 ** 31 - 700],
};

/** The addresses that packetdrill's users know. */
const ADDRESSES: Readonly<Record<4 | 6, readonly [local: string, remote: string]>> = {
  4: ["192.168.0.1", "192.0.2.1"],
  6: ["fd3d:a0b:17d6::1", "fd3d:fa7b:d17d::1"],
};

/** When a script's time 0 is on the clock that observers see, microseconds: clocks do not start at 0. */
export const SCRIPT_START = 1_000_000_000;

/** The first port of peers that come to a listener. */
const FIRST_PEER_PORT = 40_001;

const MAX_PACKET = 65_576;

/** Segments sent at one moment: a bound for what never ends. */
const MAX_BURST = 20_000;

const SECRET = new Uint8Array(16).fill(7);

/** What watches a run besides its log. */
export interface Watch {
  /** Makes an observer that tells the log first, then whoever else is to see every event of the host's connections. */
  beside?(log: Observer): Observer;
  /** Told of packets that the decoder refuses, so that they reach no connection. */
  onDrop?(reason: DropReason, now: Instant, packet: Uint8Array): void;
}

/** What a world is made with. */
export interface WorldOptions {
  readonly config: TcpConfig;
  readonly platform: Platform;
  readonly family: 4 | 6;
  readonly sequences: SequenceStart;
  /** Longest payload of an injected segment; longer lines come as several that were merged on the way. */
  readonly injectedSegment: number;
  /** Whether echoed timestamps that no line named are counted from the first that one did. */
  readonly scaledEchoes: boolean;
  readonly watch: Watch;
}

/** A host, its wire, and the clock. */
export class World implements SocketWorld {
  readonly platform: Platform;
  readonly localAddress: IpAddress;
  readonly remoteAddress: IpAddress;
  /** Settings for what is opened from now on. */
  config: TcpConfig;
  unsentLowWater = Infinity;
  readonly files = new Map<string, number>();
  /** What the stack sent and no line has matched yet. */
  readonly sent: SentPacket[] = [];
  /** Packets of connections that the script speaks no more of. */
  readonly passedOver: SentPacket[] = [];
  /** Every packet so far, as a script would write it. */
  readonly log: string[] = [];
  /** The state of every connection of the host, by its id. */
  readonly states = new Map<number, State>();
  /** The last ICMP error injected: what a connection that it ended reports. */
  lastIcmp: IcmpNumbers = { type: 0, code: 0 };
  /** Longest payload of a segment that was injected. */
  longestInjected = 0;
  /** Called before the clock moves on, with the span: nothing changes within it. */
  onTimePassing: (span: Micros) => void = () => {};
  /** The connection that lines without ports are about; null before there is any. */
  current: Flow | null = null;
  readonly #options: WorldOptions;
  readonly #flows = new Map<string, Flow>();
  #listeningPort: number | null = null;
  #host: Host | null = null;
  #now: Instant = instant(SCRIPT_START);
  #lastReason = "";
  #nextPeerPort = FIRST_PEER_PORT;
  readonly #segment = new Segment();
  readonly #buffer = new Uint8Array(MAX_PACKET);

  constructor(options: WorldOptions) {
    this.#options = options;
    this.platform = options.platform;
    this.config = options.config;
    const [local, remote] = ADDRESSES[options.family];
    this.localAddress = parseAddress(local);
    this.remoteAddress = parseAddress(remote);
  }

  get now(): Instant {
    return this.#now;
  }

  /** The profile whose receive buffers count packets is that of Linux. */
  get fillsChunks(): boolean {
    return this.config.compatibility.receiveBufferCounts === "packets";
  }

  /** Microseconds since the script's time 0. */
  get scriptTime(): number {
    return this.#now - SCRIPT_START;
  }

  /** A time of the script on the core's clock. */
  instantOf(scriptTime: number): Instant {
    return instant(scriptTime + SCRIPT_START);
  }

  /** Made when first asked for: settings before that hold for all of it. */
  get host(): Host {
    this.#host ??= new Host({
      addresses: [this.localAddress],
      secret: SECRET,
      config: this.config,
      observer: this.#observer(),
      isn: (local, remote) => {
        const [isn] = ISNS[this.#options.sequences];
        this.#flow(local.port, remote.port).openLocal(isn);
        return seqNumber(isn);
      },
    });
    return this.#host;
  }

  /** The next timer; NEVER as long as nobody asked for the host. */
  get nextDeadline(): Instant {
    return this.#host?.nextDeadline() ?? NEVER;
  }

  get unreachableError(): string {
    return icmpErrorName(this.#options.family, this.lastIcmp, this.platform);
  }

  connectionOpened(connection: Connection): void {
    this.current = this.#flow(connection.local.port, connection.remote.port);
    this.#listeningPort = null;
  }

  listenerOpened(port: number): void {
    this.#listeningPort = port;
    this.current = null;
  }

  /** Lets time pass to `moment`: timers due before it fire, those due at it do not yet. */
  advanceTo(moment: Instant): void {
    while (this.nextDeadline < moment) this.#fire();
    this.#moveTo(moment);
  }

  /** Lets time pass to the next timer, when one is due at `limit` or before. @returns whether one was */
  fireNext(limit: Instant): boolean {
    if (this.nextDeadline > limit) return false;
    this.#fire();
    return true;
  }

  #moveTo(moment: Instant): void {
    if (moment <= this.#now) return;
    this.onTimePassing(elapsed(this.#now, moment));
    this.#now = moment;
  }

  #fire(): void {
    this.#moveTo(this.nextDeadline);
    this.host.timersFire(this.#now);
    this.pump();
  }

  /** Takes everything that the stack has to send now. */
  pump(): void {
    if (this.#host === null) return;
    const segment = this.#segment;
    for (let count = 0; this.#host.transmit(segment, this.#now); count++) {
      if (count === MAX_BURST) {
        throw new Error(`The stack does not stop sending: ${MAX_BURST} segments at once`);
      }
      const length = encodePacket(segment, this.#buffer);
      const packet = readPacket(this.#buffer.slice(0, length));
      this.#noteIsn(packet);
      this.sent.push({ time: this.scriptTime, packet });
      this.#note(">", this.#scriptText(packet), this.#lastReason);
      this.#lastReason = "";
      segment.clear();
    }
  }

  /** The host may choose a later ISN than the one asked for: after a connection in TIME-WAIT (RFC 9293 3.6.1). */
  #noteIsn(packet: WirePacket): void {
    if ((packet.flags & Flag.syn) === 0) return;
    const flow = this.#flow(packet.sourcePort, packet.destinationPort);
    if (flow.local.live !== packet.seq) flow.openLocal(packet.seq);
  }

  /** Injects the segment of a line. */
  inject(line: TcpPacket, place: Place): void {
    const flow = this.#flowOfInbound(line);
    const seq = line.seq ?? 0;
    const isSyn = (line.flags & Flag.syn) !== 0;
    if (isSyn || this.#listeningPort !== null) flow.openRemote(seq);
    if (this.#listeningPort === flow.localPort) this.#listeningPort = null;
    const whole = liveSegment(line, flow, this.#ends, this.#options.scaledEchoes, place);
    const options = line.options === "any" ? [] : line.options;
    const text = packetText({ ...whole, seq, ack: line.ack, options }, line.length);
    this.#note("<", text, line.badChecksum ? "bad checksum" : "");
    this.#deliver(flow, whole, line.length, line.badChecksum);
  }

  get #ends(): Ends {
    return { family: this.#options.family, local: this.localAddress, remote: this.remoteAddress };
  }

  /**
   * Cuts what is longer than a packet may be; FIN and PSH go on the last piece. What is longer than `injectedSegment` comes
   * as a device gives it that has merged segments of that size.
   */
  #deliver(flow: Flow, whole: WirePacket, length: number, badChecksum: boolean): void {
    const merged = this.#options.injectedSegment;
    const most = Number.isFinite(merged) ? MAX_PAYLOAD - MAX_PAYLOAD % merged : MAX_PAYLOAD;
    let at = 0;
    do {
      const size = Math.min(most, length - at);
      const last = at + size === length;
      const flags = last ? whole.flags : whole.flags & ~(Flag.fin | Flag.psh);
      const seq = wrap32(whole.seq + at);
      this.longestInjected = Math.max(this.longestInjected, Math.min(size, merged));
      const payload = flow.injectedPayload(seq, flags, size);
      const octets = buildPacket({ ...whole, seq, flags, payload }, badChecksum);
      const segment = new Segment();
      const refusal = decodePacket(octets, octets.length, segment, "strict");
      if (size > merged) segment.segmentSize = merged;
      if (refusal === null) this.host.segmentArrives(segment, this.#now);
      else {
        this.#note("<", "dropped by the decoder", refusal);
        this.#options.watch.onDrop?.(refusal, this.#now, octets);
      }
      at += size;
    } while (at < length);
    this.pump();
  }

  /** Injects an ICMP error about a segment of the current connection. */
  injectIcmp(line: IcmpPacket, place: Place): void {
    const flow = this.current;
    if (flow === null) {
      throw new ScriptError(
        place,
        "Cannot quote a segment when there is no connection",
        "a connection before it",
      );
    }
    const numbers = icmpNumbers(this.#options.family, line.type, line.code);
    if (numbers === null) {
      throw new UnsupportedError(place, `icmp ${line.type} ${line.code ?? ""}`.trim());
    }
    const octets = icmpOctets(line, numbers, flow, this.#ends);
    const decoded = new IcmpError();
    this.#note("<", `icmp ${line.type} ${line.code ?? ""}`, "");
    this.lastIcmp = numbers;
    if (decodeIcmpPacket(octets, octets.length, decoded)) this.host.icmpArrives(decoded, this.#now);
    this.pump();
  }

  /** The flow that an expected line is about; null when there is none yet. */
  flowOfOutbound(line: TcpPacket): Flow | null {
    if (line.sourcePort === 0) return this.current;
    return this.#flow(line.sourcePort, line.destinationPort);
  }

  /** Moves packets of other connections out of the way of the next line about `flow`. */
  passOverOthers(flow: Flow): void {
    const key = keyOf(flow.localPort, flow.remotePort);
    while (this.sent[0] !== undefined && keyOfPacket(this.sent[0].packet) !== key) {
      this.passedOver.push(this.sent.shift() as SentPacket);
    }
  }

  /** A packet as a script writes it, with its script's numbers. */
  #scriptText(packet: WirePacket): string {
    const flow = this.#flows.get(keyOfPacket(packet));
    if (flow === undefined) return packetText(packet, packet.payload.length);
    const view = flow.scriptView(packet);
    const options = view.options.map((option) =>
      option.kind === "TS" && option.value !== null
        ? { ...option, value: flow.timestampToScript(option.value) ?? option.value }
        : option
    );
    return packetText({ ...view, options }, packet.payload.length);
  }

  /** As {@link SentPacket} in a report. */
  describe(sent: SentPacket): string {
    return `${secondsText(sent.time)} > ${this.#scriptText(sent.packet)}`;
  }

  #note(direction: string, text: string, reason: string): void {
    this.log.push(
      `${secondsText(this.scriptTime)} ${direction} ${text}${reason === "" ? "" : `   (${reason})`}`,
    );
  }

  #flowOfInbound(line: TcpPacket): Flow {
    if (line.sourcePort !== 0) return this.#flow(line.destinationPort, line.sourcePort);
    if (this.current === null || this.#listeningPort !== null) {
      this.current = this.#flow(this.#listeningPort ?? DEFAULT_PORT, this.#nextPeerPort++);
    }
    return this.current;
  }

  #flow(localPort: number, remotePort: number): Flow {
    const key = keyOf(localPort, remotePort);
    const known = this.#flows.get(key);
    if (known !== undefined) return known;
    const flow = new Flow(localPort, remotePort, ISNS[this.#options.sequences][1]);
    this.#flows.set(key, flow);
    return flow;
  }

  /** Keeps the log, and tells whoever watches. */
  #observer(): Observer {
    const log: Observer = {
      segmentSent: (_connection, _segment, reason) => void (this.#lastReason = reason),
      segmentArrived: () => {},
      segmentDropped: (_connection, _segment, reason) => this.#note(" ", "", `dropped: ${reason}`),
      stateChanged: (connection, from, to, reason) => {
        this.states.set(connection.id, to);
        this.#note(" ", `${from} to ${to}`, reason);
      },
      timerFired: (_connection, timer) => this.#note(" ", `${timer} timer`, ""),
      icmpArrived: (_connection, { kind }, verdict) => this.#note(" ", `ICMP ${kind}`, verdict),
      congestionChanged: (connection, windowBefore, _thresholdBefore, reason) => {
        if (STEADY_GROWTH.has(reason)) return;
        this.#note(" ", `cwnd ${windowBefore} to ${connection.cwnd}`, reason);
      },
    };
    return this.#options.watch.beside?.(log) ?? log;
  }
}

/** Changes of the window that come with every acknowledgement: a report would be full of them. */
const STEADY_GROWTH: ReadonlySet<string> = new Set(["slow-start", "congestion-avoidance"]);

/** A script's time as people read it. */
export function secondsText(micros: number): string {
  return (micros / 1_000_000).toFixed(6);
}

function keyOf(localPort: number, remotePort: number): string {
  return `${localPort}:${remotePort}`;
}

function keyOfPacket(packet: WirePacket): string {
  return keyOf(packet.sourcePort, packet.destinationPort);
}
