/**
 * The fields of IP and TCP headers with their bits, values and meanings.
 *
 * @module
 */

const ECN = ["not ECN-capable", "ECN-capable, ECT(1)", "ECN-capable, ECT(0)", "congestion experienced"];

const FLAG_MEANINGS = [
  ["AE", "accurate ECN (RFC 9768)"],
  ["CWR", "the sender has reduced its congestion window"],
  ["ECE", "a congestion mark was seen"],
  ["URG", "the urgent pointer counts"],
  ["ACK", "the acknowledgment number counts"],
  ["PSH", "hand the data to the application now"],
  ["RST", "the connection is reset"],
  ["SYN", "sequence numbers start here"],
  ["FIN", "the sender has nothing more to send"],
];

/**
 * Takes the headers apart. Fields: name, bits, value, meaning; `offset` counts bits from the header's start.
 *
 * @returns {{ title: string, fields: { name: string, offset: number, bits: number, value: string, meaning: string }[] }[]}
 */
export function headersOf(octets, facts) {
  if (octets.length < 20) return [];
  const isIpv4 = octets[0] >> 4 === 4;
  const ipLength = isIpv4 ? (octets[0] & 15) * 4 : 40;
  const ip = octets.subarray(0, ipLength);
  const tcp = octets.subarray(ipLength);
  const headers = [{
    title: isIpv4 ? "IPv4 header" : "IPv6 header",
    fields: isIpv4 ? ipv4Fields(ip) : ipv6Fields(ip),
  }];
  if (tcp.length >= 20) headers.push({ title: "TCP header", fields: tcpFields(tcp, facts) });
  return headers;
}

/** A reader of bits that makes fields one after the other. */
class Fields {
  constructor(octets) {
    this.octets = octets;
    this.at = 0;
    this.fields = [];
  }

  /** The next so many bits as a number; `say` makes of it the value's text and the meaning. */
  next(name, bits, say) {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const at = this.at + i;
      value = value * 2 + ((this.octets[at >> 3] ?? 0) >> (7 - at % 8) & 1);
    }
    const [text, meaning = ""] = say(value);
    this.fields.push({ name, offset: this.at, bits, value: text, meaning });
    this.at += bits;
  }

  /** The next so many octets as they are. */
  octetsField(name, count, text, meaning) {
    this.fields.push({ name, offset: this.at, bits: 8 * count, value: text, meaning });
    this.at += 8 * count;
  }
}

function ipv4Fields(octets) {
  const header = new Fields(octets);
  header.next("Version", 4, (value) => [`${value}`, "IPv4"]);
  header.next("IHL", 4, (value) => [`${value}`, `${value * 4} octets of header`]);
  header.next("DSCP", 6, (value) => [`${value}`, value === 0 ? "default forwarding" : "kind of service"]);
  header.next("ECN", 2, (value) => [`${value}`, ECN[value]]);
  header.next("Total length", 16, (value) => [`${value}`, "octets of the packet"]);
  header.next("Identification", 16, (value) => [hexText(value, 4), "tells fragments of one packet"]);
  header.next("Flags", 3, (value) => [
    value.toString(2).padStart(3, "0"),
    (value & 2) !== 0 ? "must not be fragmented" : "may be fragmented",
  ]);
  header.next(
    "Fragment offset",
    13,
    (value) => [`${value}`, value === 0 ? "no later fragment" : "a fragment"],
  );
  header.next("Time to live", 8, (value) => [`${value}`, "routers it may still pass"]);
  header.next("Protocol", 8, (value) => [`${value}`, value === 6 ? "TCP" : ""]);
  header.next("Header checksum", 16, (value) => [hexText(value, 4), "covers this header"]);
  header.next("Source address", 32, (value) => [ipv4Text(value), ""]);
  header.next("Destination address", 32, (value) => [ipv4Text(value), ""]);
  const options = octets.length - 20;
  if (options > 0) header.octetsField("Options", options, bytesText(octets.subarray(20)), "skipped by TCP");
  return header.fields;
}

function ipv6Fields(octets) {
  const header = new Fields(octets);
  header.next("Version", 4, (value) => [`${value}`, "IPv6"]);
  header.next("DSCP", 6, (value) => [`${value}`, value === 0 ? "default forwarding" : "kind of service"]);
  header.next("ECN", 2, (value) => [`${value}`, ECN[value]]);
  header.next("Flow label", 20, (value) => [hexText(value, 5), "packets of one flow"]);
  header.next("Payload length", 16, (value) => [`${value}`, "octets after this header"]);
  header.next("Next header", 8, (value) => [`${value}`, value === 6 ? "TCP" : ""]);
  header.next("Hop limit", 8, (value) => [`${value}`, "routers it may still pass"]);
  header.octetsField("Source address", 16, ipv6Text(octets.subarray(8, 24)), "");
  header.octetsField("Destination address", 16, ipv6Text(octets.subarray(24, 40)), "");
  return header.fields;
}

