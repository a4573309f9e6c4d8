/**
 * `config FIELD=VALUE`, a command of our own scripts: sets fields of `TcpConfig`.
 *
 * @module
 */

import { completeConfig, joinChanges, type PartialConfig, type TcpConfig } from "../tcp/mod.ts";
import type { ShellCommand } from "./ast.ts";
import { ScriptError, unknownWord } from "./errors.ts";
import { placeOf, type Words } from "./shell.ts";
import { changeAt, type ConfigPath } from "./variables.ts";

const SPAN_UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000 };

/** `FIELD=VALUE`, a command of our own scripts: fields of `TcpConfig`, with their group or without; spans as `40ms`, `1s`. */
export function configChanges(words: Words, config: TcpConfig, command: ShellCommand): PartialConfig {
  let changes: PartialConfig = {};
  if (words.length === 0) throw new ScriptError(command.place, "Cannot set nothing", "config FIELD=VALUE");
  for (const word of words) {
    const place = placeOf(word, command);
    const [, name = word, text = ""] = /^([^=]*)=(.*)$/.exec(word) ?? [];
    const path = pathOf(name, config);
    if (path === null) throw unknownWord(place, name, "a field of TcpConfig", fieldNames(config));
    const value = valueOf(text, fieldAt(config, path));
    if (value === null) throw new ScriptError(place, `Cannot set ${name} to "${text}"`, `${name}=VALUE`);
    changes = joinChanges(changes, changeAt(path, value));
  }
  try {
    completeConfig(changes, config);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const isNamed = (word: string): boolean => error.message.includes(word.replace(/=.*/, ""));
    const wrong = words.find(isNamed) ?? words[0] ?? "";
    throw new ScriptError(placeOf(wrong, command), `Cannot set ${wrong}`, error.message);
  }
  return changes;
}

function fieldNames(config: TcpConfig): string[] {
  return Object.values(config).flatMap((fields) => Object.keys(fields));
}

/** The field that is called `name`, or `group.name`; null when there is none. */
function pathOf(name: string, config: TcpConfig): ConfigPath | null {
  for (const [group, fields] of Object.entries(config)) {
    for (const field of Object.keys(fields)) {
      const path = `${group}.${field}`;
      if (field === name || path === name) return path as ConfigPath;
    }
  }
  return null;
}

function fieldAt(config: TcpConfig, path: ConfigPath): unknown {
  const [group = "", field = ""] = path.split(".");
  return (config as unknown as Record<string, Record<string, unknown>>)[group]?.[field];
}

/** What `text` says for a field that has the value `before`; null when it is nothing of the sort. */
function valueOf(text: string, before: unknown): unknown {
  if (typeof before === "boolean") return text === "true" ? true : text === "false" ? false : null;
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(us|ms|s)?$/.exec(text) ?? [];
  if (number !== undefined) return Number(number) * (SPAN_UNITS[unit] ?? 1);
  return typeof before === "string" ? text.replaceAll("_", " ") : null;
}
