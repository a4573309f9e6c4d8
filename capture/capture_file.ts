/**
 * Reads capture files, whoever wrote them: pcapng and classic pcap, either order of octets.
 *
 * @module
 */

import type { Capture } from "./capture.ts";
import { readPcap } from "./pcap_reader.ts";
import { readPcapng } from "./pcapng_reader.ts";

/** The file is no capture, or breaks its own format; the message says what and where. */
export class CaptureFormatError extends Error {
  override readonly name = "CaptureFormatError";
}

/** Reads a whole capture file. @throws CaptureFormatError when it is none */
export function readCapture(file: Uint8Array): Capture {
  const capture = readPcapng(file) ?? readPcap(file);
  if (capture !== null) return capture;
  throw new CaptureFormatError(
    "Cannot read the file as a capture: it begins neither as pcapng nor as pcap; tcpdump -w and Wireshark write both",
  );
}
