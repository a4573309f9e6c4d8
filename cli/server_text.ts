/**
 * What there is to tell of rawtcp-server besides its options.
 *
 * @module
 */

import { ExitCode } from "./exit_codes.ts";
import type { ProgramText } from "./program_text.ts";
import { SERVER_GROUPS } from "./server_options.ts";
import { VERSION } from "./version.ts";

const ENDING =
  `Ctrl-C, SIGTERM and SIGHUP end the server: it accepts nothing more and closes every connection with FIN, or with RST one \
whose bytes were not all read. The kernel's TCP delivers what was sent; on our own peers have 2 seconds to acknowledge it and to \
close as well, then RST ends the connection. Readers of the output are not waited for: a pipe has 1 second for what it has not taken, and standard error \
says how much of it is lost. All in all the end takes some 5 seconds at most; a second signal ends the program at once.`;

const LINKS =
  `Of our own TCP (--stack rawtcp) up to eight connections at a time may send bulk data another way than by raw socket. --link raw \
sends every packet by raw socket. --link packet sends data and ACKs of a connection with more to send than fits into a segment by \
packet socket, data up to 64 KiB at a time, which the kernel or the network card cuts into segments: several times faster, over \
Ethernet and loopback. It goes around this host's own firewall, NAT and IPsec, and the server says which of these there are. --link \
auto does so once 256 KiB of ours flow, or less after 12 MiB of the peer's, and only where this host is known to have none of them for the \
connection (looking takes CAP_NET_ADMIN, which root has); the connection returns to the raw socket for good when there are any, or \
when nothing gets across. The server says which way a connection takes, and why. Where it is watched the default is raw, so that the \
segments are those on the wire; with another way they are the long ones.`;

/** What there is to tell of the server. */
export const SERVER_TEXT: ProgramText = {
  name: "rawtcp-server",
  summary: "a server to try a TCP client against",
  operands: "",
  description:
    "A TCP server to try a TCP client against, on the kernel's sockets or on our own TCP. It shows every " +
    "connection, what arrived and how it ended. Ctrl-C ends it.",
  examples: [
    ["rawtcp-server", "show what arrives on port 8888"],
    ["rawtcp-server --host :: --mode echo", "listen on all addresses, and send back what arrives"],
    ["rawtcp-server --mode reply=$'+PONG\\r\\n' --port 6379", "give the answer that redis-cli PING wants"],
    ["rawtcp-server --mode source=1GB --quiet", "offer something to measure downloads with"],
    ["rawtcp-server --stack rawtcp --explain", "serve on our own TCP, and tell each step with its rule"],
  ],
  groups: SERVER_GROUPS,
  notes: [["How data leaves", LINKS], ["The end", ENDING]],
  environment: [
    ["RAWTCP_LIBC", "the C library, where it is not found by itself"],
    ["NO_COLOR, FORCE_COLOR, TERM", "no colour; colour even without a terminal; dumb: no colour"],
  ],
  files: [],
  exitCodes: [
    [ExitCode.ok, "ended as asked: by Ctrl-C, or after --count connections"],
    [ExitCode.usage, "wrong usage"],
    [ExitCode.unknownHost, "unknown host"],
    [ExitCode.addressUnavailable, "the port is in use, or the address is not one of this host's"],
    [ExitCode.system, "another system error; also when output could not be written"],
    [ExitCode.unsupported, "this system cannot do it: not Linux, or no such address family"],
    [
      ExitCode.missingRight,
      "not permitted: a port below 1024, raw sockets for --stack rawtcp, or deno without --allow-ffi",
    ],
  ],
  version: VERSION,
};
