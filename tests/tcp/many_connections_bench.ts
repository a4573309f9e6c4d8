/**
 * What a segment costs when 10,000 connections are open and 1 % of them are busy, against one that is busy alone.
 *
 * Both rows move the same: 100 times 20,000 octets, some 1,500 segments with their acknowledgements.
 *
 * @module
 */

import { CALM_AFTER } from "../../tcp/receive/ack_policy.ts";
import { Crowd } from "./crowd.ts";

const CONNECTIONS = 10_000;
const BUSY = 100;
const OCTETS = 20_000;

const crowd = new Crowd(CONNECTIONS);
const busy = Array.from({ length: BUSY }, (_, i) => i * CONNECTIONS / BUSY);
const alone = [0];
// Until all of them acknowledge as seldom as the one does that is busy alone.
for (let octets = 0; octets < CALM_AFTER + OCTETS; octets += OCTETS) crowd.turn(busy, OCTETS);

Deno.bench("one busy", { group: "10,000 open", baseline: true }, () => {
  for (let i = 0; i < BUSY; i++) crowd.turn(alone, OCTETS);
});

Deno.bench("100 busy", { group: "10,000 open" }, () => crowd.turn(busy, OCTETS));
