/**
 * What there is to tell of rawtcp-client besides its options.
 *
 * @module
 */

import { CLIENT_GROUPS } from "./client_options.ts";
import { ExitCode, exitMeaning } from "./exit_codes.ts";
import type { ProgramText } from "./program_text.ts";
import { DEFAULT_PORT } from "./target.ts";
import { VERSION } from "./version.ts";

const TRANSFERS =
  `The usual message, TEXT, a file, or standard input is sent to its end. Once all of it is acknowledged, the client \
sends its FIN, and reads on until the peer's has arrived. What the peer sends is shown with control characters escaped, or \
goes to --output; when whoever reads that stops, the window closes. For anything but a message the last line gives MB/s \
(10^6 bytes; kB/s or bytes/s where it is slow) in each direction, from the start of the transfer to the last byte, and for the whole connection its \
segments, retransmissions and the CPU time of this process per GB (10^9 bytes, both directions together). Sizes take K, M, \
G, T (10^3 and so on) or KiB, MiB, GiB, TiB (2^10 and so on). Try it against rawtcp-server --mode discard, source=N or echo.

Narration goes to standard output, warnings (retransmissions among them) to standard error; with --output - all of \
it goes to standard error. A reader that does not keep up holds the transfer back.`;

const LINKS =
  `--link raw sends every packet by raw socket. --link packet sends data and ACKs by packet socket, data up to 64 KiB at \
a time, which the kernel or the network card cuts into segments: several times faster, over Ethernet and loopback; and what \
arrives one packet at a time is received through a ring that the kernel fills. Both go around this host's own firewall, NAT \
and IPsec, and the client says which of these there are; where there are any, ACKs stay with the raw socket until data is sent. --link auto does so once much flows (256 KiB of ours, 12 MiB of \
the peer's), and only where this host is known to have none of them for the connection (looking takes CAP_NET_ADMIN, which \
root has); it returns to the raw socket for good when there are any, or when nothing gets across. -v says which way is taken, and why. A capture \
then holds the long segments, like one of the kernel's own TCP, and with --snaplen 65575 all their bytes; with --link raw \
it holds those on the wire. Where segments are shown one by one (--trace, --explain, --json, --ladder, --report) the \
default is raw.`;

const FAULTS =
  `--fault loses, doubles, damages, holds back and delays packets between this TCP and the network, on a real connection \
and without a firewall rule. Segments of a kind are counted, retransmissions included: drop:data:2 drops the second segment \
with data that we send. Shares such as drop:2%, delays, jitter and rates apply in both directions, unless in: or out: \
chooses one. reorder:3 lets three other segments overtake the first one with data. rate:1Mbit is a bottleneck, in front \
of which 100 packets can wait, or as many as queue:N says. What was dropped or damaged is in captures, on an interface of \
its own.`;

const PERMISSIONS =
  `It needs Linux and the capability CAP_NET_RAW: run it as root, or give the compiled program that capability with

    sudo setcap cap_net_raw+ep ./rawtcp-client

or try it in a network of your own: deno task demo. It never touches the firewall: while it runs, a listening socket \
that drops everything keeps the kernel from answering for its port, and that ends with the process.`;

const ENDING = `After the last ACK the program exits at once. Should that ACK get lost, nobody is there for \
the peer's repeated FIN, and the kernel answers it with RST: the peer has everything by then, but may note a reset. --time-wait keeps the \
connection in TIME-WAIT for as long as it says, to acknowledge such a FIN (60s is usual).

Ctrl-C closes an established connection with FIN and waits up to 5 seconds for the peer, then ends it with RST; one that \
is not established is aborted with RST. Readers of the output are not waited for either: once the connection is over, a pipe \
has 1 second for what it has not taken, and standard error says how much of it is lost. All in all the end takes some 8 \
seconds at most. A second Ctrl-C ends the program at once, with RST, and says which files are not written. SIGTERM does the same, \
and so does SIGHUP.

SIGKILL leaves no time for any of that: a capture ends where it was, of a report or ladder that was just being tried or written \
FILE.*.tmp stays, and the peer hears nothing until it sends something, which this host's kernel then answers with RST.`;

/** What there is to tell of the client. */
export const CLIENT_TEXT: ProgramText = {
  name: "rawtcp-client",
  summary: "connect with a TCP in user space, and show each step",
  operands: "[HOST] [PORT]",
  description:
    `Connects to HOST (default 127.0.0.1) at PORT (default ${DEFAULT_PORT}) with a TCP of its own over raw \
sockets, delivers a message, waits until all of it is acknowledged, and closes in order. HOST:PORT, [V6]:PORT, \
tcp://HOST:PORT and names of services work too; all addresses of a name are tried. Options may stand before or after \
the operands; -- ends them.`,
  examples: [
    ["rawtcp-client 127.0.0.1 8888", "deliver the usual message to a rawtcp-server, and show each step"],
    [
      "rawtcp-client --explain example.org:http -m $'GET / HTTP/1.0\\r\\n\\r\\n'",
      "send a request, and give the reason for each step",
    ],
    ["rawtcp-client -i FILE --report report.html HOST PORT", "send a file, and draw what happened"],
    ["COMMAND | rawtcp-client -o - HOST PORT | COMMAND", "use it in a pipe, like nc; -i - to type"],
    [
      "rawtcp-client --fault drop:data:1 --explain HOST PORT",
      "lose a segment on purpose, and see what is done about it",
    ],
    ["rawtcp-client --read FILE --ladder", "draw a sequence diagram of any capture"],
    ["rawtcp-client --read A B --stats", "compare two captures: what was lost in between, and the delays"],
    ["rawtcp-client --doctor HOST", "check whether it can work from here, and what to do if not"],
    ["rawtcp-client --script FILE.pkt", "check that this TCP does what a packetdrill script says"],
  ],
  groups: CLIENT_GROUPS,
  notes: [["Transfers", TRANSFERS], ["How data leaves", LINKS], ["Faults", FAULTS], [
    "Permissions",
    PERMISSIONS,
  ], [
    "The end",
    ENDING,
  ]],
  environment: [
    ["RAWTCP_LIBC", "the C library, where it is not found by itself"],
    ["NO_COLOR, FORCE_COLOR, TERM", "no colour; colour even without a terminal; dumb: no colour"],
    ["LC_ALL, LC_CTYPE, LANG", "which characters the terminal has"],
  ],
  files: [
    ["/etc/services", "names of ports"],
    ["/etc/hosts, /etc/resolv.conf", "names of hosts, by the C library"],
  ],
  exitCodes: Object.values(ExitCode).map((code) => [code, exitMeaning(code)]),
  version: VERSION,
};
