/** What the programs tell of themselves: all from one table, in 80 columns, and fit for those who read it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CLIENT_GROUPS } from "../../cli/client_options.ts";
import { CLIENT_TEXT } from "../../cli/client_text.ts";
import { SHELLS } from "../../cli/about_options.ts";
import { completions } from "../../cli/completions.ts";
import { ExitCode } from "../../cli/exit_codes.ts";
import { fullHelp, manualPage, shortHelp } from "../../cli/help.ts";
import { SERVER_TEXT } from "../../cli/server_text.ts";

const PROGRAMS = [CLIENT_TEXT, SERVER_TEXT];

Deno.test("no line of the help is wider than 80 columns, and none ends in a space", () => {
  for (const program of PROGRAMS) {
    for (const line of `${fullHelp(program)}${shortHelp(program)}`.split("\n")) {
      assert(line.length <= 80 && line === line.trimEnd(), line);
    }
  }
});

Deno.test("help, manual page and every shell's completions name every option", () => {
  for (const program of PROGRAMS) {
    const texts = [
      fullHelp(program),
      shortHelp(program),
      ...SHELLS.map((shell) => completions(program, shell)),
    ];
    for (const { name } of program.groups.flatMap(({ options }) => options)) {
      for (const text of texts) assert(new RegExp(`(--|-l )${name}\\b`).test(text), `${name}: ${text}`);
      assertStringIncludes(manualPage(program), `\\-\\-${name.replaceAll("-", "\\-")}`);
    }
  }
});

Deno.test("zsh puts = behind a long option that wants a value, and behind no other", () => {
  for (const program of PROGRAMS) {
    const text = completions(program, "zsh");
    for (const { name, value } of program.groups.flatMap(({ options }) => options)) {
      assertEquals(new RegExp(`--${name}=['}[]`).test(text), value !== undefined, name);
    }
  }
});

Deno.test("no name or letter of an option is used twice, and what an option needs exists", () => {
  for (const { groups } of PROGRAMS) {
    const options = groups.flatMap(({ options }) => options);
    const names = options.map(({ name }) => name);
    const letters = options.flatMap(({ letter }) => letter ?? []);
    assertEquals([new Set(names).size, new Set(letters).size], [names.length, letters.length]);
    for (const { needs = [] } of options) assertEquals(needs.filter((name) => !names.includes(name)), []);
  }
});

Deno.test("examples come first, environment, files and exit codes last", () => {
  const help = fullHelp(CLIENT_TEXT);
  const titles = [...help.matchAll(/^([A-Z][^:\n]*):$/gm)].map(([, title]) => title);
  assertEquals(titles[0], "Examples");
  assertEquals(titles.slice(1, 1 + CLIENT_GROUPS.length), CLIENT_GROUPS.map(({ title }) => title));
  assertEquals(titles.slice(-3), ["Environment", "Files", "Exit codes"]);
  for (const code of Object.values(ExitCode)) {
    assert(new RegExp(`^ +${code}  \\w`, "m").test(help), `${code}`);
  }
});
