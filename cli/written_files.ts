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

/** A file, and what names it. */
export type NamedFile = readonly [name: string, path: string | null];

/**
 * @param output where the peer's octets go; null: into no file
 * @param read files that are read, and would be replaced
 * @throws ProgramFailure when two are the same file; pipes and devices take from several
 */
export function refuseOneFileTwice(
  { pcap, report, ladderFile }: ObserveArguments,
  output: string | null = null,
  read: readonly NamedFile[] = [],
): void {
  const written: readonly NamedFile[] = [
    ["--pcap", pcap],
    ["--report", report],
    ["--ladder", ladderFile],
    ["--output", output],
  ];
  const purposes = new Map<string, string>();
  for (const [name, path] of read.filter(isFile)) {
    for (const entry of [entryOf(path), targetOf(path)]) purposes.set(entry, name);
  }
  for (const [option, path] of written.filter(isFile)) {
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

/** Whether it has a path of its own; `-` is a stream. */
function isFile(named: NamedFile): named is readonly [name: string, path: string] {
  return named[1] !== null && named[1] !== "-";
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
