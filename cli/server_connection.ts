/**
 * One connection of the test server: what each mode does when octets arrive or can be sent.
 *
 * @module
 */

import type { StreamSocket } from "../ffi/mod.ts";
import { Pattern } from "./pattern.ts";
import { type ServerMode, SHOWING_MODES } from "./server_arguments.ts";
import type { ConnectionEnding, ServerReport } from "./server_report.ts";

/** What is used of a connected socket. */
export type ServerStream = Pick<StreamSocket, "descriptor" | "receive" | "send" | "shutdown"> & Disposable;

/** What a connection waits for; null when it is over. */
export interface Wanted {
  readonly readable: boolean;
  readonly writable: boolean;
}

/** Octets of the buffer that one read fills at most. */
const READ_LENGTH = 262_144;

/** Reads or sends of one connection in a row before the others get their turn. */
const CALLS_PER_TURN = 16;

/** What mode source sends; made when the first connection needs it. */
let pattern: Pattern | null = null;

/** Read by one connection at a time and used up at once, so one is enough for all. */
const sharedBuffer = new Uint8Array(READ_LENGTH);

const NONE = new Uint8Array();

/** CR LF CR LF. */
const END_OF_REQUEST = [13, 10, 13, 10];

/** One accepted connection until its end. */
export class ServerConnection {
  readonly peer: string;
  readonly stream: ServerStream;
  readonly #mode: ServerMode;
  /** What modes file and reply answer. */
  readonly #answer: Uint8Array;
  readonly #report: ServerReport;
  /** What is to be sent and could not be sent yet. */
  #waiting: Uint8Array = NONE;
  /** In mode file: how many octets of the empty line that ends a request have just been read. */
  #ofEmptyLine = 0;
  #isAnswered = false;
  #received = 0;
  #sent = 0;
  #peerFinished = false;
  #weFinished = false;
  #weFinishedFirst = false;

  /** Takes ownership of `stream`. `answer`: what modes file and reply answer. */
  constructor(
    stream: ServerStream,
    peer: string,
    mode: ServerMode,
    report: ServerReport,
    answer: Uint8Array = NONE,
  ) {
    this.#answer = answer;
    this.stream = stream;
    this.peer = peer;
    this.#mode = mode;
    this.#report = report;
  }

  /** Reads and sends what goes without waiting, within the turn's bound; null once the connection is over and closed. */
  turn(): Wanted | null {
    try {
      for (let call = 0; call < CALLS_PER_TURN; call++) {
        const sending = this.#sendSome();
        const reading = this.#receiveSome();
        if (this.#peerFinished && this.#nothingToSend()) return this.#finish();
        if (!sending && !reading) break;
      }
    } catch (error) {
      this.end(endingOf(error));
      return null;
    }
    return { readable: this.#mayReceive(), writable: !this.#nothingToSend() };
  }

  /** Closes the connection and says why. */
  end(ending: ConnectionEnding): void {
    this.stream[Symbol.dispose]();
    this.#report.ended(this.peer, ending, this.#received, this.#sent);
  }

  #finish(): null {
    this.#shutdown();
    this.end(this.#weFinishedFirst ? "closed by us (FIN)" : "closed by peer (FIN)");
    return null;
  }

  #nothingToSend(): boolean {
    if (this.#mode.kind === "source") return this.#sent >= this.#mode.octets;
    return this.#waiting.length === 0;
  }

  /**
   * What answers reads on only when the last answer has gone out, and what is shown only as fast as it is read: the peer's own
   * window then holds it back.
   */
  #mayReceive(): boolean {
    if (this.#peerFinished) return false;
    const { kind } = this.#mode;
    if (this.#report.isBehind && SHOWING_MODES.includes(kind)) return false;
    return (kind !== "echo" && kind !== "reply") || this.#nothingToSend();
  }

  /** Whether anything was sent. */
  #sendSome(): boolean {
    const octets = this.#nothingToSend() ? 0 : this.stream.send(this.#outgoing());
    this.#sent += octets;
    if (octets > 0 && this.#mode.kind !== "source") this.#waiting = this.#waiting.subarray(octets);
    if (this.#isAnswered && this.#nothingToSend()) this.#shutdown();
    if (this.#mode.kind === "source" && this.#nothingToSend()) this.#shutdown();
    return octets > 0;
  }

  #outgoing(): Uint8Array {
    if (this.#mode.kind !== "source") return this.#waiting;
    pattern ??= new Pattern(READ_LENGTH);
    const octets = pattern.from(this.#sent);
    const left = this.#mode.octets - this.#sent;
    return left < octets.length ? octets.subarray(0, left) : octets;
  }

  /** Whether anything was received. */
  #receiveSome(): boolean {
    if (!this.#mayReceive()) return false;
    const length = this.stream.receive(sharedBuffer);
    if (length === null) {
      this.#peerFinished = true;
      return false;
    }
    this.#received += length;
    if (length > 0) this.#take(sharedBuffer.subarray(0, length));
    return length > 0;
  }

  #take(octets: Uint8Array): void {
    switch (this.#mode.kind) {
      case "print":
        this.#report.received(this.peer, octets);
        break;
      case "echo":
        this.#report.received(this.peer, octets);
        this.#send(octets);
        break;
      case "reply":
        this.#report.received(this.peer, octets);
        this.#send(this.#answer);
        break;
      case "file":
        this.#request(octets);
        break;
      case "discard":
      case "source":
        break;
    }
  }

  /** Reads an HTTP request up to the empty line at its end (RFC 9112 2.1); what it asks for is all the same. */
  #request(octets: Uint8Array): void {
    for (const octet of octets) {
      const expected = END_OF_REQUEST[this.#ofEmptyLine];
      this.#ofEmptyLine = octet === expected ? this.#ofEmptyLine + 1 : octet === END_OF_REQUEST[0] ? 1 : 0;
      if (this.#ofEmptyLine < END_OF_REQUEST.length) continue;
      this.#ofEmptyLine = 0;
      if (!this.#isAnswered) this.#waiting = this.#answer;
      this.#isAnswered = true;
    }
  }

  /** Sends what goes at once, and keeps a copy of the rest: an idle connection has no buffer. */
  #send(octets: Uint8Array): void {
    const sent = this.stream.send(octets);
    this.#sent += sent;
    this.#waiting = sent === octets.length ? NONE : octets.slice(sent);
  }

  #shutdown(): void {
    if (this.#weFinished) return;
    this.stream.shutdown();
    this.#weFinished = true;
    this.#weFinishedFirst = !this.#peerFinished;
  }
}

/** The ending that an error of the socket means; system errors are known by their `errnoName`. */
function endingOf(error: unknown): ConnectionEnding {
  const name = errnoNameOf(error);
  switch (name) {
    case "ECONNRESET":
    case "EPIPE":
    case "ENOTCONN": // shutdown after the peer's RST has taken the connection down
      return "reset by peer";
    case "ETIMEDOUT":
      return "timed out";
    case undefined:
      throw error;
    default:
      return `failed: ${name}`;
  }
}

/** The `errnoName` of a system error, undefined for any other one. */
export function errnoNameOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("errnoName" in error)) return undefined;
  return typeof error.errnoName === "string" ? error.errnoName : undefined;
}
