/**
 * What there is to know about this host before a connection: each fact, or why it cannot be known. Nothing is sent but what
 * the look-up of a name takes.
 *
 * @module
 */

import { wallClockMicros } from "../ffi/clocks.ts";
import { SystemError } from "../ffi/errno.ts";
import { type FilterVerdicts, filterVerdicts } from "../ffi/flow_packets.ts";
import { type IpsecVerdict, ipsecVerdict, type SettledFlow } from "../ffi/ipsec.ts";
import { LibcError } from "../ffi/libc.ts";
import { listInterfaces, readLink } from "../ffi/link.ts";
import { hookFunctions } from "../ffi/netfilter.ts";
import { readInterface } from "../ffi/network_interface.ts";
import { type Offload, offloadsOn } from "../ffi/offloads.ts";
import { PortGuard } from "../ffi/port_guard.ts";
import {
  capabilities,
  type Capability,
  descriptorLimit,
  effectiveUser,
  freeDescriptors,
  hasKernelStamps,
  isInOwnNetwork,
  isInUserNamespace,
} from "../ffi/process_facts.ts";
import { openRawSocket } from "../ffi/raw_socket_v6.ts";
import { resolve, ResolveError, resolveService } from "../ffi/resolve.ts";
import { type Flow, type Route, routeTo, type Steering, steeringOf } from "../ffi/route.ts";
import { readSmallFile } from "../ffi/small_file.ts";
import { formatIp, type IpAddress, parseLiteral, unmapped } from "../ffi/sockaddr.ts";
import { isUnicast } from "../tcp/single.ts";
import { ioReason } from "./io_errors.ts";
import type { Way } from "./target.ts";

/** Something known, or why it is not. */
export type Fact<T> =
  | { readonly isKnown: true; readonly value: T }
  | { readonly isKnown: false; readonly errnoName: string; readonly message: string };

/** Descriptors that a client with every way of looking opens, and some room. */
export const ENOUGH_DESCRIPTORS = 16;

/** Number of the user that has all rights, unless somebody takes some away. */
export const ROOT = 0;

/** In place of an error's name: the address is one of many hosts, or of none. */
export const NOT_ONE_HOST = "not one host";

/** Connection tracking of this network. */
export interface Tracking {
  /** Whether packets are tracked here; null: it cannot be seen. */
  readonly isOn: boolean | null;
  readonly connections: number;
  readonly most: number;
}

/** An interface, as far as it matters. */
export interface InterfaceFact {
  readonly name: string;
  readonly isUp: boolean;
  readonly isLoopback: boolean;
}

/** Where the packets leave, as the text names it. */
export interface NamedRoute extends Route {
  readonly interfaceName: string;
  /** As of `Link`, as far as is known. */
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
  /** Whether it leads to this host itself. */
  readonly isLoopback: boolean;
  readonly destination: string;
}

/** All of it. What depends on something that is not known is not known either, for its reason. */
export interface DoctorFacts {
  readonly way: Way;
  /** Whether the connection is there already, or was: packets to look at are then not its first. */
  readonly isEstablished: boolean;
  readonly rawSocket: Fact<true>;
  readonly rights: Fact<ReadonlySet<Capability>>;
  readonly user: Fact<number>;
  readonly isInUserNamespace: Fact<boolean>;
  readonly isInOwnNetwork: Fact<boolean | null>;
  readonly interfaces: Fact<readonly InterfaceFact[]>;
  readonly freeDescriptors: number;
  readonly descriptorLimit: Fact<number>;
  /** Microseconds of the smallest step of our clock. */
  readonly clockStep: number;
  /** The year that the system's clock shows. */
  readonly year: number;
  readonly isLiteral: boolean;
  readonly addresses: Fact<readonly string[]>;
  readonly port: Fact<number>;
  readonly route: Fact<NamedRoute>;
  /** Null: raw sockets take the way of the kernel's own TCP. */
  readonly steering: Fact<Steering | null>;
  readonly source: Fact<string>;
  readonly guard: Fact<true>;
  readonly stamps: Fact<boolean>;
  readonly offloads: Fact<readonly Offload[] | null>;
  readonly filters: Fact<FilterVerdicts>;
  readonly tracking: Fact<Tracking | null>;
  /** `outOfKernel`: what they do with packets of the kernel's own TCP that go out. */
  readonly ipsec: Fact<Readonly<Record<"in" | "out" | "outOfKernel", IpsecVerdict>>>;
}

/** Facts that have nothing to do with where a connection leads. */
type ProcessFact =
  | "rawSocket"
  | "rights"
  | "user"
  | "isInUserNamespace"
  | "isInOwnNetwork"
  | "interfaces"
  | "freeDescriptors"
  | "descriptorLimit"
  | "clockStep"
  | "year"
  | "stamps";

