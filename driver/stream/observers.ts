/**
 * Observers of single connections on a host that has many.
 *
 * @module
 */

import type { ConnectionView, Observer } from "../../tcp/single.ts";

const NOBODY: Set<Observer> = new Set();

/** Passes each event on to whoever watches its connection. What concerns no connection is nobody's. */
export class Observers implements Observer {
  readonly #byConnection = new WeakMap<ConnectionView, Set<Observer>>();
  /** Watch every connection that appears while they are here: those of a listener, or of the one that is being made. */
  readonly #ofNew = new Set<Observer>();
  readonly #failures = new WeakMap<ConnectionView, unknown>();
  /** Connections of which an observer has thrown, until they are named. */
  readonly #failed: ConnectionView[] = [];

  /** Watches one connection. @returns ends that when disposed of */
  watch(connection: ConnectionView, observer: Observer): Disposable {
    const watching = this.#of(connection);
    watching.add(observer);
    return { [Symbol.dispose]: (): void => void watching.delete(observer) };
  }

  /** Watches every connection that appears from now on, from its first event. @returns ends that for later ones */
  watchNew(observer: Observer): Disposable {
    this.#ofNew.add(observer);
    return { [Symbol.dispose]: (): void => void this.#ofNew.delete(observer) };
  }

  /** Whether anybody watches this connection now. */
  isWatched(connection: ConnectionView): boolean {
    return this.#of(connection).size > 0;
  }

  /** What an observer of this connection threw, once; undefined: nothing. It has not been told of anything since. */
  takeFailure(connection: ConnectionView): unknown {
    const failure = this.#failures.get(connection);
    this.#failures.delete(connection);
    return failure;
  }

  /** The next connection of the host to which something has happened, if it is only that an observer has thrown; null: none. */
  nextEventful(host: { nextEventful(): ConnectionView | null }): ConnectionView | null {
    return this.#failed.pop() ?? host.nextEventful();
  }

  segmentSent(...[connection, ...event]: Parameters<Observer["segmentSent"]>): void {
    this.#tell(connection, (observer) => observer.segmentSent(connection, ...event));
  }

  segmentArrived(...[connection, ...event]: Parameters<Observer["segmentArrived"]>): void {
    this.#tell(connection, (observer) => observer.segmentArrived(connection, ...event));
  }

  segmentDropped(...[connection, ...event]: Parameters<Observer["segmentDropped"]>): void {
    this.#tell(connection, (observer) => observer.segmentDropped(connection, ...event));
  }

  stateChanged(...[connection, ...event]: Parameters<Observer["stateChanged"]>): void {
    this.#tell(connection, (observer) => observer.stateChanged(connection, ...event));
  }

  timerFired(...[connection, ...event]: Parameters<Observer["timerFired"]>): void {
    this.#tell(connection, (observer) => observer.timerFired(connection, ...event));
  }

  icmpArrived(...[connection, ...event]: Parameters<Observer["icmpArrived"]>): void {
    this.#tell(connection, (observer) => observer.icmpArrived(connection, ...event));
  }

  congestionChanged(...[connection, ...event]: Parameters<Observer["congestionChanged"]>): void {
    this.#tell(connection, (observer) => observer.congestionChanged(connection, ...event));
  }

  /** An observer that throws harms its own connection, not the host's others. */
  #tell(connection: ConnectionView | null, tell: (observer: Observer) => void): void {
    const watching = this.#of(connection);
    for (const observer of watching) {
      try {
        tell(observer);
      } catch (error) {
        watching.delete(observer);
        if (connection === null) continue;
        this.#failures.set(connection, error);
        this.#failed.push(connection);
      }
    }
  }

  #of(connection: ConnectionView | null): Set<Observer> {
    if (connection === null) return NOBODY;
    let watching = this.#byConnection.get(connection);
    if (watching === undefined) {
      watching = new Set(this.#ofNew);
      this.#byConnection.set(connection, watching);
    }
    return watching;
  }
}
