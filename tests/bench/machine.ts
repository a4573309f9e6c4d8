/**
 * On what was measured.
 *
 * @module
 */

import type { Tools } from "./tools.ts";

/** A machine and the moment, in words. */
export interface Machine {
  readonly date: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  /** Of the last 1, 5 and 15 minutes, before anything was measured. */
  readonly load: readonly number[];
  readonly deno: string;
  readonly congestionControl: string;
  /** Of every peer found. */
  readonly versions: readonly string[];
}

/** Looks at the machine as it is now. */
export async function describeMachine(tools: Tools): Promise<Machine> {
  const { deno, v8 } = Deno.version;
  const cpuInfo = await Deno.readTextFile("/proc/cpuinfo");
  const { arch } = Deno.build;
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC",
    kernel: `Linux ${Deno.osRelease()}, ${arch}`,
    cpu: /^model name\s*: (.*)$/m.exec(cpuInfo)?.[1] ?? "a CPU without a name",
    cores: navigator.hardwareConcurrency,
    load: Deno.loadavg(),
    deno: `Deno ${deno}, V8 ${v8}`,
    congestionControl: (await Deno.readTextFile("/proc/sys/net/ipv4/tcp_available_congestion_control"))
      .trim(),
    versions: [...tools.found].map(([name, { version }]) => `${name}: ${version}`),
  };
}

/** From which load per core on the figures are to be doubted. */
const BUSY_LOAD = 0.3;

/** Whether others were at work on it. */
export function isNoisy({ load, cores }: Machine): boolean {
  return (load[0] ?? 0) > BUSY_LOAD * cores;
}
