/**
 * The house in numbers: folders of the project and rooms of `tcp/`, with their files, lines and imports.
 *
 * @module
 */

import { importsOf, type Sources } from "./rules.ts";
import { TCP_ROOMS } from "./table.ts";

const NO_ROOM = "in no room";

/** One folder, or one room of `tcp/`. */
export interface Space {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
  /** Imports of its files from others of them. */
  readonly within: number;
  /** Imports of its files from each other space, most first. */
  readonly from: ReadonlyMap<string, number>;
}

/** The folders at the top, in the order of their names; files that lie there count as `.`. */
export function foldersOf(sources: Sources): readonly Space[] {
  return spacesOf(sources, (path) => path.includes("/") ? `${path.split("/")[0]}/` : ".", []);
}

/** The rooms of `tcp/`, from the ground up; files that lie in none count as a room of their own. */
export function roomsOf(sources: Sources): readonly Space[] {
  const room = (path: string): string | null => {
    const [folder, name = "", file] = path.split("/");
    if (folder !== "tcp") return null;
    return file === undefined && name !== "mod.ts" ? NO_ROOM : name;
  };
  return spacesOf(sources, room, TCP_ROOMS);
}

function spacesOf(
  sources: Sources,
  nameOf: (path: string) => string | null,
  order: readonly string[],
): readonly Space[] {
  const spaces = new Map<
    string,
    { name: string; files: number; lines: number; within: number; from: Map<string, number> }
  >(
    order.map((name) => [name, { name, files: 0, lines: 0, within: 0, from: new Map() }]),
  );
  for (const [path, text] of sources) {
    const name = nameOf(path);
    if (name === null) continue;
    const space = spaces.get(name) ?? { name, files: 0, lines: 0, within: 0, from: new Map() };
    spaces.set(name, space);
    space.files++;
    space.lines += text.trimEnd().split("\n").length;
    for (const { target } of importsOf(path, text)) {
      const other = target === null || !sources.has(target) ? null : nameOf(target);
      if (other === name) space.within++;
      else if (other !== null) space.from.set(other, (space.from.get(other) ?? 0) + 1);
    }
  }
  const all = [...spaces.values()].filter(({ files }) => files > 0);
  return order.length > 0 ? all : all.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/** The house as text, a table of folders and one of rooms. */
export function houseText(sources: Sources): string {
  const [folders, rooms] = [foldersOf(sources), roomsOf(sources)];
  return [
    ...table("folder", folders),
    "",
    ...table("room of tcp/", rooms),
    summary("tcp/", rooms),
    "",
  ].join("\n");
}

function table(title: string, spaces: readonly Space[]): string[] {
  const heading = [
    title.padEnd(14),
    "files".padStart(6),
    "lines".padStart(7),
    "within".padStart(7),
    "  from others",
  ];
  const rows = spaces.map(({ name, files, lines, within, from }) => {
    const others = [...from].toSorted((a, b) => b[1] - a[1]).map(([other, count]) => `${other} ${count}`);
    const numbers = [String(files).padStart(6), String(lines).padStart(7), String(within).padStart(7)];
    return [name.padEnd(14), ...numbers, `  ${others.join(", ")}`].join("").trimEnd();
  });
  return [heading.join(""), ...rows];
}

function summary(name: string, rooms: readonly Space[]): string {
  const sum = (read: (room: Space) => number): number => rooms.reduce((total, room) => total + read(room), 0);
  const between = sum(({ from }) => [...from.values()].reduce((total, count) => total + count, 0));
  const inRooms = rooms.filter(({ name }) => name !== "mod.ts" && name !== NO_ROOM);
  return `${name} ${inRooms.length} rooms, ${sum(({ files }) => files)} files, ${
    sum(({ lines }) => lines)
  } lines, ` +
    `${sum(({ within }) => within) + between} imports, ${between} of them between rooms`;
}
