/**
 * Which of a capture's connections are meant.
 *
 * @module
 */

import type { ConnectionRecord } from "../../trace/record.ts";

/** Whether a connection is meant. */
export type Selection = (connection: ConnectionRecord) => boolean;

/** Everything. */
export const ALL: Selection = (): boolean => true;

/** One end as it may be written: with its port, or either without the other. */
const END = /^(\[[^\]]+\]|[^:[\]-]*|[0-9a-fA-F:.]*::?[0-9a-fA-F:.]*)(?::(\d+))?$/;

/**
 * The selection that is written as a number, as one end (`192.0.2.1:80`, `192.0.2.1`, `:80`), or as both with a dash between
 * them; null when it is none of these.
 */
export function readSelection(text: string): Selection | null {
  if (/^\d+$/.test(text)) return ({ id }) => id === Number(text);
  const ends = text.split("-").map(readEnd);
  const [first, second] = ends;
  if (first === null || first === undefined || second === null || ends.length > 2) return null;
  if (second === undefined) return ({ local, remote }) => first(local) || first(remote);
  return ({ local, remote }) => (first(local) && second(remote)) || (first(remote) && second(local));
}

function readEnd(text: string): ((endpoint: string) => boolean) | null {
  if (text === "") return null;
  const isBareIpv6 = !text.startsWith("[") && text.split(":").length > 2;
  const [, address = "", port] = isBareIpv6 ? [text, `[${text}]`] : END.exec(text) ?? [];
  if (address === "" && port === undefined) return null;
  return (endpoint) => {
    const at = endpoint.lastIndexOf(":");
    return (address === "" || endpoint.slice(0, at) === address) &&
      (port === undefined || endpoint.slice(at + 1) === port);
  };
}
