/**
 * The options of rawtcp-server, in groups.
 *
 * @module
 */

import { ABOUT_OPTIONS } from "./about_options.ts";
import { CAPTURE_OPTIONS, SHOWING_OPTIONS } from "./observe_arguments.ts";
import { LINK_CHOICES } from "./option_values.ts";
import type { OptionGroup, OptionSpec } from "./options.ts";
import { COLOR_CHOICES } from "./output.ts";
import { DEFAULT_PORT } from "./target.ts";

/** Whose TCP serves. */
export const STACKS = ["kernel", "rawtcp"] as const;

/** Options that the client has too, but for those of their needs that only it has. */
function shared(options: readonly OptionSpec[]): readonly OptionSpec[] {
  const known = new Set([...SHOWING_OPTIONS, ...CAPTURE_OPTIONS].map(({ name }) => name));
  return options.map((option) =>
    option.needs === undefined ? option : { ...option, needs: option.needs.filter((name) => known.has(name)) }
  );
}

/** All options, in the order of the help. */
export const SERVER_GROUPS: readonly OptionGroup[] = [
  {
    title: "Where it listens",
    options: [
      {
        name: "host",
        value: "ADDR",
        help: "listen on this address (default 127.0.0.1); :: and 0.0.0.0 for all",
      },
      { name: "port", value: "N", help: `listen on this port (default ${DEFAULT_PORT}); 0 for any free one` },
    ],
  },
  {
    title: "What it does",
    options: [
      {
        name: "mode",
        value: "MODE",
        choices: ["print", "echo", "discard", "source=", "file=", "reply="],
        help:
          "print: show what arrives (default); echo: show it and send it back; discard: read it as fast as " +
          "possible, show nothing; source=BYTES: send so many bytes, such as source=20MB, then close; " +
          "file=PATH: answer each HTTP request with that file, then close; reply=TEXT: show what arrives, and answer each " +
          "piece of it with TEXT",
      },
      { name: "count", value: "N", help: "end after N connections" },
      {
        name: "stack",
        value: "STACK",
        choices: STACKS,
        help:
          "whose TCP serves: kernel (default), or rawtcp, our own over raw sockets, which can be watched; it " +
          "needs CAP_NET_RAW and one address, not :: or 0.0.0.0",
      },
      {
        name: "link",
        value: "WAY",
        choices: LINK_CHOICES,
        help:
          "raw, packet or auto: how bulk data of our own TCP leaves (default: auto, raw where it is watched; see below)",
      },
    ],
  },
  { title: "What is shown, of our own TCP", options: shared(SHOWING_OPTIONS) },
  { title: "Captures, of our own TCP", options: shared(CAPTURE_OPTIONS) },
  {
    title: "The program",
    options: [
      { name: "quiet", letter: "q", help: "print errors only" },
      { name: "color", value: "WHEN", choices: COLOR_CHOICES, help: "auto, always or never (default: auto)" },
      ...ABOUT_OPTIONS,
    ],
  },
];
