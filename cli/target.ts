/**
 * Whom to connect to, in the ways that people write it.
 *
 * @module
 */

import { quoted, UsageError } from "./options.ts";
import { parsePort } from "./option_values.ts";

/** A host and a port of it. */
export interface Target {
  /** A name or an address, without brackets. */
  readonly host: string;
  /** A number, or the name of a service. */
  readonly port: number | string;
}

/** Where a connection begins and ends, as far as its user says. */
export interface Way {
  readonly target: Target;
  /** The only IP version to use; null: both. */
  readonly family: 4 | 6 | null;
  /** Address to send from, as text; null: the kernel's choice. */
  readonly source: string | null;
  /** 0: one that the kernel picks. */
  readonly sourcePort: number;
  /** The only interface to send and receive by; null: by route. */
  readonly interfaceName: string | null;
  /** The mark of our packets; 0: none. */
  readonly mark: number;
  /** The DiffServ code point of our packets. */
  readonly dscp: number;
}

const DEFAULT_HOST = "127.0.0.1";

/** The port that both programs use when none is given. */
export const DEFAULT_PORT = 8_888;

/** Names of services, RFC 6335 5.1: letters, digits and hyphens, at least one letter. */
const SERVICE_NAME = /^(?=.*[a-z])[a-z0-9-]{1,63}$/i;

/** `[V6]`, perhaps with a port behind it. */
const BRACKETED = /^\[(?<host>[^\]]*)\](?::(?<port>.*))?$/;

/** Anything but a bare IPv6 address, with a port behind it. */
const WITH_PORT = /^(?<host>[^:]*):(?<port>[^:]*)$/;

/**
 * Reads `HOST`, `HOST PORT`, `HOST:PORT`, `[V6]`, `[V6]:PORT`, and all of them behind `tcp://`; the port may be the name of a
 * service.
 *
 * @throws UsageError
 */
export function parseTarget(operands: readonly string[]): Target {
  const [first = DEFAULT_HOST, second, third] = operands;
  if (third !== undefined) throw new UsageError(`Too many operands: ${quoted(third)} after HOST and PORT`);
  const bare = first.replace(/^tcp:\/\/(.*?)\/?$/i, "$1");
  const parts = (BRACKETED.exec(bare) ?? WITH_PORT.exec(bare))?.groups;
  const host = parts?.["host"] ?? bare;
  const joined = parts?.["port"];
  if (host === "") throw new UsageError("Cannot use an empty HOST: give a name or an address");
  if (/[\s/[\]]/.test(bare.startsWith("[") ? host : bare)) {
    throw new UsageError(`Cannot use ${quoted(first)} as HOST: give a name, an address or HOST:PORT`);
  }
  if (second === undefined && joined === undefined && /^\d{2,5}$/.test(host)) {
    throw new UsageError(
      `Cannot use ${quoted(host)} as HOST: a port comes second, as in ${DEFAULT_HOST} ${host}`,
    );
  }
  if (joined !== undefined && second !== undefined) {
    throw new UsageError(`Cannot use both ${quoted(first)} and ${quoted(second)}: give the port once`);
  }
  const port = joined ?? second;
  return { host, port: port === undefined ? DEFAULT_PORT : parsePortOrService(port) };
}

function parsePortOrService(text: string): number | string {
  return SERVICE_NAME.test(text) ? text.toLowerCase() : parsePort(text, "PORT", 1);
}
