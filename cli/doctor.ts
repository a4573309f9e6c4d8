/**
 * `rawtcp-client --doctor`: whether a connection to a host can work from here, check by check, and what to do where not.
 *
 * @module
 */

import { LibcError } from "../ffi/libc.ts";
import { formatIp } from "../ffi/sockaddr.ts";
import { type CheckName, CHECKS } from "./doctor_checks.ts";
import { type DoctorFacts, gatherFacts, ROOT } from "./doctor_facts.ts";
import type { Finding } from "./doctor_finding.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import type { ConnectionEnds, FailureReport } from "./failures.ts";
import type { Mark, Output } from "./output.ts";
import type { Way } from "./target.ts";
import { terminalText } from "../trace/escape.ts";

/** A finding and the check that it is of. */
export interface NamedFinding extends Finding {
  readonly check: CheckName;
}

const MARKS: Readonly<Record<Finding["verdict"], Mark>> = {
  pass: "done",
  fail: "failure",
  unknown: "warning",
};

/** The findings of all checks, or of those named, in their order. */
export function findings(facts: DoctorFacts, names?: readonly CheckName[]): readonly NamedFinding[] {
  return (Object.keys(CHECKS) as CheckName[]).filter((name) => names?.includes(name) ?? true)
    .map((check) => ({ check, ...CHECKS[check](facts) }));
}

/**
 * Looks at this host and says what was found: a line for each check, or an object for each as JSON.
 *
 * @returns the exit code: ok when nothing fails @throws LibcError
 */
export async function examine(way: Way, isJson: boolean, output: Output): Promise<ExitCodeNumber> {
  const found = findings(await gatherFacts(way));
  for (const finding of found) {
    const { check, verdict, text, fix } = finding;
    if (isJson) output.continuation(JSON.stringify({ check, verdict, text, fix }));
    else {
      output.line(MARKS[verdict], terminalText(`${check}: ${verdict}: ${text}`));
      if (fix !== null) {
        output.continuation(terminalText(`    ${verdict === "fail" ? "Fix" : "Hint"}: ${fix}`));
      }
    }
  }
  return found.some(({ verdict }) => verdict === "fail") ? ExitCode.unfit : ExitCode.ok;
}

/** The checks that may say why a program failed with a code, before its connection was established. */
const CAUSES: Partial<Readonly<Record<ExitCodeNumber, readonly CheckName[]>>> = {
  [ExitCode.refused]: ["firewall", "NAT"],
  [ExitCode.timedOut]: ["route", "source address", "firewall", "connection tracking", "NAT", "IPsec"],
  [ExitCode.unreachable]: [
    "namespaces",
    "route",
    "source address",
    "firewall",
    "IPsec",
    "connection tracking",
  ],
  [ExitCode.system]: ["file descriptors", "MTU", "guard"],
  [ExitCode.unsupported]: ["rights"],
  [ExitCode.missingRight]: ["rights", "namespaces"],
};

/** The same of a connection that was established. */
const LATER_CAUSES: Partial<Readonly<Record<ExitCodeNumber, readonly CheckName[]>>> = {
  ...CAUSES,
  [ExitCode.timedOut]: ["route", "source address", "firewall", "IPsec"],
  [ExitCode.reset]: ["firewall"],
};

/** What fails on this host and may be why the program ended with this code, each a line; none where nobody may look. */
export async function likelyCauses(
  { code, connection }: Pick<FailureReport, "code" | "connection">,
  wanted: Way,
): Promise<readonly string[]> {
  const way = connection === null ? wanted : wayBetween(connection.ends, wanted);
  const isEstablished = connection?.isEstablished === true;
  const facts = await gatherFacts(way, isEstablished).catch((error: unknown) => {
    if (error instanceof LibcError) return null; // what has failed says so itself
    throw error;
  });
  // Whoever is not root has been told already how to get the capability.
  const isRoot = facts?.user.isKnown === true && facts.user.value === ROOT;
  if (facts === null || (code === ExitCode.missingRight && !isRoot)) return [];
  return findings(facts, (isEstablished ? LATER_CAUSES : CAUSES)[code] ?? []).filter(({ verdict }) =>
    verdict === "fail"
  )
    .map(({ check, text, fix }) => terminalText(`Likely cause (${check}): ${text}; ${fix}`));
}

/** The same way for a connection with these addresses. */
function wayBetween({ local, remote }: ConnectionEnds, wanted: Way): Way {
  const target = { host: formatIp(remote.address), port: remote.port };
  return { ...wanted, target, source: formatIp(local.address) };
}
