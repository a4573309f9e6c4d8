/**
 * What every TCP over raw sockets stands on: one raw socket, the network's reports, and the loop that runs a core on them.
 *
 * @module
 */

import { SystemError } from "../ffi/errno.ts";
import { startPool } from "../ffi/libc.ts";
import type { PacketDevice } from "../ffi/packet_device.ts";
import { PollSet } from "../ffi/poll.ts";
import type { RawSocket, RawSocketOptions } from "../ffi/raw_socket.ts";
import { openRawSocket, type RawSocketV6 } from "../ffi/raw_socket_v6.ts";
import { after, type Instant, type IpAddress, numbering, type Observer, seconds } from "../tcp/single.ts";
import { Loop, type LoopOptions, type Monitor, type NetworkSide } from "./loop.ts";
import { WireObserver } from "./wire_observer.ts";
import { type IcmpSide, openIcmp, reportIcmp, reportTooLong } from "./network_reports.ts";

/** How a core is run on the sockets. */
export interface RunOptions {
  /** Puts something between the core and the network, such as losses. @default the device as it is */
  readonly throughDevice?: (device: PacketDevice) => PacketDevice;
  /** Called for each packet that is not a sound TCP segment, and so reaches no core. @default nothing */
  readonly onDrop?: LoopOptions["onDrop"];
  /** As `LoopOptions.patience`. @default 0 */
  readonly patience?: number;
  /** As `PollSet`'s: microseconds of each patient wait in which the thread asks again and again. @default 0 */
  readonly spin?: number;
  /** Called for each segment that could not leave this host; the core knows already. @default nothing */
  readonly onUnsent?: (outcome: "too long" | "unreachable", reason: string) => void;
}

/** A connection, or a host of them: what the loop runs, what hears of ICMP errors, and what ends with the stack. */
export interface Core extends NetworkSide, IcmpSide {
  /** Ends at once, with RST where the peer knows of a connection, or may. */
  abort(now: Instant, resetsUnanswered: boolean): void;
  /** Ends both sides in order. */
  close(now: Instant): void;
  /** Whether nothing is to be said to any peer any more. */
  readonly isOver: boolean;
  /** Octets of data that peers have not acknowledged yet; fewer than before: there is progress. */
  readonly undeliveredOctets: number;
}

/** What `RawStack.run` runs. */
export interface RunnableCore {
  readonly core: Core;
  /** Who looks on. @default nobody */
  readonly monitors?: readonly Monitor[];
  /** Built around the socket. @default the socket */
  readonly device?: PacketDevice;
}

/** Octets of a secret that the core takes. */
const SECRET_LENGTH = 16;

/** Device, ICMP, and room for what the user watches. */
const DESCRIPTORS = 8;

/** How often `await using` looks whether peers have acknowledged more. */
const CLOSE_TIMEOUT = seconds(5);

/** Turns at the end: enough for the RSTs of tens of thousands of connections, and an end even under a flood. */
const LAST_TURNS = 1_000;

