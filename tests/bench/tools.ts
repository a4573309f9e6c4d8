/**
 * What this machine has to measure with and against. Nothing is installed.
 *
 * @module
 */

import { run } from "../e2e/process.ts";

/** A peer or a helper that may be missing. */
export type ToolName =
  | "namespaces"
  | "iperf3"
  | "nft"
  | "cc"
  | "python3"
  | "scapy"
  | "nc"
  | "hping3"
  | "socat"
  | "wrk"
  | "tshark"
  | "rawtcp-client"
  | "taskset";

/** One that is here. */
export interface Tool {
  /** The program, and arguments that it always gets. */
  readonly command: readonly string[];
  readonly version: string;
}

/** Those that are here by name, and why the others are not. */
export interface Tools {
  readonly found: ReadonlyMap<ToolName, Tool>;
  readonly missing: ReadonlyMap<ToolName, string>;
}

/** The executable that `deno task build` makes. */
const CLIENT = new URL("../../rawtcp-client", import.meta.url).pathname;

/** Standard output and error of a command; empty when there is no such program. */
async function outputOf(
  command: readonly string[],
): Promise<{ readonly code: number; readonly text: string }> {
  try {
    const { code, out, err } = await run(command);
    return { code, text: `${out}${err}`.trim() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return { code: -1, text: "" };
    }
    throw error;
  }
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.trim() ?? "";
}

async function findNamespaces(): Promise<Tool | string> {
  const { code, text } = await outputOf(["ip", "-V"]);
  if (code !== 0) return "there is no ip (iproute2)";
  const name = `rawtcp-${Deno.pid}-0`;
  const made = await outputOf(["ip", "netns", "add", name]);
  if (made.code !== 0) return `cannot make a network namespace (root is needed): ${firstLine(made.text)}`;
  await outputOf(["ip", "netns", "delete", name]);
  return { command: ["ip"], version: firstLine(text) };
}

/** A program that says its version when asked. */
async function findProgram(command: readonly string[], option: string): Promise<Tool | string> {
  const { code, text } = await outputOf([...command, option]);
  return code < 0 ? `there is no ${command[0]}` : { command, version: firstLine(text) };
}

/** Pythons by the path of the interpreter itself: what is found first may be a script that looks for it. */
async function findPythons(): Promise<readonly Tool[]> {
  const found = new Map<string, Tool>();
  for (const name of ["python3", "/usr/bin/python3"]) {
    const { code, text } = await outputOf([
      name,
      "-c",
      "import sys, platform; print(sys.executable); print(platform.python_version())",
    ]);
    const [path = "", version = ""] = text.split("\n");
    if (code === 0) found.set(path, { command: [path], version: `Python ${version}` });
  }
  return [...found.values()];
}

async function findScapy(pythons: readonly Tool[]): Promise<Tool | string> {
  for (const { command, version } of pythons) {
    const { code, text } = await outputOf([...command, "-c", "import scapy; print(scapy.VERSION)"]);
    if (code === 0) return { command, version: `scapy ${firstLine(text)}, ${version}` };
  }
  return "no python3 here has scapy";
}

async function findNetcat(): Promise<Tool | string> {
  const { code, text } = await outputOf(["nc", "-h"]);
  if (code < 0) return "there is no nc";
  return / -N\b|\[-[A-Za-z0-9]*N/.test(text)
    ? { command: ["nc", "-N"], version: firstLine(text) }
    : "nc has no option -N (OpenBSD's has), so it does not close in order";
}

async function findClient(): Promise<Tool | string> {
  const { code, text } = await outputOf([CLIENT, "--version"]);
  return code === 0 ? { command: [CLIENT], version: firstLine(text) } : "not built: deno task build makes it";
}

async function findTaskset(): Promise<Tool | string> {
  if (navigator.hardwareConcurrency < 2) return "there is one core only";
  return await findProgram(["taskset"], "--version");
}

/** Looks for everything. */
export async function findTools(): Promise<Tools> {
  const pythons = await findPythons();
  const results: readonly (readonly [ToolName, Tool | string])[] = [
    ["namespaces", await findNamespaces()],
    ["iperf3", await findProgram(["iperf3"], "--version")],
    ["nft", await findProgram(["nft"], "--version")],
    ["cc", await findProgram(["cc"], "--version")],
    ["python3", pythons[0] ?? "there is no python3"],
    ["scapy", await findScapy(pythons)],
    ["nc", await findNetcat()],
    ["hping3", await findProgram(["hping3"], "--version")],
    ["socat", await findProgram(["socat"], "-V")],
    ["wrk", await findProgram(["wrk"], "--version")],
    ["tshark", await findProgram(["tshark"], "--version")],
    ["rawtcp-client", await findClient()],
    ["taskset", await findTaskset()],
  ];
  const found = new Map<ToolName, Tool>();
  const missing = new Map<ToolName, string>();
  for (const [name, result] of results) {
    if (typeof result === "string") missing.set(name, result);
    else found.set(name, result);
  }
  return { found, missing };
}