/** Looks at all of it. @throws LibcError when the C library cannot be called */
export async function gatherFacts(way: Way, isEstablished = false): Promise<DoctorFacts> {
  const { target: { host, port: wanted }, family, sourcePort, interfaceName, mark, dscp } = way;
  const literal = way.source === null ? undefined : parseLiteral(way.source);
  const from = literal && unmapped(literal);
  const resolved = await factOf(() => resolve(host, family ?? from?.family));
  const port = await factOf(() => typeof wanted === "number" ? wanted : resolveService(wanted));
  const flow = then(resolved, ([destination]) => {
    if (destination === undefined) throw new ResolveError(host, 0);
    return {
      destination,
      source: from,
      sourcePort,
      destinationPort: port.isKnown ? port.value : 0,
      mark,
      dscp,
      ...interfaceName === null ? {} : { interfaceIndex: readInterface(interfaceName).index },
    };
  });
  const route = then(flow, routeOf);
  const settled: Fact<SettledFlow> = then(
    flow,
    (it) => ({ ...it, source: it.source ?? ifKnown(route).source }),
  );
  const filters = then(settled, (it) => filterVerdicts(it, isEstablished));
  return {
    way,
    isEstablished,
    ...processFacts(),
    isLiteral: parseLiteral(host) !== undefined,
    addresses: then(resolved, (list) => list.map(formatIp)),
    port,
    route,
    steering: then(settled, steeringOf),
    source: then(settled, ({ source }) => formatIp(source)),
    guard: then(settled, ({ source }) => guardFor(source, sourcePort)),
    offloads: then(route, (it) => it.interfaceName === "" ? null : offloadsOn(it.interfaceName)),
    filters,
    tracking: then(settled, ({ destination }) => trackingOf(destination.family, filters)),
    ipsec: then(settled, (it) => ({
      in: ipsecVerdict(it, "in"),
      out: ipsecVerdict(it, "out", "raw socket"),
      outOfKernel: ipsecVerdict(it, "out"),
    })),
  };
}

/** @throws NotKnown for what is not the address of one host; SystemError ENETUNREACH without a route */
function routeOf(flow: Flow): NamedRoute {
  if (!isUnicast(flow.destination)) {
    throw new NotKnown(`${formatIp(flow.destination)} is not the address of one host`, NOT_ONE_HOST);
  }
  const found = routeTo(flow);
  const destination = formatIp(flow.destination);
  if (found.interfaceIndex === 0) {
    return { ...found, interfaceName: "", isUp: true, hasCarrier: true, isLoopback: true, destination };
  }
  const { name, isUp, hasCarrier, kind } = readLink(found.interfaceIndex);
  return { ...found, interfaceName: name, isUp, hasCarrier, isLoopback: kind === "loopback", destination };
}

function processFacts(): Pick<DoctorFacts, ProcessFact> {
  return {
    rawSocket: attempt((): true => {
      openRawSocket({ local: { address: LOOPBACK, port: 1 } })[Symbol.dispose]();
      return true;
    }),
    rights: attempt(capabilities),
    user: attempt(effectiveUser),
    isInUserNamespace: attempt(isInUserNamespace),
    isInOwnNetwork: attempt(isInOwnNetwork),
    interfaces: attempt(listInterfaces),
    freeDescriptors: freeDescriptors(ENOUGH_DESCRIPTORS),
    descriptorLimit: attempt(descriptorLimit),
    clockStep: clockStep(),
    year: new Date(wallClockMicros() / MICROS_PER_MILLISECOND).getUTCFullYear(),
    stamps: attempt(hasKernelStamps),
  };
}

const LOOPBACK: IpAddress = { family: 4, octets: Uint8Array.of(127, 0, 0, 1) };
const MICROS_PER_MILLISECOND = 1_000;
const STEPS_MEASURED = 5;

function clockStep(): number {
  let smallest = Infinity;
  for (let steps = 0; steps < STEPS_MEASURED; steps++) {
    const start = performance.now();
    let next = start;
    while (next === start) next = performance.now();
    smallest = Math.min(smallest, next - start);
  }
  return smallest * MICROS_PER_MILLISECOND;
}

function guardFor(address: IpAddress, port: number): true {
  PortGuard.open({ address, port })[Symbol.dispose]();
  return true;
}

/** Whether packets are tracked, by whoever needs that; null: it cannot be seen. */
function isTracked(family: 4 | 6, connections: number, filters: Fact<FilterVerdicts>): boolean | null {
  const hooks = attempt(() => hookFunctions(family, "out"));
  if (hooks.isKnown && hooks.value !== null) return hooks.value.some((name) => name.includes("conntrack"));
  if (connections > 0) return true;
  if (!filters.isKnown || filters.value.unread.length > 0) return null;
  return filters.value.needsTracking;
}

/** Null: the kernel has no connection tracking, or has not loaded it. */
function trackingOf(family: 4 | 6, filters: Fact<FilterVerdicts>): Tracking | null {
  const [connections, most] = ["count", "max"].map((what) =>
    attempt(() => Number(readSmallFile(`/proc/sys/net/netfilter/nf_conntrack_${what}`)))
  );
  if (connections === undefined || most === undefined || !connections.isKnown || !most.isKnown) return null;
  const { value: count } = connections;
  return { isOn: isTracked(family, count, filters), connections: count, most: most.value };
}

function attempt<T>(probe: () => T): Fact<T> {
  try {
    return { isKnown: true, value: probe() };
  } catch (error) {
    return unknownBecause(error);
  }
}

async function factOf<T>(probe: () => Promise<T> | T): Promise<Fact<T>> {
  try {
    return { isKnown: true, value: await probe() };
  } catch (error) {
    return unknownBecause(error);
  }
}

/** A fact that follows from another one. */
function then<A, B>(fact: Fact<A>, probe: (value: A) => B): Fact<B> {
  return fact.isKnown ? attempt(() => probe(fact.value)) : fact;
}

/** A fact that something follows from is not known. */
class NotKnown extends Error {
  readonly errnoName: string;

  constructor(message: string, errnoName: string) {
    super(message);
    this.errnoName = errnoName;
  }
}

function ifKnown<T>(fact: Fact<T>): T {
  if (fact.isKnown) return fact.value;
  throw new NotKnown(fact.message, fact.errnoName);
}

function unknownBecause(error: unknown): Fact<never> {
  if (error instanceof LibcError) throw error;
  if (error instanceof SystemError || error instanceof NotKnown) {
    return { isKnown: false, errnoName: error.errnoName, message: ioReason(error) };
  }
  if (error instanceof ResolveError) return { isKnown: false, errnoName: error.code, message: error.message };
  throw error;
}