function tcpFields(octets, facts) {
  const header = new Fields(octets);
  const flags = (octets[12] & 1) << 8 | octets[13];
  const counts = (bit) => (flags & bit) !== 0;
  header.next("Source port", 16, (value) => [`${value}`, "the sender's end"]);
  header.next("Destination port", 16, (value) => [`${value}`, "the receiver's end"]);
  header.next(
    "Sequence number",
    32,
    (value) => [`${value}`, relative(facts.seq, counts(2) ? "of the SYN" : "of the first octet")],
  );
  header.next("Acknowledgment number", 32, (value) => [
    `${value}`,
    counts(16) ? relative(facts.ack, "expected next") : "does not count: no ACK flag",
  ]);
  header.next("Data offset", 4, (value) => [`${value}`, `${value * 4} octets of header`]);
  header.next("Reserved", 3, (value) => [`${value}`, "must be 0"]);
  for (const [name, meaning] of FLAG_MEANINGS) {
    header.next(name, 1, (value) => [`${value}`, value === 1 ? meaning : "not set"]);
  }
  header.next("Window", 16, (value) => [
    `${value}`,
    facts.windowIsRaw
      ? "units of a size that is not known"
      : facts.window === null || facts.window === value
      ? "octets, not scaled"
      : `${facts.window} octets, scaled`,
  ]);
  header.next("Checksum", 16, (value) => [hexText(value, 4), "covers addresses, header and data"]);
  header.next(
    "Urgent pointer",
    16,
    (
      value,
    ) => [
      `${value}`,
      counts(32)
        ? "octets from the sequence number to the end of urgent data"
        : "does not count: no URG flag",
    ],
  );
  optionFields(octets, header);
  return header.fields;
}

function relative(number, what) {
  return number === null ? what : `${number} from the start: ${what}`;
}

function optionFields(octets, header) {
  let at = 20;
  while (at < octets.length) {
    const kind = octets[at];
    if (kind === 0) {
      header.octetsField("End of options", octets.length - at, "0", "and padding");
      return;
    }
    const length = kind === 1 ? 1 : octets[at + 1] ?? 0;
    if (length < 1 || at + length > octets.length || (kind !== 1 && length < 2)) {
      header.octetsField(
        "Damaged option",
        octets.length - at,
        bytesText(octets.subarray(at)),
        "its length is impossible",
      );
      return;
    }
    const [name, value, meaning] = optionText(kind, octets.subarray(at + 2, at + length));
    header.octetsField(name, length, value, meaning);
    at += length;
  }
}

function optionText(kind, body) {
  const word = (at) => (body[at] * 2 ** 24) + (body[at + 1] << 16) + (body[at + 2] << 8) + body[at + 3];
  switch (kind) {
    case 1:
      return ["No-op", "1", "fills up"];
    case 2:
      return [
        "Maximum segment size",
        `${body[0] << 8 | body[1]}`,
        "octets that the sender takes in a segment (RFC 9293 3.7.1)",
      ];
    case 3:
      return [
        "Window scale",
        `${body[0]}`,
        `the window field counts units of ${2 ** Math.min(body[0], 14)} octets (RFC 7323 2)`,
      ];
    case 4:
      return ["SACK permitted", "", "the sender understands SACK (RFC 2018 2)"];
    case 5: {
      const blocks = [];
      for (let at = 0; at + 8 <= body.length; at += 8) blocks.push(`${word(at)} to ${word(at + 4)}`);
      return ["SACK", blocks.join(", "), "received beyond a gap (RFC 2018 3)"];
    }
    case 8:
      return [
        "Timestamps",
        `${word(0)}, echo ${word(4)}`,
        "to measure round trips and tell old segments (RFC 7323 3)",
      ];
    case 28:
      return [
        "User timeout",
        `${body[0] << 8 | body[1]}`,
        "how long data may stay unacknowledged (RFC 5482)",
      ];
    default:
      return [`Option ${kind}`, bytesText(body), "not known here, skipped (MUST-6)"];
  }
}

function hexText(value, digits) {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

function ipv4Text(value) {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** All eight groups: the drawing has room, and nothing is hidden. */
function ipv6Text(octets) {
  const groups = [];
  for (let i = 0; i < 16; i += 2) groups.push((octets[i] << 8 | octets[i + 1]).toString(16));
  return groups.join(":");
}

function bytesText(octets) {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
}
