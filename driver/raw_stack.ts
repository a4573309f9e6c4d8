/**
 * What every TCP over raw sockets stands on: one raw socket, the network's reports, and the loop that runs a core on them.
 *
 * @module
 */

import {
  openRawSocket,
  PollSet,
  type RawSocket,
  type RawSocketOptions,
  type RawSocketV6,
} from "../ffi/mod.ts";
import type { IpAddress, Observer } from "../tcp/mod.ts";
import type { PacketDevice } from "../ffi/mod.ts";
import { Loop, type LoopOptions, type NetworkSide } from "./loop.ts";
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

/** What `RawStack.run` runs. */
export interface RunnableCore {
  readonly side: NetworkSide;
  /** Hears of ICMP errors, and of segments that are too long. */
  readonly reports: IcmpSide;
  /** Built around the socket. @default the socket */
  readonly device?: PacketDevice;
}

/** Octets of a secret that the core takes. */
const SECRET_LENGTH = 16;

/** Device, ICMP, and room for what the user watches. */
const DESCRIPTORS = 8;

/** Sockets and loop of one core. All of it ends with `dispose`, or with the process; what was lent to it ends last. */
export class RawStack implements Disposable {
  readonly socket: RawSocket | RawSocketV6;
  /** For initial sequence numbers, timestamps and ports: of this stack's own. */
  readonly secret: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(SECRET_LENGTH));
  readonly #options: RawSocketOptions;
  readonly #owned: DisposableStack;
  #watcher: WireObserver | null = null;

  private constructor(options: RawSocketOptions, owned: DisposableStack) {
    this.#options = options;
    this.#owned = owned;
    this.socket = owned.use(openRawSocket(options));
  }

  /**
   * Opens the socket and makes of it what `build` says; nothing is sent.
   *
   * @param ports what keeps the kernel away from the ports, such as a `PortGuard`: given back when all else is closed
   * @throws SystemError EPERM without CAP_NET_RAW; what `build` throws, when everything is closed again
   */
  static build<T>(options: RawSocketOptions, ports: Disposable, build: (stack: RawStack) => T): T {
    const owned = new DisposableStack();
    owned.use(ports);
    try {
      return build(new RawStack(options, owned));
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
  run({ side, reports, device = this.socket }: RunnableCore, options: RunOptions): Loop {
    const { throughDevice, onDrop, onUnsent, patience = 0, spin = 0 } = options;
    const { local, remote } = this.#options;
    const { family } = local.address;
    const icmp = openIcmp(family, local.port);
    if (icmp !== null) this.own(icmp);
    const destination: IpAddress | undefined = remote?.address;
    const loop = this.own(
      new Loop({
        device: throughDevice?.(device) ?? device,
        side,
        watcher: this.#watcher,
        patience,
        poller: new PollSet(DESCRIPTORS, spin),
        onUnsent: (segment, outcome, now) => {
          if (outcome === "too long") reportTooLong(reports, segment, now, destination);
          onUnsent?.(outcome, outcome === "unreachable" ? this.socket.softError?.message ?? "" : "");
        },
        ...onDrop === undefined ? {} : { onDrop },
      }),
    );
    this.own(reportIcmp(icmp, family, loop, reports));
    return loop;
  }

  /** Closes the sockets and gives the ports back. */
  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
