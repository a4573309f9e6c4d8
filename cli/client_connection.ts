/**
 * The connection and the job that follow from the client's command line.
 *
 * @module
 */

import { RawConnection, type RawConnectionOptions } from "../driver/connect.ts";
import type { LinkMode, OnLinkChange, packetLink } from "../driver/link.ts";
import { cpuMicros } from "../ffi/clocks.ts";
import { type Endpoint, type IpAddress, micros, seconds, seqNumber } from "../tcp/single.ts";
import type { faultsFor } from "./client_faults.ts";
import type { ClientArguments } from "./client_arguments.ts";
import { clientConfig } from "./client_config.ts";
import type { ClientEnds } from "./client_ends.ts";
import type { ClientJob } from "./client_job.ts";
import { lastWords } from "./interruption.ts";
import type { Narrator } from "./narrator.ts";
import { showsSegments } from "./observe_arguments.ts";
import type { Watchers } from "./observed.ts";

/**
 * How long a message waits for the next packet with the thread in hand, milliseconds: most peers on the same host or cable answer
 * within it, and to leave the thread takes a call on another one.
 */
const PATIENCE = 1;

/**
 * How long bulk waits for the next packet with the thread in hand, milliseconds: the round trip of most paths. Where both processors
 * were busy, two threads more that had to get one cost up to 17 ms a time, which a sender's HyStart took for a queue. Measured.
 */
export const BULK_PATIENCE = 50;

/** What a connection belongs to, and what it takes that not every one does. */
export interface ClientContext {
  readonly wanted: ClientArguments;
  readonly ends: ClientEnds;
  /** Null: every packet goes by raw socket. */
  readonly link: { readonly mode: LinkMode; readonly open: typeof packetLink } | null;
  /** Null: nothing goes wrong on purpose. */
  readonly faultsFor: typeof faultsFor | null;
}

/** Loads what the connection takes besides what every one does. */
export async function prepareClient(wanted: ClientArguments, ends: ClientEnds): Promise<ClientContext> {
  const { interfaceName, mark, observe, faults } = wanted;
  const isRawOnly = interfaceName !== null || mark !== 0;
  const mode = isRawOnly ? "raw" : wanted.link ?? (ends.isBulk && !showsSegments(observe) ? "auto" : "raw");
  return {
    wanted,
    ends,
    link: mode === "raw" ? null : { mode, open: (await import("../driver/link.ts")).packetLink },
    faultsFor: faults.length === 0 ? null : (await import("./client_faults.ts")).faultsFor,
  };
}

/** A connection, and how to wait until what it has sent has left; what has not leaves when it is disposed of. */
export interface OpenConnection extends Disposable {
  readonly raw: RawConnection;
  /** `asked`: when the program is to end; what has not left is not waited for long then. */
  readonly drained: (asked: Promise<void>) => Promise<void>;
}

/** Hears what becomes of segments that do not leave this host. */
interface WayListener {
  readonly unsent: NonNullable<RawConnectionOptions["onUnsent"]>;
  readonly blocked: NonNullable<RawConnectionOptions["onBlockage"]>;
}

/** Begins the connection. @throws as `RawConnection.open` */
export function openConnection(
  { wanted, ends, link, faultsFor }: ClientContext,
  remote: Endpoint,
  source: IpAddress | null,
  watchers: Watchers,
  narrator: Narrator,
  { unsent, blocked }: WayListener,
): OpenConnection {
  const { sourcePort, isn, observe, interfaceName, mark } = wanted;
  const { onDrop } = watchers;
  const faulty = faultsFor?.(wanted, watchers, narrator, () => raw.loop.wake()) ?? null;
  const onLinkChange: OnLinkChange = (now, reason) => {
    const isUnwanted = now === "rules" || link?.mode === "packet" && now === "raw";
    if (observe.verbose || isUnwanted) narrator.linkChanged(now, reason, isUnwanted);
  };
  const raw = RawConnection.open({
    remote,
    sourcePort,
    ...source === null ? {} : { source },
    ...interfaceName === null ? {} : { interfaceName },
    mark,
    config: clientConfig(wanted, ends.isBulk),
    link: link?.open(link.mode, onLinkChange),
    // A thread in hand would keep delayed packets waiting.
    patience: faulty !== null ? 0 : ends.isBulk ? BULK_PATIENCE : PATIENCE,
    ...faulty === null ? {} : { throughDevice: faulty.through },
    onRemark: (text) => narrator.warning(`Not the way of the kernel's own TCP: ${text}`),
    onMtuChange: (text) => narrator.warning(text),
    observer: watchers.beside(narrator),
    onDrop: (reason, now, packet) => {
      narrator.packetRefused(reason, now);
      onDrop?.(reason, now, packet);
    },
    ...isn === null ? {} : { isn: () => seqNumber(isn) },
    onUnsent: unsent,
    onBlockage: blocked,
  });
  return {
    raw,
    drained: async (asked) => await faulty?.drained(lastWords(asked)),
    [Symbol.dispose]: (): void => {
      faulty?.hurry();
      raw[Symbol.dispose]();
    },
  };
}

/** What the session is to do. `peer`: as messages name it. */
export function jobOf({ wanted, ends }: ClientContext, peer: string, isHeldBack: () => boolean): ClientJob {
  const { transfer, connectTimeout, timeout, closeTimeout, timeWait } = wanted;
  const { source, sink, sending, ending, isBulk, afterword } = ends;
  return {
    peer,
    source,
    sink,
    sending,
    receives: transfer.receives,
    isMeasured: isBulk,
    cpuTime: () => micros(cpuMicros()),
    ending,
    aborts: transfer.aborts,
    connectTimeout: connectTimeout === null ? null : seconds(connectTimeout),
    timeout: timeout === null ? null : seconds(timeout),
    closeTimeout: seconds(closeTimeout),
    linger: transfer.linger === null ? null : seconds(transfer.linger),
    timeWait: seconds(timeWait),
    isHeldBack,
    afterword,
  };
}
