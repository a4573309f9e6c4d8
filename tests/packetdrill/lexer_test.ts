/** The words of scripts. */

import { assertEquals, assertThrows } from "@std/assert";
import { ScriptError } from "../../packetdrill/errors.ts";
import { Lexer, type Token } from "../../packetdrill/lexer.ts";

function tokensOf(text: string, definitions?: Map<string, string>): Token[] {
  const lexer = new Lexer(text, definitions);
  const tokens: Token[] = [];
  while (lexer.peek().kind !== "end") tokens.push(lexer.next());
  return tokens;
}

const CASES: readonly (readonly [name: string, text: string, expected: string])[] = [
  ["a relative time", "+.01 <", "punctuation + | float .01 | punctuation <"],
  [
    "a call's time",
    "+0...0.300 write(",
    "punctuation + | integer 0 | ellipsis ... | float 0.300 | word write | punctuation (",
  ],
  ["an absolute call's time", "1.00...6.00", "float 1.00 | ellipsis ... | float 6.00"],
  [
    "flags with an ACK",
    "SW. 0:0(0)",
    "word SW | punctuation . | integer 0 | punctuation : | integer 0 | punctuation ( | integer 0 | punctuation )",
  ],
  ["an ACE digit", "P.5 1", "word P | float .5 | integer 1"],
  ["a cookie that begins with a digit", "FO 1a2b", "word FO | word 1a2b"],
  ["a hexadecimal number", "0x2 0xffffffff", "hex 0x2 | hex 0xffffffff"],
  ["a negative result", "= -1 E", "punctuation = | integer -1 | word E"],
  ["addresses", "192.0.2.1 2001:db8::1 ::", "address 192.0.2.1 | address 2001:db8::1 | address ::"],
  [
    "sequence numbers that are no address",
    "1:1001(1000) 1:1:",
    "integer 1 | punctuation : | integer 1001 | punctuation ( | integer 1000 | punctuation ) | integer 1 | punctuation : | integer 1 | punctuation :",
  ],
  ["comments", "1 // 2\n /* 3 \n ** */ 4", "integer 1 | integer 4"],
  ["a comment mark inside quotes", '"a//b" `c // d`', "string a//b | command c // d"],
  ["a command with a joined line", "`a \\\n b` 1", "command a \\\n b | integer 1"],
  ["quotes inside quotes", '"a\\"b"', 'string a\\"b'],
  ["a snippet with a brace and a percent sign", "%{ {1} % 2 }% 3", "code  {1} % 2  | integer 3"],
  ["an option", "--ip_version=ipv4", "option ip_version | punctuation = | word ipv4"],
];

for (const [name, text, expected] of CASES) {
  Deno.test(`the lexer reads ${name}`, () => {
    assertEquals(tokensOf(text).map((token) => `${token.kind} ${token.text}`).join(" | "), expected);
  });
}

Deno.test("the lexer counts lines and columns, also inside comments, commands and snippets", () => {
  const tokens = tokensOf("1 /*\n*/ 2 `a\nb` 3 %{\n\n}% 4");
  assertEquals(tokens.map(({ place }) => [place.line, place.column]), [
    [1, 1],
    [2, 4],
    [2, 6],
    [3, 4],
    [3, 6],
    [5, 4],
  ]);
});

Deno.test("the lexer replaces words that are defined, by words, numbers, strings and commands", () => {
  const definitions = new Map([["A", "x"], ["B", "12"], ["C", '"s"'], ["D", "`c`"]]);
  assertEquals(tokensOf("A B C D AB", definitions).map((token) => `${token.kind} ${token.text}`), [
    "word x",
    "integer 12",
    "string s",
    "command c",
    "word AB",
  ]);
});

const UNFINISHED: readonly (readonly [what: string, text: string, end: string])[] = [
  ["a command", "1\n `abc", "`"],
  ["a string", '1\n "abc\n"', '"'],
  ["a comment", "1\n /* abc *", "*/"],
  ["code", "1\n %{ abc }", "}%"],
];

for (const [what, text, end] of UNFINISHED) {
  Deno.test(`the lexer refuses ${what} without an end, and names where it begins and what would end it`, () => {
    const { place, expected } = assertThrows(() => tokensOf(text), ScriptError);
    assertEquals([place.line, place.column, expected], [2, 2, end]);
  });
}
