import { assertEquals } from "@std/assert";
import { otherOptionsText } from "../../trace/other_options.ts";
import { segmentWith } from "./options_kit.ts";

const OPTIONS: readonly (readonly [text: string, options: readonly number[]])[] = [
  ["", [2, 4, 5, 180, 1, 3, 3, 7, 4, 2, 1, 1]],
  ["md5", [19, 18, ...new Array<number>(16).fill(9), 1, 1]],
  ["ao key 3 next 4", [29, 8, 3, 4, 0, 0, 0, 0]],
  ["mptcp MP_CAPABLE", [30, 4, 1, 0]],
  ["mptcp DSS", [30, 4, 0x20, 0]],
  ["fast-open request", [34, 2, 1, 1]],
  ["fast-open cookie of 8", [34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1]],
  ["experimental 254 0xf989 fast-open request", [254, 4, 0xf9, 0x89]],
  ["experimental 253 0x1234", [253, 4, 0x12, 0x34]],
  ["accecn0 1:2", [172, 8, 0, 0, 1, 0, 0, 2]],
  ["option 77 (4 octets) md5", [77, 4, 0, 0, 19, 2, 1, 1]],
  ["option 3 (4 octets)", [3, 4, 0, 0]],
  ["", [0, 19, 2, 0]],
];

for (const [text, options] of OPTIONS) {
  const name = text === "" ? `nothing in ${options.join()}` : text;
  Deno.test(`options that the core does not know are told by name or number: ${name}`, () => {
    assertEquals(otherOptionsText(segmentWith(options)), text);
  });
}
