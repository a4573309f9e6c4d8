/** The shells themselves complete what is typed, by the completions that both programs print. */

import { assertEquals } from "@std/assert";
import { CLIENT_TEXT } from "../../cli/client_text.ts";
import { completions } from "../../cli/completions.ts";
import { SERVER_TEXT } from "../../cli/server_text.ts";
import { must, run } from "./process.ts";

/** What is typed, word by word as bash takes it apart, and what is offered. */
const ROWS: readonly (readonly [typed: readonly string[], offered: readonly string[]])[] = [
  [["rawtcp-client", "--prof"], ["--profile"]],
  [["rawtcp-client", "--profile", ""], ["standard", "linux", "freebsd"]],
  [["rawtcp-client", "--hash", "sha"], ["sha1", "sha256", "sha512"]],
  [["rawtcp-client", "--link", "=", "p"], ["packet"]],
  [["rawtcp-client", "-i", "an"], ["another"]],
  [["rawtcp-client", "-i", "a "], ["a file"]],
  [["rawtcp-client", "--read", "a file", "an"], ["another"]],
  [["rawtcp-server", "--mode", "s"], ["source="]],
  [["rawtcp-server", "--stack", ""], ["kernel", "rawtcp"]],
  [["rawtcp-server", "a"], []],
];

/** Calls the function that completes the first word's command, as the shell does on a tab. */
const BASH = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
"_\${1//-/_}" "$1" "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
[ "\${#COMPREPLY[@]}" -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;

/** Writes both programs' completions for a shell to files in a folder with two others. */
async function prepared(shell: "bash" | "zsh" | "fish"): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  for (const name of ["a file", "another"]) await Deno.writeTextFile(`${folder}/${name}`, "");
  const texts = [CLIENT_TEXT, SERVER_TEXT].map((text) => completions(text, shell));
  await Deno.writeTextFile(`${folder}/completions.${shell}`, texts.join("\n"));
  return folder;
}

async function isThere(shell: string): Promise<boolean> {
  return (await run(["sh", "-c", `command -v ${shell}`])).code === 0;
}

function shellTest(
  shell: "bash" | "zsh" | "fish",
  what: string,
  there: boolean,
  body: (folder: string) => Promise<void>,
): void {
  Deno.test({
    name: `${shell} ${what}${there ? "" : ` (ignored: no ${shell})`}`,
    ignore: !there,
    fn: async () => {
      const folder = await prepared(shell);
      try {
        await body(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

shellTest("bash", "completes options, their choices and files", await isThere("bash"), async (folder) => {
  for (const [typed, offered] of ROWS) {
    const out = await must(["bash", "-c", BASH, "bash", "completions.bash", ...typed], { cwd: folder });
    assertEquals(out.split("\n").filter(Boolean), offered, typed.join(" "));
  }
});

shellTest("fish", "completes options, their choices and files", await isThere("fish"), async (folder) => {
  for (const [typed, offered] of ROWS) {
    if (offered.length === 0 || typed.some((word) => word.includes(" "))) continue;
    const line = typed.join(" ").replace(" = ", "=");
    const command = `source completions.fish; complete -C ${JSON.stringify(line)}`;
    const out = await must(["fish", "--no-config", "-c", command], { cwd: folder });
    // Of --link=p the whole word is offered.
    const words = out.split("\n").filter(Boolean).map((one) =>
      one.replace(/\t.*/, "").replace("--link=", "")
    );
    assertEquals(words.toSorted(), offered.toSorted(), line);
  }
});

shellTest("zsh", "reads what is to complete", await isThere("zsh"), async (folder) => {
  // Completing takes a terminal there.
  await must(["zsh", "-n", "completions.zsh"], { cwd: folder });
});
