/**
 * Reads capture files, whoever wrote them: pcapng and classic pcap, either order of octets, whole or as they come.
 *
 * @module
 */

import type { FormatReader, TakePacket } from "../capture.ts";
import { PcapReader } from "./pcap_reader.ts";
import { PcapngReader } from "./pcapng_reader.ts";

/** The file is no capture, or breaks its own format; the message says what and where. */
export class CaptureFormatError extends Error {
  /** As in messages. */
  override readonly name = "CaptureFormatError";
}

/** Octets that show which format it is. */
const LEAST_OCTETS = 24;

const NO_OCTETS = new Uint8Array(0);

/** Reads a capture that comes in pieces, and holds no more of it than its last incomplete packet. */
export class CaptureReader {
  readonly #take: TakePacket;
  #format: FormatReader | null = null;
  #rest: Uint8Array = NO_OCTETS;

  constructor(take: TakePacket) {
    this.#take = take;
  }

  /** Takes the next octets of the file; packets borrow them. @throws CaptureFormatError when it is no capture */
  push(octets: Uint8Array): void {
    const all = this.#rest.length === 0 ? octets : joined(this.#rest, octets);
    if (this.#format === null) {
      if (all.length < LEAST_OCTETS) {
        this.#rest = all.slice();
        return;
      }
      this.#format = PcapngReader.of(all, this.#take) ?? PcapReader.of(all, this.#take);
      if (this.#format === null) throw notACapture();
    }
    this.#rest = this.#format.isBroken ? all : all.slice(this.#format.read(all));
  }

  /** No octet follows. @throws CaptureFormatError when it is no capture */
  end(): { readonly trailingComments: readonly string[]; readonly isCut: boolean } {
    if (this.#format === null) throw this.#rest.length === 0 ? empty() : notACapture();
    return { trailingComments: this.#format.trailingComments, isCut: this.#rest.length > 0 };
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function empty(): CaptureFormatError {
  return new CaptureFormatError(
    "Cannot read it as a capture: it is empty, without even the header that tcpdump -w and Wireshark begin with",
  );
}

function notACapture(): CaptureFormatError {
  return new CaptureFormatError(
    "Cannot read it as a capture: it is neither pcapng nor pcap, which tcpdump -w and Wireshark write",
  );
}
