/** Every script of ours. Made by make_index.ts: run it after adding a script. */

import { SCRIPTS as area0 } from "./acknowledging/index.ts";
import { SCRIPTS as area1 } from "./attack/index.ts";
import { SCRIPTS as area2 } from "./closing/index.ts";
import { SCRIPTS as area3 } from "./congestion/index.ts";
import { SCRIPTS as area4 } from "./data/index.ts";
import { SCRIPTS as area5 } from "./ecn/index.ts";
import { SCRIPTS as area6 } from "./handshake/index.ts";
import { SCRIPTS as area7 } from "./icmp/index.ts";
import { SCRIPTS as area8 } from "./keepalive/index.ts";
import { SCRIPTS as area9 } from "./options/index.ts";
import { SCRIPTS as area10 } from "./path_mtu/index.ts";
import { SCRIPTS as area11 } from "./profiles/index.ts";
import { SCRIPTS as area12 } from "./recovery/index.ts";
import { SCRIPTS as area13 } from "./reset/index.ts";
import { SCRIPTS as area14 } from "./retransmission/index.ts";
import { SCRIPTS as area15 } from "./sack/index.ts";
import { SCRIPTS as area16 } from "./tail_loss/index.ts";
import { SCRIPTS as area17 } from "./timestamps/index.ts";
import { SCRIPTS as area18 } from "./undo/index.ts";
import { SCRIPTS as area19 } from "./urgent/index.ts";
import { SCRIPTS as area20 } from "./window/index.ts";

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
  ...area13,
  ...area14,
  ...area15,
  ...area16,
  ...area17,
  ...area18,
  ...area19,
  ...area20,
];
