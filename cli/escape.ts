/**
 * Text and octets that came from somebody else, made safe to show: nothing here lets them drive a terminal.
 *
 * @module
 */

/** Characters with a short escape of their own. */
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/**
 * What a terminal may act upon, or what makes text read other than it is: control characters (C0, DEL, C1), format
 * characters (bidirectional overrides, tags, the byte order mark) and line or paragraph separators, surrogates and
 * private use. The two joiners stay: emoji and several scripts need them, and they move nothing.
 */
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;

/** The octets as hexadecimal digits, two each, with nothing between. */
export function hex(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += hexDigits(octet, 2);
  return text;
}

/** The octets as Python's `repr(bytes)` writes them: `b'Hello\n'`, in double quotes when only single ones occur. */
export function pythonBytes(octets: Uint8Array): string {
  const quote = octets.includes(0x27) && !octets.includes(0x22) ? '"' : "'";
  let text = `b${quote}`;
  for (const octet of octets) text += pythonEscape(octet, quote);
  return text + quote;
}

/** The octets read as UTF-8: undecodable ones become U+FFFD, and what a terminal might obey is escaped. */
export function printableText(octets: Uint8Array): string {
  // The byte order mark is kept, so that it shows.
  return escapeControls(new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets));
}

/** The text with everything escaped that a terminal might obey: `\n`, `\x1b`, `\u202e`. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** The three lines that show a received payload: its octets as Python writes them, as digits and as text. */
export function payloadLines(octets: Uint8Array): readonly [raw: string, digits: string, text: string] {
  return [
    `    Raw bytes: ${pythonBytes(octets)}`,
    `    Hex: ${hex(octets)}`,
    `    Text: ${printableText(octets)}`,
  ];
}

function hexDigits(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
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
  return code <= 0xffff ? `\\u${hexDigits(code, 4)}` : `\\u{${hexDigits(code, 5)}}`;
}
