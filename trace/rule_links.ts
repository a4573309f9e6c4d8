/**
 * Where cited rules can be read: links into the RFC Editor's pages.
 *
 * @module
 */

/** A part of a rule as it is shown; `url` is null for what is no place in an RFC. */
export type RulePart = readonly [text: string, url: string | null];

/** An RFC with or without a section, or a further section of the same RFC. */
const PLACE = /RFC (\d+)(?: (\d+(?:\.\d+)*))?|(?<=[;,] |to )\d+(?:\.\d+)*/g;

/** `RFC 9293 3.10.7.4, fifth; 3.5` as two places and the text between and behind them. */
export function rulePartsOf(rule: string): readonly RulePart[] {
  const parts: RulePart[] = [];
  let at = 0;
  let rfc = "";
  for (const match of rule.matchAll(PLACE)) {
    const [text, number = rfc] = match;
    rfc = number;
    if (rfc === "") continue;
    if (match.index > at) parts.push([rule.slice(at, match.index), null]);
    const section = match[1] === undefined ? text : match[2];
    parts.push([text, urlOf(rfc, section)]);
    at = match.index + text.length;
  }
  if (at < rule.length) parts.push([rule.slice(at), null]);
  return parts;
}

function urlOf(rfc: string, section: string | undefined): string {
  const page = `https://www.rfc-editor.org/rfc/rfc${rfc}`;
  return section === undefined ? page : `${page}#section-${section}`;
}
