import type { ObserveArguments } from "../../cli/observe_arguments.ts";

/** Nothing is shown and nothing stored. */
export const UNOBSERVED: ObserveArguments = {
  trace: false,
  time: "relative",
  absolute: false,
  explain: false,
  json: false,
  pcap: null,
  snapLength: 0,
  payload: true,
  ladder: false,
  ladderFile: null,
  report: null,
  statistics: false,
  verbose: false,
  force: false,
  ascii: false,
};
