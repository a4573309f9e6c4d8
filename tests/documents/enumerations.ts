/**
 * What documents enumerate, import and cite. Functions from texts to the claims that do not hold.
 *
 * @module
 */

import { type Code, codeOf } from "./claims.ts";

/** What there is to be enumerated, imported and cited. */
export interface Sets {
  /** Words of which some belong together, such as the choices of an option, each set with its name. */
  readonly families: readonly (readonly [name: string, members: ReadonlySet<string>])[];
  /** What the project may be imported as, and the packages that it imports. */
  readonly imports: ReadonlySet<string>;
  /** Numbers of the RFCs that the sources cite. */
  readonly rfcs: ReadonlySet<string>;
  /** What stands in the sources, without comments. */
  readonly code: string;
  /** The text of a file; null: there is none. */
  readonly read: (path: string) => string | null;
}

/** Three pieces of code or more, joined by commas, "and" or "or". */
const ENUMERATION = /`[^`]+`(?:,\s+`[^`]+`)+,?(?:\s+(?:and|or)\s+`[^`]+`)?|`[^`]+`\s+(?:and|or)\s+`[^`]+`/g;

/** Every claim that does not hold, a line each: "README.md:12 …". */
export function falseEnumerations(name: string, text: string, sets: Sets): readonly string[] {
  return [
    ...strangers(text, sets),
    ...unknownImports(codeOf(text), sets),
    ...unknownRfcs(text, sets),
    ...codeOf(text).flatMap((piece) => unknownLiterals(piece, sets)).filter((claim) =>
      !/Of the public set/.test(text.split("\n")[parseInt(claim) - 1] ?? "")
    ),
    ...wrongPlaces(text, sets),
  ].map((claim) => `${name}:${claim}`);
}

/** Where most words of an enumeration are of one family, all are. */
function strangers(text: string, { families }: Sets): readonly string[] {
  return [...text.matchAll(ENUMERATION)].flatMap((match) => {
    const words = [...match[0].matchAll(/`([^`]+)`/g)].map(([, word = ""]) => nameOf(word));
    const best = families.map(([name, members]) => ({
      name,
      strange: words.filter((word) => !members.has(word)),
    }))
      .toSorted((a, b) => a.strange.length - b.strange.length)[0];
    if (best === undefined || best.strange.length === 0 || 2 * best.strange.length >= words.length) return [];
    return [`${lineAt(text, match.index)} counts ${best.strange.join(", ")} among ${best.name}`];
  });
}

/** `source=BYTES` is `source`, and of a command with an option its value counts. */
function nameOf(word: string): string {
  return word.replace(/^deno task |^.* --[a-z-]+ /, "").replace(/^(\S+?)=.*/, "$1");
}

function unknownImports(code: readonly Code[], { imports }: Sets): readonly string[] {
  return code.flatMap(({ line, text }) =>
    [...text.matchAll(/@rawtcp\/rawtcp(?:\/[a-z]+)?|npm:[a-z][\w-]*@[\d.]+\d/g)].map(([name]) => name)
      .filter((name) => !imports.has(name)).map((name) => `${line} imports ${name}, which there is not`)
  );
}

/** RFCs that no source knows, and links that lead to another one. */
function unknownRfcs(text: string, { rfcs }: Sets): readonly string[] {
  const cited = [...text.matchAll(/\bRFC\s(\d+)/g)].filter(([, number = ""]) => !rfcs.has(number))
    .map((match) => `${lineAt(text, match.index)} cites RFC ${match[1]}, which no source does`);
  const linked = [...text.matchAll(/\[RFC\s(\d+)[^\]]*\]\([^)]*rfc(\d+)/g)].filter(([, name, target]) =>
    name !== target
  )
    .map((match) => `${lineAt(text, match.index)} links RFC ${match[1]} to RFC ${match[2]}`);
  return [...cited, ...linked];
}

/** Strings, words with hyphens, in brackets or behind "#", and kinds of files: as they stand in the sources. */
function unknownLiterals({ line, text }: Code, { code }: Sets): readonly string[] {
  const literals = [
    ...[...text.matchAll(/\("([a-z][\w-]*)"\)/g)].map(([, literal = ""]) => `"${literal}"`),
    ...[...text.matchAll(/\bFILE(\.[a-z]+)\b/g)].map(([, ending = ""]) => ending),
    ...[...text.matchAll(/^(?:[a-z]+(?:-[a-z]+)+|\[[a-z]+\d?\]|#[a-z]+)(?= |$)/g)].map(([word]) =>
      word.replaceAll(/[\[\]#]/g, "")
    ),
  ];
  return literals.filter((literal) => !code.includes(literal))
    .map((literal) => `${line} names ${literal}, which no source has`);
}

/** `--option` in `file`, and of which section of the standard a file is said to be. */
const PLACES: readonly RegExp[] = [
  /`(?<what>--[a-z][\w-]*)`\s+in\s+`(?<path>[\w./]+)`/g,
  /`(?<path>[\w./]+\.ts)`\s+is\s+(?:RFC\s\d+\s)?(?<what>\d+(?:\.\d+)+)(?!\.?\d|\s+to)/g,
];

function wrongPlaces(text: string, { read }: Sets): readonly string[] {
  return PLACES.flatMap((pattern) => [...text.matchAll(pattern)]).flatMap((match) => {
    const { what = "", path = "" } = match.groups ?? {};
    const isThere = read(path)?.split(/[^\w.-]+|\.(?!\d)/).includes(what) ?? false;
    return isThere ? [] : [`${lineAt(text, match.index)} says that ${path} has ${what}`];
  });
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
