/**
 * The local ports of a host that connects from many: each guarded as long as a connection has it.
 *
 * @module
 */

import { SystemError } from "../ffi/errno.ts";
import { reserveDescriptors } from "../ffi/file_descriptor.ts";
import { PortGuard } from "../ffi/port_guard.ts";
import type { Endpoint, IpAddress, Port, PortKeeper, PortRange } from "../tcp/mod.ts";

/** A guard, and how many connections rely on it. */
interface HeldPort {
  readonly guard: PortGuard;
  users: number;
}

/** With so many guards, room is made for twice the descriptors of the next crowd. */
const FIRST_CROWD = 32;
/** Of one crowd to the next. */
const GROWTH = 16;

/** Ports of one address. A port is guarded from before its first segment until its last connection has ended. */
export class GuardedPorts implements PortKeeper, Disposable {
  readonly range: PortRange;
  readonly #held = new Map<Port, HeldPort>();
  #crowd = FIRST_CROWD;

  constructor(range: PortRange) {
    this.range = range;
  }

  /** Ports guarded now. */
  get count(): number {
    return this.#held.size;
  }

  /** Whether the port is guarded, so that its segments are for us: what comes to another is the kernel's to answer. */
  has(port: Port): boolean {
    return this.#held.has(port);
  }

  /** Guards the port, or shares the guard that it has. @throws SystemError EMFILE, EADDRNOTAVAIL and the like */
  take(address: IpAddress, port: Port): boolean {
    const held = this.#held.get(port);
    if (held !== undefined) {
      held.users++;
      return true;
    }
    const guard = this.#open({ address, port });
    if (guard === null) return false;
    this.#held.set(port, { guard, users: 1 });
    return true;
  }

  /** Null when somebody else has the port. */
  #open(local: Endpoint): PortGuard | null {
    try {
      if (this.count === this.#crowd) reserveDescriptors(2 * (this.#crowd *= GROWTH));
      return PortGuard.open(local);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.errnoName === "EADDRINUSE") return null;
      if (error.errnoName !== "EMFILE") throw error;
      const others = `beside ${this.count} that connections have, those in TIME-WAIT included`;
      throw new SystemError(error.call, error.errno, `a guard of local port ${local.port}, ${others}`);
    }
  }

  release(_address: IpAddress, port: Port): void {
    const held = this.#held.get(port);
    if (held === undefined || --held.users > 0) return;
    this.#held.delete(port);
    held.guard[Symbol.dispose]();
  }

  /** Gives every port back. */
  [Symbol.dispose](): void {
    for (const { guard } of this.#held.values()) guard[Symbol.dispose]();
    this.#held.clear();
  }
}
