/**
 * From an error to the one line that a person reads and the code that a script reads.
 *
 * @module
 */

import type { Endpoint } from "../tcp/single.ts";
import { terminalText } from "../trace/escape.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import { UsageError } from "./options.ts";

/** Addresses and ports of a connection. */
export interface ConnectionEnds {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** What is known of a connection that has failed. */
export interface FailedConnection {
  readonly ends: ConnectionEnds;
  /** Whether it was established. */
  readonly isEstablished: boolean;
}

/** A program's work failed in a way that has a code of its own; the message is for people. */
export class ProgramFailure extends Error {
  override readonly name = "ProgramFailure";
  readonly code: ExitCodeNumber;
  /** The connection that it is of; null: there was none. */
  readonly connection: FailedConnection | null;

  constructor(code: ExitCodeNumber, message: string, connection: FailedConnection | null = null) {
    super(message);
    this.code = code;
    this.connection = connection;
  }
}

/** How a program is to end. */
export interface FailureReport {
  readonly code: ExitCodeNumber;
  /** One line, safe to show. */
  readonly text: string;
  /** The connection, if it is known that there was one. */
  readonly connection: FailedConnection | null;
}

/** What is read of a failed system call; errors of ffi/ have this shape. */
interface FailedCall {
  readonly call: string;
  readonly errnoName: string;
  /** What usually causes it; empty: nothing general can be said. */
  readonly likelyCause: string;
  /** What it was about; empty: nothing in particular. */
  readonly subject: string;
}

/** Port 0 behind an address: no port in particular. */
const ANY_PORT = /(?<=[\d\]]):0$/;

/** What EADDRINUSE means where the kernel was to choose the port, and what to do. */
export const NO_FREE_PORT = "no local port is free that the kernel may choose";
export const FREE_A_PORT =
  "name a port, widen net.ipv4.ip_local_port_range, or shorten net.ipv4.ip_local_reserved_ports";

const NO_SUCH_SOCKETS = ["EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EINVAL", "ENOSYS"];
const NO_WAY = ["ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EHOSTDOWN", "ENONET"];
const NOT_PERMITTED = ["EPERM", "EACCES"];
/** What the kernel says of a blackhole route (EINVAL), and of a broadcast address or a prohibiting route (EACCES). */
const ROUTE_REFUSALS = [...NOT_PERMITTED, "EINVAL"];

/** The code and the line for whatever was thrown. `program` is the name that people call it by. */
export function describeFailure(error: unknown, program: string): FailureReport {
  const report = reportOf(error, program);
  return {
    code: report.code,
    text: terminalText(report.text.replace(/\s*\n\s*/g, " ")),
    connection: error instanceof ProgramFailure ? error.connection : null,
  };
}

function reportOf(error: unknown, program: string): Omit<FailureReport, "connection"> {
  if (!(error instanceof Error)) return { code: ExitCode.internal, text: `Internal error: ${String(error)}` };
  if (error instanceof ProgramFailure) return { code: error.code, text: error.message };
  if (error instanceof UsageError) {
    return { code: ExitCode.usage, text: `${error.message} (see ${program} --help)` };
  }
  if (isFailedCall(error)) return reportOfCall(error, error.message, program);
  switch (error.name) {
    case "ResolveError":
      return { code: ExitCode.unknownHost, text: error.message };
    case "LibcError":
      return { code: libcCode(error), text: error.message };
    case "RangeError":
      return { code: ExitCode.usage, text: error.message };
    default:
      return {
        code: ExitCode.internal,
        text: `Internal error, please report it: ${error.name}: ${error.message}`,
      };
  }
}

function isFailedCall(error: Error): error is Error & FailedCall {
  return error.name === "SystemError" &&
    (["call", "errnoName", "likelyCause", "subject"] as const).every((name) =>
      typeof (error as Partial<FailedCall>)[name] === "string"
    );
}

function reportOfCall(
  failed: FailedCall,
  message: string,
  program: string,
): Omit<FailureReport, "connection"> {
  const { call, errnoName, likelyCause, subject } = failed;
  const [name] = call.split(" ");
  const isClear = likelyCause !== "" && subject !== "";
  const cannot = (what: string): string =>
    isClear ? `Cannot ${what} ${subject.replace(ANY_PORT, "")}: ${likelyCause} (${errnoName})` : message;
  if (call === "socket SOCK_RAW" && NOT_PERMITTED.includes(errnoName)) {
    return { code: ExitCode.missingRight, text: missingRawRight(program, errnoName) };
  }
  if (name === "socket" && NO_SUCH_SOCKETS.includes(errnoName)) {
    return {
      code: ExitCode.unsupported,
      text:
        `Cannot open a raw socket: this system offers none (${errnoName}), like WSL 1 and some sandboxes; ` +
        "use a Linux kernel that does",
    };
  }
  if (name === "bind" && errnoName === "EACCES") return { code: ExitCode.missingRight, text: message };
  if (errnoName === "EADDRINUSE" && ANY_PORT.test(subject)) {
    return {
      code: ExitCode.addressUnavailable,
      text: `Cannot use ${subject.replace(ANY_PORT, "")}: ${NO_FREE_PORT} (${errnoName}); ${FREE_A_PORT}`,
    };
  }
  if (
    errnoName === "EADDRINUSE" || errnoName === "EADDRNOTAVAIL" || (name === "bind" && errnoName === "EINVAL")
  ) {
    return { code: ExitCode.addressUnavailable, text: cannot("use") };
  }
  if (
    NO_WAY.includes(errnoName) || name === "xfrm_policy" ||
    (name === "connect" && NOT_PERMITTED.includes(errnoName)) ||
    (name === "rtnetlink" && ROUTE_REFUSALS.includes(errnoName))
  ) {
    return { code: ExitCode.unreachable, text: cannot("reach") };
  }
  return { code: ExitCode.system, text: errnoName === "ENODEV" ? cannot("use interface") : message };
}

/** Says which capability, and the ways to get it. */
function missingRawRight(program: string, errnoName: string): string {
  return `Cannot open a raw socket: CAP_NET_RAW is missing (${errnoName}); run it as root (sudo), or give ` +
    `the compiled program that capability (sudo setcap cap_net_raw+ep ./${program}), or use a network of your own ` +
    "(unshare -Urn, or deno task demo)";
}

/** Without the permission for FFI it is not permitted; on other systems than Linux there are no such sockets. */
function libcCode(error: Error): ExitCodeNumber {
  if ("permissionMissing" in error && error.permissionMissing === true) return ExitCode.missingRight;
  return Deno.build.os === "linux" ? ExitCode.system : ExitCode.unsupported;
}
