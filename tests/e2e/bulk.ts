/**
 * What bulk transfers of the client are checked against: the pattern, its hash, and peers that keep what they get.
 *
 * @module
 */

import type { Network } from "./network.ts";
import type { Program } from "./process.ts";

/** Octet i of what is sent is i modulo this: as documented, and not taken from the sources under test. */
const PERIOD = 251;

/** The octets that a bulk transfer of this length has. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, i) => i % PERIOD);
}

/** SHA-256 in hexadecimal digits. */
export async function digest(octets: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  return Array.from(hash, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** What the last line of a transfer says. */
export interface Summary {
  readonly sent: number | null;
  readonly received: number | null;
  readonly segmentsSent: number;
  readonly segmentsReceived: number;
  readonly retransmissions: number;
  readonly cpuSecondsPerGigabyte: number;
}

const SUMMARY =
  /^\[\*\] (?:Sent (?<sent>[\d,]+) bytes? in \d+\.\d{3} s \(\d+\.\d MB\/s\))?(?:, )?(?:[Rr]eceived (?<received>[\d,]+) bytes? in \d+\.\d{3} s \(\d+\.\d MB\/s\))?: (?<segmentsSent>[\d,]+) segments sent, (?<segmentsReceived>[\d,]+) received, (?<again>[\d,]+) retransmissions?, (?<cpu>\d+\.\d\d) CPU seconds per GB$/;

/** Reads the last line. @throws Error when it is no such line */
export function summaryOf(out: string): Summary {
  const line = out.trimEnd().split("\n").at(-1) ?? "";
  const groups = SUMMARY.exec(line)?.groups;
  if (groups === undefined) throw new Error(`The last line is no summary of a transfer:\n${out}`);
  const number = (text: string | undefined): number => Number(text?.replaceAll(",", ""));
  return {
    sent: groups["sent"] === undefined ? null : number(groups["sent"]),
    received: groups["received"] === undefined ? null : number(groups["received"]),
    segmentsSent: number(groups["segmentsSent"]),
    segmentsReceived: number(groups["segmentsReceived"]),
    retransmissions: number(groups["again"]),
    cpuSecondsPerGigabyte: number(groups["cpu"]),
  };
}

const HASHER = `
import hashlib, socket, sys
address, port, wanted = sys.argv[1], int(sys.argv[2]), sys.argv[3]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
connection, _ = socket.create_server((address, port), family=family).accept()
octets, count = hashlib.sha256(), 0
while data := connection.recv(1 << 20):
    octets.update(data)
    count += len(data)
print("correct" if octets.hexdigest() == wanted else "wrong", count)
`;

/** Starts a peer that takes one connection and says whether the hash of what came is the wanted one, and how much it was. */
export async function startHasher(
  network: Network,
  address: string,
  port: number,
  wanted: string,
): Promise<Program> {
  const hasher = network.start(["python3", "-c", HASHER, address, String(port), wanted]);
  await network.listens(port);
  return hasher;
}

/** Makes the network drop one in a hundred of what arrives, at random. */
export async function loseOnePercent(network: Network): Promise<void> {
  const rule = "numgen random mod 100 == 0 counter drop;";
  const chain = `type filter hook input priority 0; policy accept; ${rule}`;
  await network.must(["nft", "-f", "-"], { input: `table ip rawtcp_test { chain input { ${chain} }; }\n` });
}
