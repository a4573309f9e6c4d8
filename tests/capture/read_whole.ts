import type { CapturedPacket } from "../../capture/capture.ts";
import { CaptureReader, type FileEnd } from "../../capture/format/capture_reader.ts";

/** A capture as read. */
export interface Capture extends FileEnd {
  readonly packets: readonly CapturedPacket[];
  /** Comments that belong to no packet: those of our own captures' end. */
  readonly trailingComments: readonly string[];
}

/** Reads a whole capture file. @throws CaptureFormatError when it is none */
export function readCapture(file: Uint8Array): Capture {
  const packets: CapturedPacket[] = [];
  const reader = new CaptureReader((packet) => packets.push(packet));
  reader.push(file);
  return { packets, ...reader.end() };
}
