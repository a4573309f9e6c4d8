/**
 * What is told of the path to the peer: what the network says about our segments, and how long packets may be.
 *
 * @module
 */

import {
  type ConnectionView,
  type DropReason,
  type IcmpError,
  icmpText,
  type IcmpVerdict,
  icmpWords,
  seqToUint32,
} from "../tcp/single.ts";
import type { LinkChange } from "../driver/link.ts";

/** Different reports of trouble on the way that are told: anybody can send ICMP errors. */
const MAX_REPORTS = 20;

/** How it goes after a change of the way that data take through this host. */
const WAYS: Readonly<Record<Exclude<LinkChange, "rules">, string>> = {
  packet: "Data and ACKs leave by packet socket",
  raw: "Data and ACKs leave by raw socket",
  ring: "Data is received through a packet ring",
  "no ring": "Data is received by raw socket",
};

/** What is wrong with packets that make no sense; the filter of the socket lets in none but the peer's. */
const FAULTS: Readonly<Partial<Record<DropReason, string>>> = {
  "truncated": "less in it than its headers say",
  "bad-ip-header": "an IP header that makes no sense",
  "bad-ip-checksum": "a wrong IP checksum",
  "bad-data-offset": "a TCP header of an impossible length",
  "bad-checksum": "a wrong TCP checksum",
  "bad-option-length": "a TCP option of an impossible length",
};

/** The path of one connection. */
export class PathLines {
  /** Reports that have come; each is a line once. */
  readonly #reports = new Set<string>();
  /** The packets, in octets, that were said not to pass, and those to go on with; 0: none were. */
  #failedMtu = 0;
  #toldMtu = 0;
  /** The connection of which that was said; null: nothing was. */
  #told: ConnectionView | null = null;

  /** What an ICMP error says, or our own host in its form; null: nothing new. */
  icmp(connection: ConnectionView, error: IcmpError, verdict: IcmpVerdict): string | null {
    const what = `our ${error.seq === connection.iss ? "SYN" : "segment"} (seq=${seqToUint32(error.seq)})`;
    const said = icmpText(icmpWords(error));
    switch (verdict) {
      case "path-mtu-smaller":
        return error.reporter === null
          ? tooLongHere(error, connection)
          : tooLongThere(`${said}, about ${what}`, error, connection);
      case "path-mtu-too-small":
        return this.#once(
          said,
          what,
          `; it says ${error.mtu} bytes, less than every link of IPv6 takes: ignored`,
        );
      case "soft-error":
      case "hard-error":
        return this.#once(said, what, "");
      case "not-outstanding":
        return isAboutAck(error, connection)
          ? this.#once(said, `an ACK of ours (seq=${seqToUint32(error.seq)})`, "")
          : null;
      case "path-mtu-known":
        return error.seq === connection.iss ? this.#once(said, what, "") : null;
      case "source-quench":
        return null;
    }
  }

  #once(said: string, what: string, detail: string): string | null {
    const report = said + detail;
    if (this.#reports.has(report) || this.#reports.size >= MAX_REPORTS) return null;
    this.#reports.add(report);
    return `${said}, about ${what}${detail}`;
  }

  /** What a probe has shown, once, however many segments go again for it; else null. */
  blackHole(connection: ConnectionView): string | null {
    const { failedMtu, pathMtu } = connection;
    if (failedMtu === this.#failedMtu) return null;
    this.#told = connection;
    this.#failedMtu = failedMtu;
    this.#toldMtu = pathMtu;
    return `Small packets pass, those of ${failedMtu} octets do not: ` +
      `a router drops them without telling (PMTU black hole); going on with ${pathMtu}`;
  }

  /** Which packets have passed since `blackHole` said with which to go on, where they are longer; else null. */
  found(): string | null {
    const pathMtu = this.#told?.pathMtu ?? 0;
    if (pathMtu <= this.#toldMtu) return null;
    this.#toldMtu = pathMtu;
    return `Probes have shown since that packets of ${pathMtu} octets pass`;
  }
}

/** Whether an error is about an ACK without data, as far as its number tells: the core has no use for such (RFC 5927 4.1). */
function isAboutAck({ kind, seq }: IcmpError, { sndNxt }: ConnectionView): boolean {
  return seq === sndNxt && kind !== "packet too big" && kind !== "source quench";
}

/** That data take another way through this host, or what does not hold on the way that they take. */
export function linkText(link: LinkChange, reason: string): string {
  return link === "rules"
    ? `Packet sockets go around this host's ${reason}`
    : `${WAYS[link]} from here on: ${reason}`;
}

/** What is wrong with a packet that makes no sense; null: it is nobody's fault, or not the peer's packet. */
export function faultOf(reason: DropReason): string | null {
  return FAULTS[reason] ?? null;
}

/** Whether what the network says about a segment of ours may be why it is not answered. */
export function isTrouble(error: IcmpError, verdict: IcmpVerdict, connection: ConnectionView): boolean {
  switch (verdict) {
    case "soft-error":
    case "hard-error":
    case "path-mtu-too-small":
      return true;
    case "not-outstanding":
      return isAboutAck(error, connection);
    case "path-mtu-known": // of longer segments: the shorter ones are under way already
      return error.seq === connection.iss;
    case "path-mtu-smaller":
    case "source-quench":
      return false;
  }
}

/** That a segment was too long for our own host, and with which packets the connection goes on. */
function tooLongHere({ mtu, seq }: IcmpError, { pathMtu }: ConnectionView): string {
  const limit = mtu === 0 ? "too long for" : `longer than the ${mtu} bytes of`;
  return `Our segment (seq=${seqToUint32(seq)}) is ${limit} the interface or the route; ` +
    `going on with packets of ${pathMtu}`;
}

/** The same for a router. `said`: who it is, and about what. */
function tooLongThere(said: string, { mtu }: IcmpError, { pathMtu }: ConnectionView): string {
  const limit = mtu === 0
    ? "does not say how long packets may be"
    : `says that packets of up to ${mtu} bytes get through`;
  return `${said}; it ${limit}: going on with packets of ${pathMtu}`;
}
