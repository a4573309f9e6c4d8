/** A client's session over a simulated connection, and what it prints in the ordinary case. */

import { ClientSession } from "../../cli/client_session.ts";
import type { ClientJob } from "../../cli/client_job.ts";
import { Narrator } from "../../cli/narrator.ts";
import { terminalText } from "../../trace/escape.ts";
import { showing } from "../../cli/sinks.ts";
import { TextSource } from "../../cli/sources.ts";
import { micros, type PartialConfig, seconds, type Segment } from "../../tcp/mod.ts";
import { type Fate, Simulation } from "./simulation.ts";
import { memoryOutput, type MemorySink } from "./support.ts";

export const MESSAGE = "Hello from custom TCP client!";

/** What sends this message. */
export function message(text: string): Pick<ClientJob, "source" | "sending"> {
  return { source: new TextSource(new TextEncoder().encode(text)), sending: `data: ${terminalText(text)}` };
}

/** All of a job but its ends. */
export const JOB: Omit<ClientJob, "source" | "sending" | "sink"> = {
  peer: "192.0.2.2:8888",
  receives: false,
  cpuTime: () => micros(0),
  isMeasured: false,
  ending: "delivered",
  aborts: false,
  connectTimeout: null,
  timeout: null,
  closeTimeout: seconds(60),
  linger: null,
  timeWait: seconds(0),
  isHeldBack: () => false,
  afterword: () => null,
};

export interface Run {
  readonly simulation: Simulation;
  readonly session: ClientSession;
  readonly narrator: Narrator;
  readonly out: MemorySink;
  readonly err: MemorySink;
}

export function prepare(job: Partial<ClientJob> = {}, config: PartialConfig = {}, quiet = false): Run {
  const { output, out, err } = memoryOutput({ quiet });
  const narrator = new Narrator(output);
  const simulation = new Simulation(narrator, config);
  narrator.starting(JOB.peer);
  const session = new ClientSession(simulation.client, simulation, narrator, {
    ...JOB,
    ...message(MESSAGE),
    sink: showing((octets) => narrator.received(octets)),
    ...job,
  });
  return { simulation, session, narrator, out, err };
}

/** Loses the first packet that is so. */
export function loseFirst(which: (segment: Segment) => boolean): (segment: Segment) => Fate {
  let lost = false;
  return (segment) => {
    if (lost || !which(segment)) return "arrives";
    lost = true;
    return "lost";
  };
}

export const HANDSHAKE = [
  "[*] Starting TCP handshake with 192.0.2.2:8888",
  "[>] Sending SYN (seq=123456789)",
  "[<] Received SYN-ACK (seq=987654321, ack=123456790)",
  "[>] Sending ACK (seq=123456790, ack=987654322)",
  "[+] TCP connection established!",
];
export const DELIVERY = [
  "[>] Sending data: Hello from custom TCP client!",
  "[*] Data sent successfully",
  "[>] Sent 29 bytes (seq=123456790 to 123456818)",
  "[<] Received ACK of all data (ack=123456819)",
];
export const CLOSE = [
  "[>] Sending FIN (seq=123456819)",
  "[<] Received FIN-ACK (seq=987654322, ack=123456820)",
  "[>] Sending ACK (seq=123456820, ack=987654323)",
  "[+] Connection closed",
];
