import { assertEquals } from "@std/assert";
import { asciiText, markupText, mermaidText, octetsText, terminalText } from "../../trace/escape.ts";

const CASES: readonly (readonly [name: string, escaped: string, expected: string])[] = [
  ["terminal: escape sequences", terminalText("\x1b[31mred\x9b0m"), "\\x1b[31mred\\x9b0m"],
  ["terminal: line ends and tabs", terminalText("a\r\n\tb"), "a\\r\\n\\tb"],
  ["terminal: bidirectional overrides", terminalText("\u202eabc\u2066"), "\\u202eabc\\u2066"],
  ["terminal: tags and lone surrogates", terminalText("\u{e0041}\ud800"), "\\u{e0041}\\ud800"],
  ["terminal: ordinary text of all scripts stays", terminalText("größer 東京 👨‍👩‍👧"), "größer 東京 👨‍👩‍👧"],
  [
    "ASCII: what our own texts use, and the rest",
    asciiText("3 µs · ∞ … größer 👨"),
    "3 us * inf ... gr??er ?",
  ],
  [
    "markup: elements, quotes and entities",
    markupText(`<script a="b" c='d'>&amp;`),
    "&lt;script a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;amp;",
  ],
  ["markup: controls, which XML forbids", markupText("\x00\x0b"), "\\x00\\x0b"],
  ["Mermaid: line ends, quotes, semicolons, arrows", mermaidText('a\n";-->b#'), "a#92;n#34;#59;--#62;b#35;"],
  ["octets: undecodable ones become U+FFFD", octetsText(new Uint8Array([0x41, 0xff, 0x1b])), "A\ufffd\\x1b"],
];

for (const [name, escaped, expected] of CASES) {
  Deno.test(`escaping for ${name}`, () => assertEquals(escaped, expected));
}
