/**
 * The options of rawtcp-client, in groups.
 *
 * @module
 */

import { ABOUT_OPTIONS } from "./about_options.ts";
import { READ_OPTIONS } from "./read_arguments.ts";
import { FAULT_SYNTAX } from "../lab/fault_syntax.ts";
import { CAPTURE_OPTIONS, SHOWING_OPTIONS } from "./observe_arguments.ts";
import type { OptionGroup } from "./options.ts";
import { LINK_CHOICES } from "./option_values.ts";
import { COLOR_CHOICES } from "./output.ts";
import { TCP_OPTIONS } from "./tcp_arguments.ts";
import { TRANSFER_OPTIONS } from "./client_transfer_arguments.ts";

/** As long as kernels keep FIN-WAIT-2, seconds (Linux: tcp_fin_timeout). */
export const DEFAULT_CLOSE_TIMEOUT = 60;

/** All options, in the order of the help. */
export const CLIENT_GROUPS: readonly OptionGroup[] = [
  { title: "What is sent, and what becomes of the answer", options: TRANSFER_OPTIONS },
  {
    title: "From where, and how long",
    options: [
      { name: "ipv4", letter: "4", help: "use IPv4 addresses of HOST only" },
      { name: "ipv6", letter: "6", help: "use IPv6 addresses of HOST only" },
      { name: "source", value: "ADDR", help: "send from this address of this host (default: by route)" },
      { name: "interface", value: "NAME", help: "send and receive by this interface only" },
      {
        name: "mark",
        value: "N",
        help:
          "mark our packets with N, for routing and firewall rules (needs CAP_NET_ADMIN before Linux 5.17)",
      },
      { name: "source-port", value: "N", help: "send from port N (default: the kernel picks one)" },
      {
        name: "connect-timeout",
        value: "TIME",
        help:
          "give up the handshake after this time (default: 180s); write times as 500ms, 2s or 3m, or as a number of seconds",
      },
      {
        name: "timeout",
        value: "TIME",
        help: "give up after this time without progress, even while the peer's window is closed " +
          "(default: 60s without any answer)",
      },
      {
        name: "close-timeout",
        value: "TIME",
        help:
          `after our FIN, give up once the peer has been silent for this time (default: ${DEFAULT_CLOSE_TIMEOUT}s, or --timeout if that is shorter)`,
      },
      {
        name: "time-wait",
        value: "TIME",
        help: "stay in TIME-WAIT for this time before exiting (default: 0)",
      },
    ],
  },
  {
    title: "How the TCP behaves",
    options: [
      {
        name: "isn",
        value: "N",
        help: "initial sequence number, to follow a lecture's figures (default: RFC 6528)",
      },
      ...TCP_OPTIONS,
      {
        name: "link",
        value: "WAY",
        choices: LINK_CHOICES,
        help: "raw, packet or auto: how bulk data leaves (default: auto, see below)",
      },
    ],
  },
  {
    title: "Many connections",
    options: [
      {
        name: "connections",
        value: "N",
        help:
          "do the same over N connections, each with the whole message or pattern, and say how long they took",
      },
      {
        name: "parallel",
        value: "N",
        help: "how many of them at a time (default: 1)",
        needs: ["connections"],
      },
    ],
  },
  {
    title: "Faults, on request",
    options: [
      {
        name: "fault",
        value: "SPEC",
        repeats: true,
        help: `what is to go wrong: ${FAULT_SYNTAX}; separate several by commas`,
      },
      {
        name: "seed",
        value: "N",
        help: "seed of the faults that happen by chance (default: 1)",
        needs: ["fault"],
      },
    ],
  },
  { title: "What is shown", options: SHOWING_OPTIONS },
  {
    title: "Captures",
    options: [
      ...CAPTURE_OPTIONS,
      ...READ_OPTIONS,
    ],
  },
  {
    title: "Scripts",
    options: [
      {
        name: "script",
        help:
          "run the packetdrill scripts at PATH... in virtual time instead of connecting; needs no privileges; " +
          "rawtcp-client --script --help explains the rest",
      },
    ],
  },
  {
    title: "Whether it can work from here",
    options: [
      {
        name: "doctor",
        help:
          "check permissions, routes, firewall and whatever else a connection to HOST needs of this host, and say what to " +
          "do about what fails; nothing is sent except to look up the name; --json: an object for each check",
      },
    ],
  },
  {
    title: "The program",
    options: [
      { name: "quiet", letter: "q", help: "print nothing unless it fails" },
      {
        name: "color",
        value: "WHEN",
        choices: COLOR_CHOICES,
        help: "auto, always or never (default: auto)",
      },
      ...ABOUT_OPTIONS,
    ],
  },
];
