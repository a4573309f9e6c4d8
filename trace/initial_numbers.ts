/**
 * The initial sequence numbers of connections, each told once: everything else is counted from them.
 *
 * @module
 */

import type { ConnectionRecord } from "./record.ts";

/** Which of them have been told. */
export class InitialNumbers {
  readonly #absolute: boolean;
  readonly #told = new Map<number, { iss: number | null; irs: number | null }>();

  /** `absolute`: whether all numbers are shown as the header has them. */
  constructor(absolute: boolean) {
    this.#absolute = absolute;
  }

  /** What is to be told now of a connection: a line for each number that has become known. */
  newlyKnown(connection: ConnectionRecord | null): readonly string[] {
    if (connection === null) return [];
    let told = this.#told.get(connection.id);
    if (told === undefined) {
      told = { iss: null, irs: null };
      this.#told.set(connection.id, told);
    }
    const { iss, irs, local, remote } = connection;
    if (told.iss === iss && told.irs === irs) return [];
    const lines: string[] = [];
    if (iss !== null && told.iss !== iss) lines.push(this.#text(local, iss));
    if (irs !== null && told.irs !== irs) lines.push(this.#text(remote, irs));
    told.iss = iss;
    told.irs = irs;
    return lines;
  }

  /** `seq 0 of 192.0.2.1:40000 is 4294967200`, or what that is where nothing is counted from it. */
  #text(end: string, number: number): string {
    return this.#absolute ? `initial seq of ${end} is ${number}` : `seq 0 of ${end} is ${number}`;
  }
}
