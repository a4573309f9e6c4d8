/**
 * All rows of the benchmark, in the order of the table.
 *
 * @module
 */

import type { Bound, Row } from "./row.ts";
import { bulkRow } from "./rows/bulk.ts";
import { connections } from "./rows/connections.ts";
import { cores, crowd, flight } from "./rows/cores.ts";
import { files } from "./rows/files.ts";
import { observing } from "./rows/observing.ts";
import { oneShot } from "./rows/one_shot.ts";
import { pingPong } from "./rows/ping_pong.ts";
import { rawUpload } from "./rows/raw_upload.ts";
import { reading } from "./rows/reading.ts";
import { resident } from "./rows/resident.ts";
import { server } from "./rows/server.ts";

/** Beside iperf3: what is wanted on loopback, over a cable, and where packets are lost. */
const LOOPBACK: Bound = { kind: "at least", limit: 0.75, aim: 1 };
const CABLE: Bound = { kind: "at least", limit: 0.8, aim: 1 };
const LOSSY: Bound = { kind: "at least", limit: 0.7 };

/** The rows. */
export const ROWS: readonly Row[] = [
  bulkRow({ name: "bulk-loopback-up", place: "loopback", direction: "up", bound: LOOPBACK, raw: true }),
  bulkRow({ name: "bulk-loopback-down", place: "loopback", direction: "down", bound: LOOPBACK }),
  bulkRow({ name: "bulk-veth-up", place: "veth", direction: "up", bound: CABLE, raw: true }),
  bulkRow({ name: "bulk-veth-down", place: "veth", direction: "down", bound: CABLE }),
  bulkRow({ name: "bulk-plain-up", place: "veth, offloads off", direction: "up", bound: CABLE }),
  bulkRow({ name: "bulk-plain-down", place: "veth, offloads off", direction: "down", bound: CABLE }),
  bulkRow({ name: "bbr-down", place: "veth", direction: "down", congestionControl: "bbr" }),
  bulkRow({ name: "loss-up", place: "veth, offloads off", direction: "up", bound: LOSSY, loss: true }),
  bulkRow({ name: "loss-down", place: "veth, offloads off", direction: "down", bound: LOSSY, loss: true }),
  bulkRow({
    name: "counting-down",
    place: "veth, offloads off",
    direction: "down",
    bound: LOSSY,
    loss: true,
    counting: true,
  }),
  rawUpload,
  pingPong,
  oneShot,
  connections,
  crowd,
  cores,
  flight,
  ...files,
  ...server,
  observing,
  reading,
  resident,
];
