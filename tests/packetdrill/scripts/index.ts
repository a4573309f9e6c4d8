/** Every script of ours. Made by make_index.ts: run it after adding a script. */

import { SCRIPTS as area0 } from "./acknowledging/index.ts";
import { SCRIPTS as area1 } from "./closing/index.ts";
import { SCRIPTS as area2 } from "./data/index.ts";
import { SCRIPTS as area3 } from "./handshake/index.ts";
import { SCRIPTS as area4 } from "./icmp/index.ts";
import { SCRIPTS as area5 } from "./keepalive/index.ts";
import { SCRIPTS as area6 } from "./options/index.ts";
import { SCRIPTS as area7 } from "./reset/index.ts";
import { SCRIPTS as area8 } from "./retransmission/index.ts";
import { SCRIPTS as area9 } from "./segments/index.ts";
import { SCRIPTS as area10 } from "./timestamps/index.ts";
import { SCRIPTS as area11 } from "./urgent/index.ts";
import { SCRIPTS as area12 } from "./window/index.ts";

/** Path inside this folder and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ...area0,
  ...area1,
  ...area2,
  ...area3,
  ...area4,
  ...area5,
  ...area6,
  ...area7,
  ...area8,
  ...area9,
  ...area10,
  ...area11,
  ...area12,
];
