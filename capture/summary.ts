/**
 * What a connection's capture shows, in some lines: for whoever has to find out why it was slow, or why it broke.
 *
 * @module
 */

import type { CapturedConnection } from "./analysis/captured_connection.ts";
import { type Flow, flowOf } from "./analysis/flow.ts";
import type { Half, Occurrence } from "./analysis/half.ts";
import { type Limit, shareTexts } from "../trace/limits.ts";
import { displayFilter } from "../trace/display_filter.ts";
import type { FindingCode } from "../trace/catalogue.ts";
import { Option } from "../trace/core.ts";
import { countText, octetsAmountText, spanText } from "../trace/format.ts";
import { offersText } from "./analysis/syn_options.ts";

const MICROS_PER_SECOND = 1_000_000;

/** Options of a SYN that hold only if the other one has them, too. */
const OPTIONAL: readonly (readonly [option: number, name: string])[] = [
  [Option.windowScale, "window scaling"],
  [Option.selectiveAckPermitted, "SACK"],
  [Option.timestamps, "timestamps"],
];

/** How a connection ended, as far as the capture goes. */
export function endingOf(flow: Flow): string {
  const { local, remote, resets } = flow;
  if (resets.by !== null) {
    const by = resets.isForeign
      ? `something on the way in the name of ${resets.by.asObject}`
      : resets.by.asObject;
    if (resets.isRefusal) return `refused by ${by}`;
    return local.isAcknowledged && remote.isAcknowledged
      ? `closed, ${firstText(flow)}; a RST of ${by} came afterwards`
      : `reset by ${by} ${resets.after}`;
  }
  if (local.hasSyn && !remote.hasSyn && !local.hasAnswered) {
    const syns = 1 + local.retransmissions;
    return `no answer to ${countText(syns, "SYN")}`;
  }
  const begins = local.hasSyn || remote.hasSyn;
  const [first, second] = flow.closedFirst === remote ? [remote, local] : [local, remote];
  if (first.finEnd === Infinity) return "open";
  if (second.packets === 0) return `closed by ${first.asObject}, the only one whose direction is seen`;
  if (second.finEnd !== Infinity) {
    return second.isAcknowledged ? `closed, ${firstText(flow)}` : `${second.has("FIN")} not acknowledged`;
  }
  // It may have closed before the capture begins.
  if (!begins && second.octets === 0) {
    return `closed by ${first.asObject}; whether ${second.name} had closed before is not seen`;
  }
  return first.isAcknowledged ? `half closed by ${first.asObject}` : `${first.has("FIN")} never answered`;
}

/** Who closed first. */
function firstText({ closedFirst, haveCrossed }: Flow): string {
  return haveCrossed ? "both at once" : `${closedFirst?.name} first`;
}

/** The summary of a connection. */
export function connectionSummary(connection: CapturedConnection): readonly string[] {
  const flow = flowOf(connection);
  const { record, local, remote } = flow;
  const span = flow.lastAt - flow.firstAt;
  return [
    `Connection ${record.id}: ${local.name} ${record.local}, ${remote.name} ${record.remote}, ${
      spanText(span)
    }`
      .replaceAll(`${record.local} ${record.local}`, record.local)
      .replaceAll(`${record.remote} ${record.remote}`, record.remote),
    `  ends        ${endingOf(flow)}`,
    ...handshakeLines(local, remote),
    `  round trip  ${roundTripText(flow)}`,
    ...directionLines(local, remote, span, flow.lastAt),
    ...directionLines(remote, local, span, flow.lastAt),
    `  filter      ${displayFilter(record)}`,
  ];
}

