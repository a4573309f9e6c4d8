/**
 * All situations.
 *
 * @module
 */

import { ENDINGS } from "./endings.ts";
import { HANDSHAKES } from "./handshakes.ts";
import type { Story } from "./story.ts";
import { TRANSFERS } from "./transfers.ts";

/** Each has a folder of golden texts of its name. */
export const STORIES: readonly Story[] = [...HANDSHAKES, ...TRANSFERS, ...ENDINGS];

/** The stories of which the ladder's files are golden texts too. */
export const PICTURED: readonly string[] = [
  "lost_data",
  "lost_syn",
  "silent",
  "refused",
  "path_mtu",
  "http",
  "faults",
];
