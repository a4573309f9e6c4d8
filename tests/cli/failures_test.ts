import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ExitCode } from "../../cli/exit_codes.ts";
import { describeFailure, ProgramFailure } from "../../cli/failures.ts";
import { UsageError } from "../../cli/options.ts";
import { LibcError, ResolveError, SystemError } from "../../ffi/mod.ts";

const EPERM = 1;
const EACCES = 13;
const EINVAL = 22;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;
const EADDRINUSE = 98;
const EADDRNOTAVAIL = 99;
const ENETUNREACH = 101;
const ENOBUFS = 105;
const EHOSTUNREACH = 113;
const EMFILE = 24;
const EAI_NONAME = -2;

Deno.test("each kind of failure has its exit code and one line", async (t) => {
  const rows: [name: string, error: unknown, code: number, says: string][] = [
    ["usage", new UsageError("Unknown option"), ExitCode.usage, "Unknown option (see rawtcp-client --help)"],
    ["the work's own", new ProgramFailure(ExitCode.timedOut, "timed out"), ExitCode.timedOut, "timed out"],
    [
      "no CAP_NET_RAW",
      new SystemError("socket SOCK_RAW", EPERM),
      ExitCode.missingRight,
      "setcap cap_net_raw+ep",
    ],
    [
      "the same, other number",
      new SystemError("socket SOCK_RAW", EACCES),
      ExitCode.missingRight,
      "CAP_NET_RAW",
    ],
    [
      "low port",
      new SystemError("bind", EACCES, "127.0.0.1:80"),
      ExitCode.missingRight,
      "CAP_NET_BIND_SERVICE",
    ],
    ["no such family", new SystemError("socket SOCK_RAW", EAFNOSUPPORT), ExitCode.unsupported, "offers none"],
    [
      "no such protocol",
      new SystemError("socket SOCK_RAW", EPROTONOSUPPORT),
      ExitCode.unsupported,
      "offers none",
    ],
    [
      "port in use",
      new SystemError("bind", EADDRINUSE, "127.0.0.1:80"),
      ExitCode.addressUnavailable,
      "127.0.0.1:80",
    ],
    [
      "no port left for the kernel to choose",
      new SystemError("bind", EADDRINUSE, "192.0.2.1:0"),
      ExitCode.addressUnavailable,
      "Cannot use 192.0.2.1: no local port is free that the kernel may choose (EADDRINUSE); name a port",
    ],
    [
      "port in use at listen",
      new SystemError("listen", EADDRINUSE),
      ExitCode.addressUnavailable,
      "EADDRINUSE",
    ],
    [
      "a foreign source",
      new SystemError("bind", EADDRNOTAVAIL, "192.0.2.1:0"),
      ExitCode.addressUnavailable,
      "Cannot use 192.0.2.1: the address does not belong to this host (EADDRNOTAVAIL)",
    ],
    [
      "no route",
      new SystemError("connect", ENETUNREACH, "192.0.2.1:80"),
      ExitCode.unreachable,
      "Cannot reach 192.0.2.1:80: there is no route to this network (ENETUNREACH)",
    ],
    ["no host", new SystemError("connect", EHOSTUNREACH), ExitCode.unreachable, "EHOSTUNREACH"],
    ...[EINVAL, EHOSTUNREACH, EACCES].map((errno): [string, Error, number, string] => [
      `a route that forbids, ${errno}`,
      new SystemError("rtnetlink RTM_GETROUTE", errno, "192.0.2.1"),
      ExitCode.unreachable,
      "Cannot reach 192.0.2.1",
    ]),
    ["broadcast", new SystemError("connect", EACCES), ExitCode.unreachable, "broadcast"],
    ["no descriptors", new SystemError("socket SOCK_RAW", EMFILE), ExitCode.system, "EMFILE"],
    [
      "bind without a zone",
      new SystemError("bind", EINVAL, "[fe80::1]:80"),
      ExitCode.addressUnavailable,
      "Cannot use [fe80::1]:80: a link-local address needs its interface, as in fe80::1%eth0 (EINVAL)",
    ],
    ["no buffers", new SystemError("sendto", ENOBUFS), ExitCode.system, "ENOBUFS"],
    [
      "unknown host",
      new ResolveError("nowhere.example", EAI_NONAME),
      ExitCode.unknownHost,
      "nowhere.example",
    ],
    [
      "no --allow-ffi",
      new LibcError("run deno with --allow-ffi", true),
      ExitCode.missingRight,
      "--allow-ffi",
    ],
    ["no library", new LibcError("tried everything", false), ExitCode.system, "tried everything"],
    ["a value out of range", new RangeError("Cannot use port 0"), ExitCode.usage, "Cannot use port 0"],
    ["a bug", new TypeError("x is not a function"), ExitCode.internal, "TypeError: x is not a function"],
    ["no error at all", "thrown text", ExitCode.internal, "thrown text"],
  ];
  for (const [name, error, code, says] of rows) {
    await t.step(name, () => {
      const report = describeFailure(error, "rawtcp-client");
      assertEquals(report.code, code);
      assertStringIncludes(report.text, says);
    });
  }
});

Deno.test("whatever an error says stays one line that cannot drive the terminal", () => {
  const { text } = describeFailure(new Error("first\n  second \x1b[2J"), "rawtcp-client");
  assertEquals(text, "Internal error, please report it: Error: first second \\x1b[2J");
});

Deno.test("exit codes are all different, and fit a shell", () => {
  const codes = Object.values(ExitCode);
  assertEquals(new Set(codes).size, codes.length);
  for (const code of codes) assert(code >= 0 && code < 256);
});
