/**
 * What the test server tells: a line or a block for everything that happens to a connection.
 *
 * @module
 */

import { counted } from "./counted.ts";
import { PayloadLines } from "./payload_lines.ts";
import type { Output } from "./output.ts";

/** How a connection ended. */
export type ConnectionEnding =
  | "closed by peer (FIN)"
  | "closed by us (FIN)"
  | "closed by us (server stopped)"
  | "reset by peer"
  | "timed out"
  /** Any other error of the system, by name. */
  | `failed: ${string}`;

/** Writes what happens, in the order in which it happens. */
export class ServerReport {
  readonly #output: Output;
  readonly #showsPayload: boolean;
  /** Which connection the last line was about: the blocks do not say whose they are. */
  #subject = "";
  /** Of connections from which something was shown, by their peers. */
  readonly #payloads = new Map<string, PayloadLines>();

  /** `showsPayload`: whether of what arrives more than the amount may be told. */
  constructor(output: Output, showsPayload: boolean) {
    this.#output = output;
    this.#showsPayload = showsPayload;
  }

  /** Whether whoever reads this is so far behind that nothing more is to be shown for now. */
  get isBehind(): boolean {
    return this.#output.isBehind;
  }

  listening(endpoint: string): void {
    this.#output.line("note", `Server listening on ${endpoint}`);
  }

  connected(peer: string): void {
    this.#subject = peer;
    this.#output.line("done", `Connection from ${peer}`);
  }

  /** Shows what one read gave; names the connection first when the lines before were about another one. */
  received(peer: string, octets: Uint8Array): void {
    if (this.#output.isSilent) return;
    if (this.#subject !== peer) this.#output.line("note", `From ${peer}:`);
    this.#subject = peer;
    // One write for the block: other programs may be writing to the same terminal.
    const lines = this.#payloads.get(peer) ?? new PayloadLines(this.#showsPayload);
    this.#payloads.set(peer, lines);
    this.#output.line("sent", lines.of(octets));
  }

  /** Says how a connection ended and how many octets went over it; what of its own has left, and was acknowledged, only its TCP knows. */
  ended(peer: string, ending: ConnectionEnding, received: number, sent: number): void {
    this.#subject = "";
    this.#payloads.delete(peer);
    const amounts = `${bytes(received)} received${sent > 0 ? `, ${bytes(sent)} handed over to be sent` : ""}`;
    const mark = ending.startsWith("closed") ? "note" : "warning";
    this.#output.line(mark, `Connection from ${peer} ${ending}, ${amounts}`);
  }

  /** Says which way a connection's packets take from now on, `text`, or what does not hold on it; `isUnwanted`: it was not asked for. */
  wayOf(peer: string, text: string, isUnwanted: boolean): void {
    this.#subject = "";
    const line = `Connection from ${peer}: ${text}`;
    if (isUnwanted) this.#output.warning(line);
    else this.#output.line("note", line);
  }

  /** Says how many SYNs more were answered without keeping anything of them. */
  floodedBy(syns: number): void {
    this.#output.warning(
      `The backlog was full: ${
        counted(syns, "SYN")
      } answered with SYN cookies, which keep nothing (RFC 4987 3.6)`,
    );
  }

  /** Says why a segment of our own TCP's could not leave; `reason`: empty when there is nothing to add. */
  unsent(reason: string): void {
    this.#output.warning(
      `A segment could not leave this host: ${reason === "" ? "no way to the peer" : reason}`,
    );
  }

  /** Says something about the server as a whole. */
  note(text: string): void {
    this.#output.line("note", text);
  }
}

function bytes(count: number): string {
  return `${count} byte${count === 1 ? "" : "s"}`;
}
