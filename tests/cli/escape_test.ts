import { assertEquals } from "@std/assert";
import { PayloadLines } from "../../cli/payload_lines.ts";
import { hex, octetsText, pythonBytes, terminalText } from "../../trace/escape.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const octets = (...values: number[]): Uint8Array => new Uint8Array(values);

Deno.test("octets are written as Python's repr of bytes writes them", async (t) => {
  const rows: [name: string, input: Uint8Array, expected: string][] = [
    ["nothing", octets(), "b''"],
    ["plain text", bytes("Hello"), "b'Hello'"],
    ["a single quote changes the quotes", bytes("it's"), `b"it's"`],
    ["double quotes need nothing", bytes('say "x"'), `b'say "x"'`],
    ["both quotes escape the single one", bytes(`'"`), `b'\\'"'`],
    ["backslash", bytes("\\"), "b'\\\\'"],
    ["tab, newline, return", bytes("\t\n\r"), "b'\\t\\n\\r'"],
    ["the other controls and DEL", octets(0, 7, 0x1b, 0x1f, 0x7f), "b'\\x00\\x07\\x1b\\x1f\\x7f'"],
    ["the edges of what prints", octets(0x20, 0x7e), "b' ~'"],
    ["high octets", octets(0x80, 0xff), "b'\\x80\\xff'"],
    ["UTF-8 is not decoded", bytes("é"), "b'\\xc3\\xa9'"],
  ];
  for (const [name, input, expected] of rows) {
    await t.step(name, () => assertEquals(pythonBytes(input), expected));
  }
});

Deno.test("hexadecimal digits come two for each octet, without separators", () => {
  assertEquals(hex(octets(0, 0x0f, 0xff)), "000fff");
  assertEquals(hex(octets()), "");
});

Deno.test("text from a peer cannot drive the terminal", async (t) => {
  const rows: [name: string, input: Uint8Array, expected: string][] = [
    ["ordinary text stays", bytes("Grüße, 世界 👍"), "Grüße, 世界 👍"],
    ["a colour sequence", bytes("\x1b[31mred"), "\\x1b[31mred"],
    ["clear the screen in C1 form", bytes("\u009b2J"), "\\x9b2J"],
    ["a title and a bell", bytes("\x1b]0;owned\x07"), "\\x1b]0;owned\\x07"],
    ["carriage return and newline", bytes("a\r\nb"), "a\\r\\nb"],
    ["backspace and DEL", octets(0x61, 8, 0x7f), "a\\x08\\x7f"],
    ["right-to-left override", bytes("exe\u202efdp"), "exe\\u202efdp"],
    ["isolates and marks", bytes("\u2066\u200e\u2069"), "\\u2066\\u200e\\u2069"],
    ["line and paragraph separators", bytes("\u2028\u2029"), "\\u2028\\u2029"],
    ["invisible tag characters", bytes("\u{e0041}"), "\\u{e0041}"],
    ["a byte order mark shows", bytes("\ufeffx"), "\\ufeffx"],
    ["joiners of emoji stay", bytes("👩\u200d💻"), "👩\u200d💻"],
    ["a raw C1 octet is not UTF-8", octets(0x9b, 0x41), "\ufffdA"],
    ["a cut sequence at the end", octets(0x41, 0xe2, 0x82), "A\ufffd"],
    ["an overlong encoding of ESC", octets(0xc0, 0x9b), "\ufffd\ufffd"],
  ];
  for (const [name, input, expected] of rows) {
    await t.step(name, () => assertEquals(octetsText(input), expected));
  }
});

Deno.test("no character below space, no DEL and no C1 character survives escaping", () => {
  for (let code = 0; code < 0xa0; code++) {
    const kept = terminalText(String.fromCharCode(code)) === String.fromCharCode(code);
    assertEquals(kept, code >= 0x20 && code < 0x7f, `code ${code}`);
  }
});

Deno.test("a lone surrogate in a string is escaped", () => {
  assertEquals(terminalText("\ud800"), "\\ud800");
});

Deno.test("a payload is shown in three lines, or only counted", () => {
  assertEquals(new PayloadLines(false).of(octets(0x48, 0x69)), "Received 2 bytes");
  assertEquals(new PayloadLines(true).of(octets(0x48, 0x69, 0x0a, 0xff)).split("\n"), [
    "Received 4 bytes:",
    "    Raw bytes: b'Hi\\n\\xff'",
    "    Hex: 48690aff",
    "    Text: Hi\\n\ufffd",
  ]);
});

Deno.test("a character that two pieces bring is shown with the second", () => {
  const lines = new PayloadLines(true);
  const last = (text: string): string | undefined => text.split("\n").at(-1);
  assertEquals(last(lines.of(octets(0x47, 0x72, 0xc3))), "    Text: Gr");
  assertEquals(last(lines.of(octets(0xbc, 0xc3, 0x9f, 0x65))), "    Text: \u00fc\u00dfe");
});
