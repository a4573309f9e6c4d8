/**
 * What a connection is made of.
 *
 * @module
 */

import { AckSample } from "../loss/ack_sample.ts";
import { type Endpoint, type IpAddress, joinAddresses } from "../base/address.ts";
import type { Segment } from "../base/segment.ts";
import { OctetCount } from "../base/octet_count.ts";
import type { Observer } from "../base/observer.ts";
import { type SeqNumber, seqToInt32 } from "../base/seq.ts";
import { type Instant, instant } from "../base/units.ts";
import { completeConfig } from "../config/complete.ts";
import type { PartialConfig, TcpConfig } from "../config/config.ts";
import { ChallengeLimiter } from "./challenge_limiter.ts";

/** Chooses the initial sequence number of a connection (RFC 9293 3.4.1). */
export type IsnSource = (local: Endpoint, remote: Endpoint, now: Instant) => SeqNumber;

/** Who holds a connection among others. */
export interface ConnectionHolder {
  /** Something may have become due. */
  connectionTouched(): void;
}

/** Where a host keeps what its connections find out about paths (RFC 4821 5.2, RFC 8201 5.2). */
export interface PathMemory {
  /** The path to `host` takes packets of `mtu` octets. */
  learn(host: IpAddress, mtu: number, now: Instant): void;
}

/** What a connection is made of. */
export interface ConnectionOptions {
  /** Any part of it. @default STANDARD */
  readonly config?: PartialConfig;
  /** Our end. */
  readonly local: Endpoint;
  /** The peer's end. */
  readonly remote: Endpoint;
  /** How initial sequence numbers are chosen. */
  readonly isn: IsnSource;
  /** Is shown every event. @default undefined, nobody is */
  readonly observer?: Observer | undefined;
  /** Payload octets that the device takes in one segment when it cuts segments itself. @default 0, one full segment */
  readonly segmentLimit?: number | undefined;
  /** Added to the ticks of the timestamp clock, modulo 2^32. @default 0 */
  readonly timestampOffset?: number | undefined;
  /** Shared by the connections of one host. @default one of its own */
  readonly challengeLimiter?: ChallengeLimiter | undefined;
  /**
   * Where each acknowledgement is written down while it is taken in: connections of one host share it. @default its own
   *
   * @internal
   */
  readonly ackSample?: AckSample | undefined;
  /**
   * Local and remote address one behind the other: connections of one host between the same two share them. @default its own
   *
   * @internal
   */
  readonly addressOctets?: Uint8Array | undefined;
  /** Octets of the largest packet that is known to reach the peer. @default Infinity, nothing is known */
  readonly pathMtu?: number | undefined;
  /** Is told what is found out about the path. @default undefined, nobody is */
  readonly paths?: PathMemory | undefined;
  /** Tells connections of one host apart. @default 1 */
  readonly id?: number | undefined;
  /**
   * In LISTEN: a SYN that was answered with a SYN cookie, the number that `isn` gives. The first segment is the one that brings
   * it back. @default null, the first segment is a SYN
   */
  readonly answeredSyn?: Segment | null | undefined;
  /** What users have done so far: octets given and taken, connections accepted. One host's share it. @default one of its own */
  readonly progress?: OctetCount | undefined;
}

/** {@link ConnectionOptions} with every default filled in. */
export interface CompleteOptions {
  readonly config: TcpConfig;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly isn: IsnSource;
  readonly observer: Observer | undefined;
  readonly segmentLimit: number;
  readonly timestampOffset: number;
  readonly challengeLimiter: ChallengeLimiter;
  readonly ackSample: AckSample;
  readonly addressOctets: Uint8Array;
  readonly pathMtu: number;
  readonly paths: PathMemory | undefined;
  readonly id: number;
  readonly answeredSyn: Segment | null;
  readonly progress: OctetCount;
}

/** The options of a connection that opens actively. @throws RangeError for a config out of range */
export function completeOptions(options: ConnectionOptions): CompleteOptions {
  const config = completeConfig(options.config);
  const seed = seqToInt32(options.isn(options.local, options.remote, instant(0)));
  return {
    config,
    local: options.local,
    remote: options.remote,
    isn: options.isn,
    observer: options.observer,
    segmentLimit: options.segmentLimit ?? 0,
    timestampOffset: options.timestampOffset ?? 0,
    challengeLimiter: options.challengeLimiter ??
      new ChallengeLimiter(config.defence.challengeAcksPerSecond, seed),
    ackSample: options.ackSample ?? new AckSample(),
    addressOctets: options.addressOctets ?? joinAddresses(options.local.address, options.remote.address),
    pathMtu: options.pathMtu ?? Infinity,
    paths: options.paths,
    id: options.id ?? 1,
    answeredSyn: options.answeredSyn ?? null,
    progress: options.progress ?? new OctetCount(),
  };
}

/** The options of a connection in LISTEN: the peer is given where its SYN is there already, and may be anybody otherwise. */
export type ListenOptions = Omit<ConnectionOptions, "remote"> & Partial<Pick<ConnectionOptions, "remote">>;

/** Those with every default filled in. @throws RangeError for a config out of range */
export function completeListenOptions(options: ListenOptions): CompleteOptions {
  const { remote } = options;
  if (remote !== undefined) return completeOptions({ ...options, remote });
  const { family, octets } = options.local.address;
  const anyPeer: Endpoint = { address: { family, octets: new Uint8Array(octets.length) }, port: 0 };
  return completeOptions({ ...options, remote: anyPeer });
}

/** Numbers connections from 1 on. @returns gives the next number */
export function numbering(): () => number {
  let last = 0;
  return () => ++last;
}