/** Sockets and loop of one core. All of it ends with `dispose`, or with the process; what was lent to it ends last. */
export class RawStack implements AsyncDisposable, Disposable {
  /** Numbers all connections of this process: who observes several stacks tells them apart by their numbers. */
  static readonly nextId: () => number = numbering();
  readonly socket: RawSocket | RawSocketV6;
  /** For initial sequence numbers, timestamps and ports: of this stack's own. */
  readonly secret: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(SECRET_LENGTH));
  readonly #options: RawSocketOptions;
  readonly #owned: DisposableStack;
  readonly #ports: Disposable;
  #watcher: WireObserver | null = null;
  #running: { readonly core: Core; readonly loop: Loop } | null = null;

  private constructor(options: RawSocketOptions, ports: Disposable, owned: DisposableStack) {
    this.#options = options;
    this.#ports = ports;
    this.#owned = owned;
    this.socket = owned.use(openRawSocket(options));
  }

  /**
   * Opens the socket and makes of it what `build` says; nothing is sent.
   *
   * @param ports what keeps the kernel away from the ports, such as a `PortGuard`: given back when the peers have been told
   * @throws SystemError EPERM without CAP_NET_RAW; what `build` throws, when everything is closed again
   */
  static build<T>(options: RawSocketOptions, ports: Disposable, build: (stack: RawStack) => T): T {
    const owned = new DisposableStack();
    owned.use(ports);
    try {
      return build(new RawStack(options, ports, owned));
    } catch (error) {
      owned.dispose();
      throw error;
    }
  }

  /** Octets of the largest IP packet. */
  get mtu(): number {
    return this.socket.mtu;
  }

  /** What a core is to tell, so that `observer` hears of segments when they were on the wire. Before `run`. */
  watched(observer: Observer | undefined): Observer | undefined {
    this.#watcher = observer === undefined ? null : new WireObserver(observer);
    return this.#watcher ?? undefined;
  }

  /** The stack's from now on: closed before the socket. */
  own<T extends Disposable>(owner: T): T {
    return this.#owned.use(owner);
  }

  /** Runs a core on the socket, or on the device named. Once. */
  run({ core, monitors = [], device = this.socket }: RunnableCore, options: RunOptions): Loop {
    const { throughDevice, onDrop, onUnsent, patience = 0, spin = 0 } = options;
    const { local, remote } = this.#options;
    const { family } = local.address;
    const icmp = openIcmp(family, local.port);
    if (icmp !== null) this.own(icmp);
    const destination: IpAddress | undefined = remote?.address;
    if (patience === 0) startPool();
    const loop = this.own(
      new Loop({
        device: throughDevice?.(device) ?? device,
        side: core,
        monitors,
        watcher: this.#watcher,
        patience,
        poller: new PollSet(DESCRIPTORS, spin),
        onUnsent: (segment, outcome, now) => {
          if (outcome === "too long") reportTooLong(core, segment, now, destination);
          onUnsent?.(outcome, outcome === "unreachable" ? this.socket.sender.softError?.message ?? "" : "");
        },
        ...onDrop === undefined ? {} : { onDrop },
      }),
    );
    this.own(reportIcmp(icmp, family, loop, core));
    this.#running = { core, loop };
    return loop;
  }

  /** Whether it has ended. */
  get isDisposed(): boolean {
    return this.#owned.disposed;
  }

  /** @throws Error when it has ended */
  assertOpen(): void {
    if (this.isDisposed) throw new Error("Cannot connect or listen after the disposal: open another");
  }

  /** Closes in order and waits for the peers to close as well, until 5 s have passed in which none acknowledged more; then as `dispose`. */
  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#running;
    try {
      if (running === null || this.isDisposed) return;
      const { core, loop } = running;
      core.close(loop.readClock());
      const isOver = (): boolean => core.isOver && !loop.hasUnsent;
      for (let before = Infinity; core.undeliveredOctets < before;) {
        before = core.undeliveredOctets;
        if (await loop.run(isOver, after(loop.readClock(), CLOSE_TIMEOUT))) return;
      }
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** Tells the peers by RST what has not ended yet, closes the sockets and gives the ports back. Again: nothing. */
  [Symbol.dispose](): void {
    try {
      if (this.#running !== null && !this.isDisposed) this.#sayGoodbye(this.#running);
    } finally {
      this.#owned.dispose();
    }
  }

  /**
   * Tells the peers, and those who ask back (RFC 5961 3.2) for as long as the kernel does not: what came before it had the ports
   * again it has not seen.
   */
  #sayGoodbye({ core, loop }: { readonly core: Core; readonly loop: Loop }): void {
    if (!core.isOver) core.abort(loop.readClock(), true);
    try {
      for (let turns = 0; turns < LAST_TURNS && loop.turn(); turns++);
      this.#ports[Symbol.dispose]();
      loop.turn();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error; // the device is gone, and nobody can be told
    }
  }
}
