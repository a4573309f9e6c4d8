/**
 * Reads capture files, whoever wrote them: pcapng and classic pcap, either order of octets, whole or as they come.
 *
 * @module
 */

import { countText } from "../../trace/format.ts";
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

/** How a file ends. */
export interface FileEnd {
  /** Whether it ends in the middle of something, as it does when its writer was killed. */
  readonly isCut: boolean;
  /** After how many of its octets (unpacked) it breaks its own format, so that nothing behind them is read; null: it does not. */
  readonly brokenAfter: number | null;
  /** Why it could not be unpacked to its end, as `gzip: unexpected end of file`; null: it could, or is not packed. */
  readonly unpacking: string | null;
  /** Packets that it gives no time, or one that no calendar has: when they passed is not known. */
  readonly untimed: number;
}

/** Reads a capture that comes in pieces, and holds no more of it than its last incomplete packet. */
export class CaptureReader {
  readonly #take: TakePacket;
  #format: FormatReader | null = null;
  /** What has come and was not used: joined only when that leads on. */
  #rest: Uint8Array[] = [];
  #restLength = 0;
  /** Octets that were used. */
  #used = 0;

  constructor(take: TakePacket) {
    this.#take = take;
  }

  /** Takes the next octets of the file; packets borrow them. @throws CaptureFormatError when it is no capture */
  push(octets: Uint8Array): void {
    if (this.#format?.isBroken === true) return;
    this.#rest.push(octets);
    this.#restLength += octets.length;
    if (this.#restLength < (this.#format?.wanted ?? LEAST_OCTETS)) return;
    const all = joined(this.#rest, this.#restLength);
    this.#format ??= PcapngReader.of(all, this.#take) ?? PcapReader.of(all, this.#take);
    if (this.#format === null) throw notACapture();
    const used = this.#format.read(all);
    this.#used += used;
    this.#restLength -= used;
    this.#rest = this.#restLength === 0 ? [] : [all.slice(used)];
  }

  /** No octet follows; `unpacking`: as in what is returned. @throws CaptureFormatError when it is no capture */
  end(unpacking: string | null = null): FileEnd & { readonly trailingComments: readonly string[] } {
    if (this.#format === null) throw this.#restLength === 0 ? empty() : tooShort(this.#restLength);
    const { trailingComments, untimed, isBroken } = this.#format;
    return {
      trailingComments,
      untimed,
      unpacking,
      isCut: !isBroken && this.#restLength > 0,
      brokenAfter: isBroken ? this.#used : null,
    };
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = pieces;
  if (first?.length === length) return first;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function empty(): CaptureFormatError {
  return new CaptureFormatError(
    "Cannot read it as a capture: it is empty, without even the header that tcpdump -w and Wireshark begin with",
  );
}

function tooShort(octets: number): CaptureFormatError {
  return new CaptureFormatError(
    `Cannot read it as a capture: it has ${
      countText(octets, "octet")
    }, fewer than the header that tcpdump -w and Wireshark begin with`,
  );
}

function notACapture(): CaptureFormatError {
  return new CaptureFormatError(
    "Cannot read it as a capture: it is neither pcapng nor pcap, which tcpdump -w and Wireshark write",
  );
}
