/**
 * Text that came from somebody else, made safe for each place where it may be shown.
 *
 * @module
 */

/**
 * What a terminal may act upon, or what makes text read other than it is: control characters, format characters
 * (bidirectional overrides, tags), line and paragraph separators, surrogates, private use; but not the two joiners.
 */
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for a terminal: what it might obey becomes `\n`, `\x1b`, `\u202e`. */
export function terminalText(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
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

/** A value as JSON that may stand inside a `<script>` element of a page. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Octets as text, undecodable ones as U+FFFD, and what a terminal might obey escaped. */
export function octetsText(octets: Uint8Array): string {
  return terminalText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets));
}

function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
}
