/**
 * Reads the classic capture format of libpcap (draft-ietf-opsawg-pcap), with times in micro- or nanoseconds.
 *
 * @module
 */

import type { Capture, CapturedPacket } from "./capture.ts";

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const PACKET_HEADER = 16;
const LINK_TYPE_OFFSET = 20;
/** What stands above these bits tells of a frame check sequence. */
const LINK_TYPE_BITS = 0xffff;
const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_MICRO = 1_000n;

/** Reads a pcap file; null when it does not begin as one. */
export function readPcap(file: Uint8Array): Capture | null {
  if (file.length < FILE_HEADER) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const format = formatOf(view);
  if (format === null) return null;
  const { littleEndian, nanosPerUnit } = format;
  const linkType = view.getUint32(LINK_TYPE_OFFSET, littleEndian) & LINK_TYPE_BITS;
  const packets: CapturedPacket[] = [];
  let at = FILE_HEADER;
  while (at + PACKET_HEADER <= file.length) {
    const kept = view.getUint32(at + 8, littleEndian);
    const start = at + PACKET_HEADER;
    if (start + kept > file.length) break;
    packets.push({
      time: BigInt(view.getUint32(at, littleEndian)) * NANOS_PER_SECOND +
        BigInt(view.getUint32(at + 4, littleEndian)) * nanosPerUnit,
      linkType,
      interfaceName: "",
      direction: null,
      octets: file.subarray(start, start + kept),
      originalLength: view.getUint32(at + 12, littleEndian),
      comments: [],
    });
    at = start + kept;
  }
  return { packets, trailingComments: [], isCut: at !== file.length };
}

function formatOf(view: DataView): { readonly littleEndian: boolean; readonly nanosPerUnit: bigint } | null {
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian);
    if (magic === MAGIC_MICROSECONDS) return { littleEndian, nanosPerUnit: NANOS_PER_MICRO };
    if (magic === MAGIC_NANOSECONDS) return { littleEndian, nanosPerUnit: 1n };
  }
  return null;
}