/** What the SYNs offer, and what the answer leaves out: it is not used then (RFC 9293 3.7.1, RFC 7323 1.3, RFC 2018 2). */
function handshakeLines(local: Half, remote: Half): string[] {
  const offers = [local, remote].flatMap(({ syn, name }) =>
    syn === null ? [] : `${name}: ${offersText(syn)}`
  );
  const lines = offers.map((text, i) => `${i === 0 ? "  handshake " : "            "}  ${text}`);
  if (local.syn === null || remote.syn === null) return lines;
  const refused = OPTIONAL.filter(([option]) =>
    (local.syn?.options ?? 0) & option && !((remote.syn?.options ?? 0) & option)
  ).map(([, name]) => name);
  return refused.length === 0
    ? lines
    : [...lines, `              offered and not answered, so not used: ${refused.join(", ")}`];
}

function roundTripText({ local, remote }: Flow): string {
  const ways = [[remote, local], [local, remote]] as const;
  const texts = ways.flatMap(([to, from]) => {
    const { minimum, srtt, samples } = from.roundTrips;
    return samples === 0
      ? []
      : [`${spanText(minimum)} to ${to.asObject} and back (smoothed ${spanText(srtt)})`];
  });
  return texts.length === 0 ? "not measured" : `from the point of capture at least ${texts.join(", ")}`;
}

function directionLines(sender: Half, receiver: Half, span: number, lastAt: number): string[] {
  if (sender.packets + sender.occurrences.size === 0) {
    return [`  ${sender.name}: nothing of what it sends has passed here`];
  }
  const rate = sender.octets > 0 && span > 0
    ? ` (${octetsAmountText(sender.octets * MICROS_PER_SECOND / span)}/s)`
    : "";
  const again = sender.octetsAgain > 0 ? `, ${octetsAmountText(sender.octetsAgain)} of it again` : "";
  return [
    `  ${sender.name}: ${countText(sender.packets, "segment")}, ${
      octetsAmountText(sender.octets)
    }${rate}${again}`,
    ...FACTS.flatMap(([title, codes]) => factLine(title, codes, sender)),
    ...windowLines(sender, lastAt),
    ...icmpLines(sender),
    ...limitLines(sender, receiver),
  ];
}

/** What is counted of each end, under which title. */
const FACTS: readonly (readonly [title: string, codes: readonly (readonly [FindingCode, string])[]])[] = [
  ["sent again", [
    ["fast-retransmit", "fast retransmit|s"],
    ["retransmission-sack", "retransmission|s in recovery by SACK"],
    ["retransmission-partial-ack", "retransmission|s after partial ACKs"],
    ["retransmission-timeout", "retransmission|s after timeouts"],
    ["tail-loss-probe", "tail loss probe|s"],
    ["retransmission-path-mtu", "retransmission|s in smaller packets, after ICMP"],
    ["retransmission-refused", "retransmission|s of what found no room before"],
    ["retransmission-syn-data", "retransmission|s of data that the SYN had"],
    ["retransmission", "retransmission|s for reasons not seen"],
    ["lost-before-here", "of these filling holes: lost before this point"],
  ]],
  ["not told", [
    ["fills-hole", "segment|s that filled holes, late or sent again"],
    ["alike", "packet|s doubled or sent again"],
  ]],
  ["not needed", [["not-needed", "segment|s sent again although acknowledged"]]],
  ["proved", [["spurious", "retransmission|s of the other end shown to be spurious"]]],
  ["overtaken", [["overtaken", "segment|s out of order"], [
    "original-after-copy",
    "original|s after a retransmission",
  ]]],
  ["doubled", [["doubled-by-network", "packet|s doubled by the network"], [
    "doubled",
    "packet|s doubled by the network or by the capture",
  ], [
    "captured-twice",
    "packet|s captured twice",
  ], ["captured-late", "packet|s captured late"]]],
  ["holes", [["capture-gap", "gap|s of the capture"], ["after-hole", "hole|s in the numbers"]]],
  ["duplicate", [
    ["duplicate-ack-seen", "duplicate ACK|s"],
    ["repeated-ack-seen", "repeated ACK|s without news"],
    ["d-sack", "D-SACK|s"],
  ]],
  ["not taken", [
    ["no-ack", "segment|s without ACK bit"],
    ["after-fin", "segment|s with data after the FIN"],
    ["ack-of-another", "ACK|s not for the SYN"],
    ["ack-beyond-window", "ACK|s beyond the window"],
    ["accepts-other", "SYN-ACK|s not for the SYN"],
  ]],
  ["asks", [["keep-alive", "keep-alive|s"], ["window-probe", "window probe|s"]]],
  ["window", [["window-zero", "time|s closed"], ["window-withdrawn", "time|s withdrawn"], [
    "window-smaller",
    "time|s smaller",
  ]]],
  ["fills", [["window-filled", "segment|s to the end of the receiver's window"]]],
  ["damaged", [["damaged", "segment|s with wrong checksums"]]],
  ["resets", [
    ["reset-out-of-window", "RST|s not acceptable"],
    [
      "reset-no-answer",
      "RST|s not acknowledging the SYN",
    ],
    ["reset-of-another", "RST|s of something else"],
    ["reset-again", "RST|s of a connection that had been reset"],
    [
      "reset-without-effect",
      "RST|s without effect",
    ],
    ["reset-revoked", "RST|s without effect"],
    ["reset-inexact", "RST|s challenged, without effect"],
  ]],
  ["congestion", [["congestion-mark-seen", "packet|s marked by routers"], [
    "congestion-echo-seen",
    "segment|s echoing marks",
  ]]],
];

