/**
 * The local ports of a host that connects from many: each guarded as long as a connection has it.
 *
 * @module
 */

import { SystemError } from "../ffi/errno.ts";
import { PortGuard } from "../ffi/port_guard.ts";
import type { IpAddress, Port, PortKeeper, PortRange } from "../tcp/mod.ts";

/** A guard, and how many connections rely on it. */
interface HeldPort {
  readonly guard: PortGuard;
  users: number;
}

/** Ports of one address. A port is guarded from before its first segment until its last connection has ended. */
export class GuardedPorts implements PortKeeper, Disposable {
  readonly range: PortRange;
  readonly #held = new Map<Port, HeldPort>();

  constructor(range: PortRange) {
    this.range = range;
  }

  /** Ports guarded now. */
  get count(): number {
    return this.#held.size;
  }

  /** Whether the port is guarded, so that its segments are for us and not for the kernel. */
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
    try {
      this.#held.set(port, { guard: PortGuard.open({ address, port }), users: 1 });
      return true;
    } catch (error) {
      if (error instanceof SystemError && error.errnoName === "EADDRINUSE") return false;
      throw error;
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
