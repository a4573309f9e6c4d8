/**
 * Text and octets that came from somebody else, made safe for each place where they may be shown.
 *
 * @module
 */

/** Most texts are plain, and to see that takes no tables of Unicode, which cost a program 0.8 ms when it starts. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Characters with a short escape of their own. */
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text for a terminal: what it might obey becomes `\n`, `\x1b`, `\u202e`.
 *
 * That is what makes text read other than it is, too: control characters, format characters (bidirectional overrides, tags), line
 * and paragraph separators, surrogates, private use; but not the two joiners.
 */
export function terminalText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

/** Text for the content or a quoted attribute of HTML, SVG and XML; controls become visible escapes. */
export function markupText(text: string): string {
  return terminalText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** Text for a label of a Mermaid diagram: all but letters, digits and harmless marks as its numeric entities. */
export function mermaidText(text: string): string {
  return terminalText(text).replace(/[^\p{L}\p{N} .,()=+*\/_-]/gu, (character) => {
    return `#${character.codePointAt(0) ?? 0};`;
  });
}

/** What stands in plain ASCII for characters that our own texts use. */
const IN_ASCII: Readonly<Record<string, string>> = {
  "µ": "u",
  "·": "*",
  "∞": "inf",
  "…": "...",
  "×": "x",
  "⋮": ":",
  "−": "-",
  "≤": "<=",
  "≥": ">=",
  "→": "->",
  "“": '"',
  "”": '"',
  "’": "'",
};

/** Text for a terminal that has ASCII characters only; what has no likeness in them becomes a question mark. */
export function asciiText(text: string): string {
  return text.replace(/[\u0080-\u{10ffff}]/gu, (character) => IN_ASCII[character] ?? "?");
}

/** Octets as text, undecodable ones as U+FFFD, and what a terminal might obey escaped. */
export function octetsText(octets: Uint8Array): string {
  return terminalText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets));
}

const HEX_DIGITS = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const ASCII = new TextDecoder();

/** The octets as hexadecimal digits, two each, with nothing between. */
export function hex(octets: Uint8Array): string {
  const digits = new Uint8Array(2 * octets.length);
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] as number;
    digits[2 * i] = HEX_DIGITS[octet >> 4] as number;
    digits[2 * i + 1] = HEX_DIGITS[octet & 0xf] as number;
  }
  return ASCII.decode(digits);
}

/** The octets as Python's `repr(bytes)` writes them: `b'Hello\n'`, in double quotes when only single ones occur. */
export function pythonBytes(octets: Uint8Array): string {
  const quote = octets.includes(0x27) && !octets.includes(0x22) ? '"' : "'";
  let text = `b${quote}`;
  for (const octet of octets) text += pythonEscape(octet, quote);
  return text + quote;
}

function pythonEscape(octet: number, quote: string): string {
  const character = String.fromCharCode(octet);
  if (character === "\\" || character === quote) return `\\${character}`;
  if (octet >= FIRST_PRINTABLE && octet <= LAST_PRINTABLE) return character;
  return SHORT_ESCAPES[character] ?? `\\x${hexDigits(octet, 2)}`;
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${hexDigits(code, 2)}`;
  return code <= 0xffff ? `\\u${hexDigits(code, 4)}` : `\\u{${code.toString(16)}}`;
}

function hexDigits(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}
