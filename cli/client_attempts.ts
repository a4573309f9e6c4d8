/**
 * Connecting to a host: its addresses one after another, each with its reason when it fails, and a second one beside the first
 * when that takes long (RFC 8305).
 *
 * @module
 */

import { type Endpoint, formatEndpoint, type IpAddress, isAddressText, parseAddress } from "../tcp/single.ts";
import { unmapped } from "../ffi/sockaddr.ts";
import type { ClientArguments } from "./client_arguments.ts";
import { type ClientContext, jobOf, type OpenConnection, openConnection } from "./client_connection.ts";
import { ClientSession } from "./client_session.ts";
import { ExitCode } from "./exit_codes.ts";
import { describeFailure, ProgramFailure } from "./failures.ts";
import { Narrator } from "./narrator.ts";
import type { Watchers } from "./observed.ts";
import type { Output } from "./output.ts";

/** One try to connect to one address. */
export interface Attempt extends OpenConnection {
  readonly session: ClientSession;
  readonly narrator: Narrator;
}

/** Whom the command line means. */
export interface Peers {
  readonly addresses: readonly IpAddress[];
  readonly port: number;
  /** Address to send from; null: the kernel's choice. */
  readonly source: IpAddress | null;
}

/** Finds addresses and port. @throws ResolveError, ProgramFailure */
export async function findPeers({ target, source, family }: ClientArguments): Promise<Peers> {
  const from = source === null ? null : unmapped(parseAddress(source));
  if (from !== null && family !== null && from.family !== family) {
    throw new ProgramFailure(
      ExitCode.usage,
      `Cannot send from ${source}: it is no IPv${family} address (-${family})`,
    );
  }
  const { host, port } = target;
  const [addresses, number] = await Promise.all([
    addressesOf(host, family ?? from?.family),
    portOf(port),
  ]);
  if (addresses.length > 0) return { addresses, port: number, source: from };
  throw new ProgramFailure(ExitCode.unknownHost, `Cannot find an address of ${host}`);
}

/** All addresses of a host. One that is written out needs no function of the C library. @throws ResolveError */
async function addressesOf(host: string, family: 4 | 6 | undefined): Promise<readonly IpAddress[]> {
  if (family === undefined && isAddressText(host)) return [unmapped(parseAddress(host))];
  const { resolve } = await import("../ffi/resolve.ts");
  return await resolve(host, family);
}

/** A port by its number, or by the name of its service. @throws ResolveError */
async function portOf(port: number | string): Promise<number> {
  if (typeof port === "number") return port;
  const { resolveService } = await import("../ffi/resolve.ts");
  return await resolveService(port);
}

/** Opens an attempt; its SYN leaves once its session connects. @throws as `RawConnection.open` */
export function openAttempt(
  client: ClientContext,
  remote: Endpoint,
  source: IpAddress | null,
  watchers: Watchers,
  output: Output,
): Attempt {
  // What a transfer waits for is added up where somebody is told.
  const limits = output.isSilent ? null : client.ends.limits();
  const narrator = new Narrator(output, limits, client.wanted.observe.payload);
  const open = openConnection(client, remote, source, watchers, narrator, {
    unsent: (outcome, reason) => session.unsent(outcome, reason),
    blocked: (reason) => session.blocked(reason),
  });
  const { raw } = open;
  const peer = formatEndpoint(remote);
  narrator.starting(peer);
  const job = jobOf(client, peer, () => output.isBehind || watchers.isBehind === true);
  const session = new ClientSession(raw.connection, raw.loop, narrator, job);
  return { ...open, session, narrator };
}

/**
 * Connects to the first address that answers; of the only one that there is the attempt is just begun.
 *
 * @param open `begun` hears of each attempt when it begins
 * @throws what the last attempt failed with, when all have failed
 */
export async function connectToAny(
  { addresses, port, source }: Peers,
  open: (remote: Endpoint, source: IpAddress | null) => Attempt,
  begun: (attempt: Attempt) => void,
  output: Output,
): Promise<Attempt> {
  const [only] = addresses;
  const begin = (address: IpAddress): Attempt => {
    const attempt = open({ address, port }, source);
    begun(attempt);
    return attempt;
  };
  if (only !== undefined && addresses.length === 1) return begin(only);
  const { firstOf } = await import("../driver/stream/happy_eyeballs.ts");
  const running = new Map<Attempt, Promise<void>>();
  let left = addresses.length;
  let lastError: unknown = null;
  const tryOne = async (address: IpAddress, stop: AbortSignal): Promise<Attempt> => {
    try {
      const attempt = begin(address);
      running.set(attempt, connectUnlessStopped(attempt.session, stop));
      await running.get(attempt);
      return attempt;
    } catch (error) {
      lastError = error;
      left--;
      if (left > 0 && !stop.aborted) {
        output.warning(`${describeFailure(error, "").text}; trying the next address`);
      }
      throw error;
    }
  };
  const winner = await firstOf(addresses, tryOne).catch(() => Promise.reject(lastError));
  running.delete(winner);
  await Promise.all([...running].map(([attempt, connecting]) => abandon(attempt, connecting, output)));
  return winner;
}

/** Shakes hands; ends early once another attempt has won. @throws ProgramFailure */
async function connectUnlessStopped(session: ClientSession, stop: AbortSignal): Promise<void> {
  const interrupt = (): void => session.interrupt();
  stop.addEventListener("abort", interrupt);
  try {
    await session.connect();
  } finally {
    stop.removeEventListener("abort", interrupt);
  }
}

/** Ends an attempt that another one was faster than. */
async function abandon(attempt: Attempt, connecting: Promise<void>, output: Output): Promise<void> {
  const hasFailed = await connecting.then(() => false, () => true);
  if (hasFailed) return attempt[Symbol.dispose]();
  await attempt.session.abandon();
  output.line(
    "note",
    `Another address answered first: giving up ${formatEndpoint(attempt.raw.connection.remote)}`,
  );
  attempt[Symbol.dispose]();
}
