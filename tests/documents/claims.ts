/**
 * What documents claim about the programs, as functions from texts to the claims that do not hold.
 *
 * @module
 */

/** What the programs really have. */
export interface Facts {
  /** Long options by program, without dashes. */
  readonly options: ReadonlyMap<string, ReadonlySet<string>>;
  /** What each exit code means, as people are told. */
  readonly exitCodes: ReadonlyMap<number, string>;
  /** Where programs listen and connect to when nothing else is said. */
  readonly defaultPort: number;
  readonly exists: (path: string) => boolean;
}

/** A piece of code in a document: a span, or a line of a block. */
export interface Code {
  readonly line: number;
  readonly text: string;
}

/** Programs whose options are ours to describe; those of any other command are its own business. */
const OURS = /\b(rawtcp-client|rawtcp-server)\b/g;

/** A piece of code that begins with a command of somebody else's; `deno task` is ours where it runs one of our programs. */
const FOREIGN =
  /^\s*(?:[$#]\s)?(?:sudo\s)?(?:npx -y )?(?:deno(?:@[\d.]+)?\s(?!task\s(?:demo|packetdrill|soak|bench)\b)|setcap|unshare|ip|nft|tcpdump|tshark|docker|node|npm|curl|git|ulimit|man|nc|bash|--allow-)/;

const OPTION = /(?<![\w-])--([a-z][a-z0-9_-]*)/g;
const FENCE = /^\s*```/;
const TOP_FOLDERS =
  "tcp|ffi|driver|trace|capture|packetdrill|lab|cli|tests|examples|docs|types|\\.ci|main\\.ts|server\\.ts|deno\\.json";

/** The long options that a help text lists in its tables, one or more at the start of a line. */
export function optionsOf(help: string): ReadonlySet<string> {
  const starts = help.matchAll(/^ {2,8}((?:(?:-\w|--[a-z][a-z0-9-]*), )*--[a-z][a-z0-9-]*)/gm);
  return new Set([...starts].flatMap(([, start = ""]) => optionsIn(start)));
}

/** Every long option that the text names, without dashes. */
export function optionsIn(text: string): readonly string[] {
  return [...text.matchAll(OPTION)].map((match) => match[1] ?? "");
}

/** Every claim of the document that does not hold, a line each: "README.md:12 …". */
export function falseClaims(name: string, text: string, facts: Facts): readonly string[] {
  const code = codeOf(text);
  return [
    ...code.flatMap((piece) => unknownOptions(piece, facts)),
    ...exitCodeClaims(text, facts),
    ...name.startsWith("packetdrill/") ? [] : portClaims(text, facts), // scripts have a port of their own
    ...code.flatMap((piece) => missingPaths(piece, facts)),
    ...deadLinks(name, text, facts),
  ].map((claim) => `${name}:${claim}`);
}

/** Code spans, also those that run over a line's end, and the lines of code blocks. */
export function codeOf(text: string): readonly Code[] {
  const found: Code[] = [];
  let isBlock = false;
  let prose = "";
  for (const [i, line] of text.split("\n").entries()) {
    if (FENCE.test(line)) isBlock = !isBlock;
    else if (isBlock) found.push({ line: i + 1, text: line });
    prose += `${isBlock || FENCE.test(line) ? "" : line}\n`;
  }
  for (const match of prose.matchAll(/`([^`]+)`/g)) {
    const line = prose.slice(0, match.index).split("\n").length;
    found.push({ line, text: (match[1] ?? "").replace(/\s+/g, " ") });
  }
  return found;
}

/** In a line with a program's name the options are that program's; without one, they are some program's of ours. */
function unknownOptions({ line, text }: Code, facts: Facts): readonly string[] {
  const programs = new Set([...text.matchAll(OURS)].map((match) => match[1] ?? ""));
  if (programs.size === 0 && FOREIGN.test(text)) return [];
  const owners = programs.size === 0 ? [...facts.options.keys()] : [...programs];
  const known = owners.flatMap((owner) => [...facts.options.get(owner) ?? []]);
  // What stands before the program's name belongs to whoever starts it.
  const rest = programs.size === 0 ? text : text.slice(text.search(OURS));
  return optionsIn(rest).filter((option) => !known.includes(option))
    .map((option) => `${line} names --${option}, which ${owners.join(", ")} do not have`);
}

/** Rows `| 3 | refused … |`, and prose such as "exits with 77". */
function exitCodeClaims(text: string, facts: Facts): readonly string[] {
  const wrong: string[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const [, number, meaning = ""] = /^\|\s*(\d+)\s*\|\s*(.*?)\s*\|\s*$/.exec(line) ?? [];
    const said = meaning.replace(/\s+/g, " ");
    if (number !== undefined && facts.exitCodes.get(Number(number)) !== said) {
      wrong.push(
        `${i + 1} says of exit code ${number} "${said}", not "${facts.exitCodes.get(Number(number))}"`,
      );
    }
  }
  return [...wrong, ...exitCodesInProse(text, facts)];
}

/** How prose speaks of the codes that it names: after the number ("1 when a script failed"), or in the sentence before it. */
const EXIT_WORDS: Readonly<Record<number, RegExp>> = {
  0: /nothing fail|ended|delivered/,
  1: /script (?:failed|did)|bug/,
  2: /mistake|usage|command line/,
  9: /written|system error/,
  11: /fails/,
  77: /permi|CAP_|\bright|privilege|without it/i,
  129: /terminal (?:that )?h(?:angs|ung) up/,
};

/** A sentence about exit codes, and in it the numbers, each with what follows by "when". */
const EXIT_SENTENCE = /(?:[^.]|\.(?=\w))*\b(?:exits with|exit (?:code|status)|exit \(\d)(?:[^.]|\.(?=\w))*/g;
const EXIT_NUMBER = /(?:\b(?:code|status|is|with|else)|,|\()\s+?(\d+)\b(?:\s+(when[^,;]*))?/g;

/** In prose, what is said of an exit code must be what people say of it; of a code without words of its own, its meaning. */
function exitCodesInProse(text: string, { exitCodes }: Facts): readonly string[] {
  const prose = text.replaceAll(/^\|.*$/gm, "");
  return [...prose.matchAll(EXIT_SENTENCE)].flatMap((match) => {
    const [sentence] = match;
    return [...sentence.matchAll(EXIT_NUMBER)].flatMap((number) => {
      const [, code, condition] = number;
      const line = prose.slice(0, match.index + number.index).split("\n").length;
      const meaning = exitCodes.get(Number(code));
      if (meaning === undefined) return [`${line} names exit code ${code}`];
      const words = EXIT_WORDS[Number(code)] ?? new RegExp(meaning.split(/ ?[:;,(]/)[0] ?? "");
      return words.test(condition ?? sentence)
        ? []
        : [`${line} says of exit code ${code} what it does not mean`];
    });
  });
}

/** A default port that is named, and the lines that programs print when they were given none. */
function portClaims(text: string, facts: Facts): readonly string[] {
  const wrong: string[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const claims = [
      ...line.matchAll(/default[^.;\n]{0,30}?(?:port |127\.0\.0\.1[ :])(\d+)/g),
      ...line.matchAll(/port (\d+)[^.;\n]{0,20}\bby default/g),
      ...line.matchAll(/(?<!--port.*)Server listening on 127\.0\.0\.1:(\d+)/g),
    ];
    for (const [, port] of claims) {
      if (Number(port) !== facts.defaultPort) wrong.push(`${i + 1} names ${port} as the default port`);
    }
  }
  return wrong;
}

function missingPaths({ line, text }: Code, facts: Facts): readonly string[] {
  const pattern = new RegExp(
    `(?<![\\w./-])(?:\\./)?((?:${TOP_FOLDERS})(?:/[\\w./-]*\\w/?|/)?)(?![\\w*])`,
    "g",
  );
  return [...text.matchAll(pattern)].map((match) => match[1] ?? "")
    .filter((path) => (path.includes("/") || path.includes(".")) && !facts.exists(path))
    .map((path) => `${line} names ${path}, which does not exist`);
}

/** Links and pictures that lead to no file of the project, and to no heading of this document. */
function deadLinks(name: string, text: string, facts: Facts): readonly string[] {
  const headings = new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)));
  const wrong: string[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    for (const [, target = ""] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const leads = path === ""
        ? headings.has(anchor ?? "")
        : facts.exists(new URL(path, new URL(name, "file:///")).pathname.slice(1));
      if (!leads) wrong.push(`${i + 1} links to ${target}, which does not exist`);
    }
  }
  return wrong;
}

/** As code hosts make it: lower case, words joined by hyphens, no punctuation. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\w\s-]/g, "").replaceAll(" ", "-");
}