function factLine(title: string, codes: readonly (readonly [FindingCode, string])[], half: Half): string[] {
  const parts = codes.flatMap(([code, words]) => {
    const found: Occurrence | undefined = half.occurrences.get(code);
    return found === undefined ? [] : [`${counted(found.count, words)} (first: frame ${found.frame})`];
  });
  return parts.length === 0 ? [] : [`    ${title.padEnd(12)}${parts.join(", ")}`];
}

function icmpLines({ icmp }: Half): string[] {
  const parts = icmp.map(({ what, count, frame }) => `${count} "${what}" (first: frame ${frame})`);
  return parts.length === 0 ? [] : [`    ICMP        about its segments: ${parts.join(", ")}`];
}

/** An amount of what has its ending of the plural behind a bar. */
function counted(count: number, words: string): string {
  return `${count} ${words.replace("|s", count === 1 ? "" : "s")}`;
}

function windowLines(half: Half, lastAt: number): string[] {
  const lines: string[] = [];
  const closedFor = half.closedFor + (half.windowZeroSince < 0 ? 0 : lastAt - half.windowZeroSince);
  if (closedFor > 0) {
    lines.push(`    closed      ${half.possessive} window was 0 for ${spanText(closedFor)} in all`);
  }
  if (half.question !== null) {
    lines.push(
      `    silence     ${half.possessive} last ${half.question.kind.replace("w-p", "w p")} was not answered`,
    );
  }
  return lines;
}

const limitWords = (its: string): Readonly<Record<Limit, string>> => ({
  application: `${its} application`,
  window: "the receiver's window",
  path: `${its} congestion window or the path`,
  unknown: "not known",
});

/** What the sender waited for, where it has sent enough to tell. */
function limitLines(sender: Half, receiver: Half): string[] {
  const { limits, octets } = sender;
  const total = limits.total;
  // Without the ACKs nobody knows what it waits for.
  if (!limits.isKnown || octets === 0 || receiver.packets === 0) return [];
  const shares = shareTexts(limits.time, total, limitWords(sender.possessive));
  const lines = [`    limited     by ${shares.join(", ")} of ${spanText(total)}`];
  const rtt = sender.roundTrips.minimum + receiver.roundTrips.minimum;
  // What leaves in less than a round trip shows no rate.
  if (rtt > 0 && total >= rtt) {
    const product = octets / total * rtt;
    const window = receiver.windowIsKnown ? octetsAmountText(limits.largestWindow) : "not known";
    lines.push(
      `    in flight   at most ${octetsAmountText(limits.largestFlight)}; rate times round trip ${
        octetsAmountText(product)
      }; largest window ${window}`,
    );
  }
  return lines;
}
