/**
 * Joins what a program always loads into one script, of which V8 can keep what it has compiled; of modules that Deno compiles into
 * an executable it cannot.
 *
 * @module
 */

/** The script, in the folder of the bundle. */
export const PROGRAM = "program";

/** What V8 has compiled of it; nothing as long as nobody has run it. */
export const COMPILED = "compiled";

/** The executable's main module, and the one of the executable that is run in order to see what V8 compiles. */
export const START = "start.ts";
export const KEEP = "keep.ts";

const IMPORT = /^import(?:\{([^}]*)\}from)?"\.\/([^"]+)";/;
const EXPORT = /export\{([^}]*)\};?\s*$/;

/** A file of the bundle: where its names come from, what it exports, and what is between. */
interface Piece {
  readonly imports: readonly { readonly names: string; readonly from: string }[];
  readonly exports: string;
  readonly body: string;
}

/**
 * The files of a bundle of `deno bundle --minify --code-splitting` that change: the script has the main file and those that it
 * imports, each as a function, after those that it imports itself. In place of each there is a module that exports what the
 * script has, for the files that are loaded when they are asked for. What is exported must keep its value. V8 compiles functions in
 * parentheses at once: elsewhere it would parse the script twice.
 */
export function linked(main: string, read: (name: string) => string): ReadonlyMap<string, string> {
  const pieces = new Map<string, Piece>();
  const visit = (name: string): void => {
    if (pieces.has(name)) return;
    const piece = parse(read(name));
    for (const { from } of piece.imports) visit(from);
    pieces.set(name, piece);
  };
  visit(main);
  const functions = [...pieces].map(([name, piece]) => asFunction(name, piece, name === main));
  const files = new Map([...pieces].map(([name, { exports }]) => [name, stand(name, exports)]));
  return files.set(PROGRAM, `((files,load)=>{"use strict";\n${functions.join("\n")}\n})`);
}

function parse(text: string): Piece {
  const imports: { names: string; from: string }[] = [];
  for (let found = IMPORT.exec(text); found !== null; found = IMPORT.exec(text)) {
    const [whole, names = "", from = ""] = found;
    imports.push({ names, from });
    text = text.slice(whole.length);
  }
  const exports = EXPORT.exec(text)?.[1] ?? "";
  return { imports, exports, body: text.replace(EXPORT, "") };
}

/** `import.meta.main` and `await` outside functions are in the main file only. */
function asFunction(name: string, { imports, exports, body }: Piece, isMain: boolean): string {
  const names = imports.filter((one) => one.names !== "").map((one) =>
    `var{${each(one.names, (theirs, ours) => `${theirs}:${ours}`)}}=files[${JSON.stringify(one.from)}];`
  );
  const text = body.replace(/\bimport\(/g, "load(");
  if (isMain) return `(async()=>{${names.join("")}${text.replaceAll("import.meta.main", "true")}})();`;
  const result = each(exports, (ours, theirs) => `${theirs}:${ours}`);
  return `files[${JSON.stringify(name)}]=(()=>{${names.join("")}${text};return{${result}}})();`;
}

/** The names of `a as b,c` one by one, each in the form wanted; one without `as` has the same name on both sides. */
function each(names: string, form: (left: string, right: string) => string): string {
  return names.split(",").filter(Boolean).map((name) => {
    const [left = "", right = left] = name.trim().split(" as ");
    return form(left, right);
  }).join(",");
}

/** The module in place of a file that is in the script. */
function stand(name: string, exports: string): string {
  const names = each(exports, (_, theirs) => theirs);
  return names === ""
    ? ""
    : `import{files}from"./${START}";export const{${names}}=files[${JSON.stringify(name)}];`;
}
