/** What the README promises about commands, exit codes and tests is what the project has. */

import { assert, assertEquals } from "@std/assert";
import { ExitCode } from "../cli/exit_codes.ts";
import contributing from "../CONTRIBUTING.md" with { type: "text" };
import project from "../deno.json" with { type: "json" };
import readme from "../README.md" with { type: "text" };

Deno.test("README.md lists every exit code of the programs, and no other", () => {
  const listed = [...readme.matchAll(/^\|\s*(\d+)\s*\|/gm)].map((match) => Number(match[1]));
  assertEquals(listed, Object.values(ExitCode).toSorted((a, b) => a - b));
});

Deno.test("README.md gives one command for the tests and one for the demonstration", () => {
  for (const task of ["demo", "test", "build"]) {
    const commands = readme.match(new RegExp(`^npx -y deno@[0-9.]+ task ${task}$`, "gm")) ?? [];
    assertEquals(commands.length, 1, task);
  }
});

Deno.test("the tasks that README.md and CONTRIBUTING.md name exist", () => {
  const tasks = Object.keys(project.tasks);
  const named = [...`${readme}${contributing}`.matchAll(/\b(?:deno|deno@[0-9.]+) task ([\w:]+)/g)].map((m) =>
    m[1] ?? ""
  );
  assert(named.length > 0);
  assertEquals(named.filter((task) => !tasks.includes(task)), []);
});
