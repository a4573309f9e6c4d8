/**
 * Has the loop woken when a source that was dry has more to read, and when a sink that was full has room again.
 *
 * @module
 */

import { POLLIN, POLLOUT } from "../ffi/constants.ts";
import type { ClientLoop } from "./client_job.ts";
import type { OctetSink } from "./sinks.ts";
import type { OctetSource } from "./sources.ts";

/** Watches both ends of a transfer, only while it waits for them: they may be ready for long. */
export class EndWatches implements Disposable {
  readonly #loop: Pick<ClientLoop, "watch">;
  readonly #ends: { readonly source: OctetSource; readonly sink: OctetSink };
  #source: Disposable | null = null;
  #sink: Disposable | null = null;

  constructor(
    loop: Pick<ClientLoop, "watch">,
    ends: { readonly source: OctetSource; readonly sink: OctetSink },
  ) {
    this.#loop = loop;
    this.#ends = ends;
  }

  /** What the transfer waits for now. */
  update({ isDry, isStalled }: { readonly isDry: boolean; readonly isStalled: boolean }): void {
    const { source, sink } = this.#ends;
    this.#source = this.#watch(this.#source, isDry ? source.descriptor : null, POLLIN);
    this.#sink = this.#watch(this.#sink, isStalled ? sink.descriptor : null, POLLOUT);
  }

  [Symbol.dispose](): void {
    this.update({ isDry: false, isStalled: false });
  }

  #watch(present: Disposable | null, descriptor: number | null, events: number): Disposable | null {
    if (descriptor !== null) return present ?? this.#loop.watch(descriptor, () => {}, events);
    present?.[Symbol.dispose]();
    return null;
  }
}
