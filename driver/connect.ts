/**
 * A connection over raw sockets in one call.
 *
 * @module
 */

import {
  completeConfig,
  Connection,
  createIsnGenerator,
  createTimestampOffset,
  type IsnSource,
  type Observer,
  type PartialConfig,
} from "../tcp/mod.ts";
import { packetSegmentLimit, PollSet } from "../ffi/mod.ts";
import { monotonicNow } from "./clock.ts";
import type { PacketDevice } from "./device.ts";
import { Link, type LinkChange, type LinkMode } from "./link.ts";
import { Loop, type LoopOptions } from "./loop.ts";
import { RawPath, type RawPathOptions } from "./raw_path.ts";

/** Where to connect, and how. */
export interface ConnectOptions extends RawPathOptions {
  /** The MTU of the path replaces the one in it. @default STANDARD */
  readonly config?: PartialConfig;
  /** @default nobody */
  readonly observer?: Observer;
  /** @default RFC 6528, with a secret of this connection's own */
  readonly isn?: IsnSource;
  /** Puts something between the core and the network, such as losses. @default the device as it is */
  readonly throughDevice?: (device: PacketDevice) => PacketDevice;
  /** Called for each packet that is not a sound TCP segment, and so reaches no core. @default nothing */
  readonly onDrop?: LoopOptions["onDrop"];
  /** Which sockets carry the packets; with `throughDevice` always `raw`. @default "raw" */
  readonly link?: LinkMode;
  /** Called each time that packets change their way, with the reason in words. @default nothing */
  readonly onLinkChange?: (link: LinkChange, reason: string) => void;
  /** As `LoopOptions.patience`. @default 0 */
  readonly patience?: number;
  /** As `PollSet`'s: microseconds of each patient wait in which the thread asks again and again. @default 0 */
  readonly spin?: number;
  /** Called for each segment that could not leave this host; the core knows already. @default nothing */
  readonly onUnsent?: (outcome: "too long" | "unreachable", reason: string) => void;
}

/** Octets of a secret that the core takes. */
const SECRET_LENGTH = 16;

/** Device, ICMP, and room for what the user watches. */
const DESCRIPTORS = 8;

/** A connection with the loop that runs it; ends without a word to the peer when disposed of. */
export class RawConnection implements Disposable {
  readonly connection: Connection;
  /** `run` this for anything to happen. */
  readonly loop: Loop;
  readonly #path: RawPath;
  readonly #complaints: Disposable;

  private constructor(options: ConnectOptions, path: RawPath) {
    const { onUnsent, isn } = options;
    const secret = crypto.getRandomValues(new Uint8Array(SECRET_LENGTH));
    this.#path = path;
    const report: LoopOptions["onUnsent"] = (segment, outcome, now) => {
      if (outcome === "too long") path.reportTooLong(this.connection, segment, now);
      onUnsent?.(outcome, outcome === "unreachable" ? path.obstacle : "");
    };
    const mode = options.throughDevice === undefined ? options.link ?? "raw" : "raw";
    // Whoever watches a raw link is to see the segments that are on the wire.
    const isPlain = options.throughDevice !== undefined || mode === "raw" && options.observer !== undefined;
    const segmentLimit = isPlain ? undefined : packetSegmentLimit(path.local.address.family);
    this.connection = Connection.connect({
      config: completeConfig({ sending: { mtu: path.mtu } }, options.config),
      local: path.local,
      remote: path.remote,
      ...options.observer === undefined ? {} : { observer: options.observer },
      segmentLimit,
      isn: isn ?? createIsnGenerator(secret),
      timestampOffset: createTimestampOffset(secret)(path.local, path.remote),
    }, monotonicNow());
    const device = options.throughDevice?.(path.device) ?? path.device;
    const { connection } = this;
    const side = mode === "raw"
      ? connection
      : new Link({ connection, device: path.device, mode, onChange: options.onLinkChange });
    this.loop = new Loop({
      device,
      side,
      onUnsent: report,
      patience: options.patience ?? 0,
      poller: new PollSet(DESCRIPTORS, options.spin ?? 0),
      ...options.onDrop === undefined ? {} : { onDrop: options.onDrop },
    });
    this.#complaints = path.reportIcmp(this.loop, this.connection);
  }

  /**
   * Begins a connection: everything is open, and the SYN leaves in the first turn of the loop.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, ENETUNREACH without a route, EADDRINUSE and EADDRNOTAVAIL for the port
   * and address asked for
   * @throws RangeError for a peer that no connection can have, and for a config out of range
   */
  static open(options: ConnectOptions): RawConnection {
    const path = RawPath.open(options);
    try {
      return new RawConnection(options, path);
    } catch (error) {
      path[Symbol.dispose]();
      throw error;
    }
  }

  /** Closes the sockets and gives the port back. */
  [Symbol.dispose](): void {
    this.#complaints[Symbol.dispose]();
    this.loop[Symbol.dispose]();
    this.#path[Symbol.dispose]();
  }
}
