/**
 * What documents name: identifiers, fields of the config, values of options, versions. Functions from texts to the claims
 * that do not hold.
 *
 * @module
 */

import { type Code, codeOf } from "./claims.ts";

/** What there is to be named. */
export interface Names {
  /** Every word of the sources. */
  readonly words: ReadonlySet<string>;
  /** Fields of the config by group. */
  readonly config: Readonly<Record<string, object>>;
  /** The words of which an option's value is one, by option; one that ends in "=" is followed by anything. */
  readonly choices: ReadonlyMap<string, ReadonlySet<string>>;
  /** Why the fault cannot be asked for; null: it can. */
  readonly faultError: (fault: string) => string | null;
  /** The versions of Deno that are used, and of Node. */
  readonly versions: ReadonlySet<string>;
  readonly exists: (path: string) => boolean;
}

/** Variables of the environment that other programs read, and one of the C library's. */
const OTHERS: ReadonlySet<string> = new Set([
  "AT_SECURE",
  "DENO_CERT",
  "DENO_DIR",
  "DENO_LOG",
  "DENO_TOKIO_",
  "DENO_TRACE_PERMISSIONS",
  "DENO_USE_CGROUPS",
  "DENO_USR2_MEMORY_TRIM",
  "DENO_V8_FLAGS",
  "NODE_DEBUG",
  "NODE_OPTIONS",
]);

/** Words that only code has: several joined, by a capital or by an underline; but not in a path. */
const IDENTIFIER =
  /(?<![\w$/<-])(?:[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|[A-Z][A-Z0-9]*_[A-Z0-9_]+|[a-z]+_[a-z_]+)(?![\w/-]|\.(?:ts|pkt))/g;

/** What stands for a value. */
const PLACEHOLDER = /^(?:[A-Z]+|\.\.\.|…)$/;

/** Every name in the document that nothing has, a line each: "README.md:12 …". */
export function falseNames(name: string, text: string, names: Names): readonly string[] {
  const code = codeOf(text);
  return [
    ...code.flatMap((piece) => unknownWords(piece, names)),
    ...code.flatMap((piece) => unknownFields(piece, names)),
    ...code.flatMap((piece) => wrongValues(piece, names)),
    ...code.flatMap((piece) => missingFolders(piece, name, names)),
    ...otherVersions(text, names),
  ].map((claim) => `${name}:${claim}`);
}

function unknownWords({ line, text }: Code, { words }: Names): readonly string[] {
  return [...text.matchAll(IDENTIFIER)].map(([word]) => word)
    .filter((word) => !words.has(word) && !OTHERS.has(word))
    .map((word) => `${line} names ${word}, which no source has`);
}

/** `group.field` of the config. */
function unknownFields({ line, text }: Code, { config }: Names): readonly string[] {
  const pattern = new RegExp(
    `(?<![\\w./-])(${Object.keys(config).join("|")})\\.([a-z]\\w*)(?!\\w|\\.ts)`,
    "g",
  );
  return [...text.matchAll(pattern)].filter(([, group = "", field = ""]) => !(field in (config[group] ?? {})))
    .map(([field]) => `${line} names ${field}, which the config does not have`);
}

/** `--option VALUE`, where the value is one of some words, or a fault. */
function wrongValues({ line, text }: Code, { choices, faultError }: Names): readonly string[] {
  const wrong: string[] = [];
  for (const [, option = "", value = ""] of text.matchAll(/--([a-z][a-z-]*)[= ]([^\s`)]+)/g)) {
    const words = choices.get(option);
    if (PLACEHOLDER.test(value) || value.startsWith("-")) continue;
    const given = words === undefined ? [] : value.split("|");
    for (const one of given) {
      const isKnown = words?.has(one) || words?.has(`${/^[a-z]+=/.exec(one)?.[0]}`);
      if (!isKnown) {
        wrong.push(`${line} gives --${option} the value ${one}, not one of ${[...words ?? []].join(", ")}`);
      }
    }
    const error = option === "fault" ? faultError(value) : null;
    if (error !== null) wrong.push(`${line} gives --fault the value ${value}: ${error}`);
  }
  return wrong;
}

/** A name that ends in a slash is that of a folder, from the top or from where the document lies. */
function missingFolders({ line, text }: Code, name: string, { exists }: Names): readonly string[] {
  const folder = /^\w[\w-]*\/$/.exec(text)?.[0];
  if (folder === undefined || exists(folder) || exists(name.replace(/[^/]*$/, folder))) return [];
  return [`${line} names ${folder}, which does not exist`];
}

function otherVersions(text: string, { versions }: Names): readonly string[] {
  return [...text.matchAll(/\b(?:deno@|Deno )(\d+\.\d+\.\d+)|\b(Node \d+)\b/g)].flatMap((match) => {
    const version = match[1] ?? match[2] ?? "";
    const line = text.slice(0, match.index).split("\n").length;
    return versions.has(version) ? [] : [`${line} names ${match[0]}, which is not used`];
  });
}
