/** Words and characters of our scripts changed at random: a script with a mistake is never run as if it had none. */

import { assertEquals } from "@std/assert";
import { Random } from "../../lab/random.ts";
import { OWN_SCRIPTS } from "../../packetdrill/options.ts";
import { runScript } from "../../packetdrill/run.ts";
import { SCRIPTS } from "./scripts/index.ts";

const SEED = 7;

/** Scripts in which one character is changed. */
const CHANGES = 3_000;

const CHARACTERS = [...'abcxyzSFPR.0159(){}[]<>,:=+-*|&"`%~!#/ '];

/** The script with comments and the notes of errors blanked out, so that places stay. */
function withoutComments(text: string): string {
  return text.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<== *-1 *E[A-Z]+ *)\(.*\)/g,
    (it) => it.replace(/[^\n]/g, " "),
  );
}

/** The word with two letters exchanged, one missing, one too many. */
function misspellings(word: string): readonly string[] {
  const exchanged = (word[0] ?? "") + (word[2] ?? "") + (word[1] ?? "") + word.slice(3);
  return [exchanged, word.slice(0, -1), `${word}x`].filter((it) => it !== word);
}

Deno.test("every word of every script, misspelt, is an error", () => {
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (const [path, text] of SCRIPTS) {
    for (const { 0: word, index } of withoutComments(text).matchAll(/(?<![\w.])[A-Za-z_]{4,}(?![\w.])/g)) {
      if (seen.has(word) || /^[FSRPEWAU]+$/.test(word)) continue;
      seen.add(word);
      for (const misspelt of misspellings(word)) {
        const changed = text.slice(0, index) + misspelt + text.slice(index + word.length);
        const { outcome, reason } = runScript(changed, path, OWN_SCRIPTS);
        if (outcome !== "error") wrong.push(`${path}: ${misspelt} for ${word}: ${outcome} ${reason}`);
      }
    }
  }
  assertEquals(wrong, []);
  assertEquals(seen.size > 150, true, `${seen.size} words`);
});

Deno.test("whatever character of a script is changed, there is a verdict, and an error has its place", () => {
  const random = new Random(SEED);
  const counts = { ok: 0, failed: 0, skipped: 0, error: 0 };
  const scripts = [...SCRIPTS];
  for (let i = 0; i < CHANGES; i++) {
    const [path, text] = random.pick(scripts);
    const at = random.integer(0, text.length - 1);
    const length = random.integer(0, 1);
    const changed = text.slice(0, at) + random.pick(CHARACTERS) + text.slice(at + length);
    const { outcome, reason, place } = runScript(changed, path, OWN_SCRIPTS);
    counts[outcome]++;
    const brokeOff = reason.startsWith("The run broke off") ? reason : null;
    const lines = changed.split("\n").length;
    const isPlaced = outcome !== "error" || place !== null && place.line >= 1 && place.line <= lines;
    assertEquals([brokeOff, isPlaced], [null, true], `${path} at ${at}: ${reason}`);
  }
  assertEquals([counts.skipped, counts.error > CHANGES / 3], [0, true], JSON.stringify(counts));
});
