/**
 * That no file is named for two purposes: one of them would be lost.
 *
 * @module
 */

import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { isStream } from "./files.ts";
import type { ObserveArguments } from "./observe_arguments.ts";
import { quoted } from "./options.ts";

/**
 * @param output where the peer's octets go; null: into no file
 * @param read captures that are read, more than once at times
 * @throws ProgramFailure when two are the same file; pipes and devices take from several
 */
export function refuseOneFileTwice(
  { pcap, report, ladderFile }: ObserveArguments,
  output: string | null = null,
  read: readonly string[] = [],
): void {
  const named: (readonly [option: string, path: string | null])[] = [
    ["--pcap", pcap],
    ["--report", report],
    ["--ladder", ladderFile],
    ["--output", output],
  ];
  const purposes = new Map<string, string>();
  for (const path of read) for (const entry of [entryOf(path), targetOf(path)]) purposes.set(entry, "--read");
  for (const [option, path] of named) {
    if (path === null || path === "-") continue;
    const entry = entryOf(path);
    const other = purposes.get(entry);
    if (other !== undefined && !isStream(path)) {
      throw new ProgramFailure(
        ExitCode.usage,
        `Cannot use ${quoted(path)} for ${option}: it is the file of ${other}; give another name`,
      );
    }
    purposes.set(entry, option);
  }
}

/** The path with links to its folders followed: what is written replaces a last link, not what it leads to. */
function entryOf(path: string): string {
  const cut = path.lastIndexOf("/") + 1;
  return `${targetOf(path.slice(0, cut) || ".")}/${path.slice(cut)}`;
}

/** The path with all links followed, as far as that may be looked at. */
function targetOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}
