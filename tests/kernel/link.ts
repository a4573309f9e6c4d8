/**
 * A connection between our core and the kernel's TCP, both run by this thread: whoever of the two opened it.
 *
 * @module
 */

import {
  type Loop,
  type PacketDevice,
  RawConnection,
  RawHost,
  type RawHostOptions,
} from "../../driver/mod.ts";
import { type IpAddress, StreamListener, type StreamSocket } from "../../ffi/mod.ts";
import {
  after,
  completeConfig,
  type Connection,
  earliest,
  type Instant,
  type IsnSource,
  type Micros,
  milliseconds,
  type Observer,
  type PartialConfig,
  seconds,
} from "../../tcp/mod.ts";
import { connectPrepared, type Socket, tcpInfo } from "../ffi/kernel_tcp.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

/** Who sends the SYN. */
export type Opener = "ours" | "kernel";

/** Both ways to open a connection, for tests that are to hold for both. */
export const OPENERS: readonly Opener[] = ["ours", "kernel"];

/** What the two ends are like. */
export interface LinkOptions {
  /** @default "ours" */
  readonly opener?: Opener;
  /** Changes to the profile `standard`. @default none */
  readonly config?: PartialConfig;
  readonly observer?: Observer;
  /** Chooses our initial sequence number. @default RFC 6528 */
  readonly isn?: IsnSource;
  /** Between our core and the network. @default nothing */
  readonly throughDevice?: (device: PacketDevice) => PacketDevice;
  /** Sets the kernel's socket up, before its handshake. @default nothing */
  readonly prepare?: (socket: Socket) => void;
  /** @default 127.0.0.1 */
  readonly ourAddress?: IpAddress;
  /** @default 127.0.0.1 */
  readonly kernelAddress?: IpAddress;
  /** Opens the kernel's sockets, as in another network. @default here */
  readonly atKernel?: <T>(open: () => T) => T;
  /** How long the handshake may take. @default 60 s */
  readonly patience?: Micros;
}

/** Longest that a test waits for anything of which it is not said otherwise, however busy the machine is. */
export const PATIENCE = seconds(60);

/** How often a run asks whether it is done although nothing was heard of the network. */
const LONGEST_SLEEP = milliseconds(50);

/** An established connection. Ends without a word from us; the kernel's end is closed. */
export class Link implements Disposable {
  readonly connection: Connection;
  readonly loop: Loop;
  readonly kernel: StreamSocket;
  readonly #owned: readonly Disposable[];

  private constructor(
    connection: Connection,
    loop: Loop,
    kernel: StreamSocket,
    owned: readonly Disposable[],
  ) {
    this.connection = connection;
    this.loop = loop;
    this.kernel = kernel;
    this.#owned = owned;
  }

  /** Shakes hands. @throws Error when that takes too long, with how things stand */
  static async open(options: LinkOptions = {}): Promise<Link> {
    return await (options.opener === "kernel" ? Link.#passively(options) : Link.#actively(options));
  }

  static async #actively(options: LinkOptions): Promise<Link> {
    const { atKernel = (open) => open() } = options;
    const address = options.kernelAddress ?? loopbackAddress(4);
    using listener = atKernel(() => StreamListener.open({ address, port: 0 }));
    options.prepare?.(listener);
    const raw = RawConnection.open({
      remote: listener.local,
      ...coreOptions(options),
      ...options.ourAddress === undefined ? {} : { source: options.ourAddress },
    });
    try {
      let kernel: StreamSocket | undefined;
      const { connection } = raw;
      await runUntil("the handshake", raw.loop, connection, options.patience ?? PATIENCE, () => {
        kernel ??= listener.accept();
        return kernel !== undefined && connection.state === "ESTABLISHED";
      });
      if (kernel === undefined) throw new Error("Established, but the kernel has nothing to accept");
      return new Link(connection, raw.loop, kernel, [raw]);
    } catch (error) {
      raw[Symbol.dispose]();
      throw error;
    }
  }

  static async #passively(options: LinkOptions): Promise<Link> {
    const { atKernel = (open) => open(), prepare = (): void => {} } = options;
    const raw = RawHost.open({
      local: { address: options.ourAddress ?? loopbackAddress(4), port: 0 },
      ...coreOptions(options),
    });
    const listener = raw.listen();
    const kernel = atKernel(() => connectPrepared(raw.local, prepare));
    try {
      let connection: Connection | null = null;
      await runUntil("the handshake", raw.loop, null, options.patience ?? PATIENCE, () => {
        connection ??= listener.accept();
        return connection !== null && kernel.finishConnect();
      });
      if (connection === null) throw new Error("Nothing to accept");
      return new Link(connection, raw.loop, kernel, [raw]);
    } catch (error) {
      kernel[Symbol.dispose]();
      raw[Symbol.dispose]();
      throw error;
    }
  }

  /** Runs our side until `done`. @throws Error naming `what` when that takes longer than `patience` */
  async until(what: string, done: () => boolean, patience: Micros = PATIENCE): Promise<void> {
    await runUntil(what, this.loop, this.connection, patience, done, () => tcpInfo(this.kernel).state);
  }

  /** Runs our side for that long. */
  async pass(span: Micros): Promise<void> {
    await this.loop.run(() => false, after(this.loop.readClock(), span));
  }

  [Symbol.dispose](): void {
    this.kernel[Symbol.dispose]();
    for (const owner of this.#owned) owner[Symbol.dispose]();
  }
}

/** What both ways to open a connection of ours take. */
function coreOptions(options: LinkOptions): Omit<RawHostOptions, "local"> {
  const { observer, isn, throughDevice } = options;
  return {
    config: completeConfig(options.config),
    ...observer === undefined ? {} : { observer },
    ...isn === undefined ? {} : { isn },
    ...throughDevice === undefined ? {} : { throughDevice },
  };
}

async function runUntil(
  what: string,
  loop: Loop,
  connection: Connection | null,
  patience: Micros,
  done: () => boolean,
  kernelState: () => string = () => "unknown",
): Promise<void> {
  const limit: Instant = after(loop.readClock(), patience);
  while (!await loop.run(done, earliest(limit, after(loop.readClock(), LONGEST_SLEEP)))) {
    if (loop.readClock() < limit) continue;
    const standing = connection === null
      ? ""
      : `: ${describe(connection)}; the kernel is in ${kernelState()}`;
    throw new Error(`Waited in vain for ${what}${standing}`);
  }
}

/** How a connection stands, for messages. */
export function describe(connection: Connection): string {
  const { state, failure, unsentOctets, unackedOctets, unreadOctets, sndWnd, rcvWnd, octetsReceived } =
    connection;
  const { cwnd, pipe, recoveryPhase, retransmissionTimeout, segmentsRetransmitted } = connection;
  const fields = {
    failure: failure?.message ?? null,
    unsentOctets,
    unackedOctets,
    sndWnd,
    cwnd,
    pipe,
    recoveryPhase,
    segmentsRetransmitted,
    retransmissionTimeout,
    octetsReceived,
    unreadOctets,
    rcvWnd,
  };
  return `we are in ${state} ${JSON.stringify(fields)}`;
}
