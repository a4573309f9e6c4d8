import { UNOBSERVED } from "./unobserved.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { serverFailure } from "../../cli/server_failure.ts";
import { parseServerArguments, type ServerOptions } from "../../cli/server_arguments.ts";
import { SERVER_TEXT } from "../../cli/server_text.ts";
import { fullHelp, shortHelp } from "../../cli/help.ts";
import { VERSION } from "../../cli/version.ts";
import { UsageError } from "../../cli/options.ts";
import { SystemError } from "../../ffi/errno.ts";
import { ResolveError } from "../../ffi/resolve.ts";
import { LibcError } from "../../ffi/libc.ts";

const DEFAULTS: ServerOptions = {
  host: "127.0.0.1",
  port: 8888,
  mode: { kind: "print" },
  count: null,
  stack: "kernel",
  link: null,
  observe: UNOBSERVED,
  quiet: false,
  color: "auto",
};

Deno.test("the server's command line", async (t) => {
  const rows: [args: string, expected: Partial<ServerOptions>][] = [
    ["", {}],
    ["--host ::1 --port 9", { host: "::1", port: 9 }],
    ["--port=0", { port: 0 }],
    ["--port 65535", { port: 65_535 }],
    ["--mode print", {}],
    ["--mode echo", { mode: { kind: "echo" } }],
    ["--mode=discard", { mode: { kind: "discard" } }],
    ["--mode source=0", { mode: { kind: "source", octets: 0 } }],
    ["--mode=source=1000000000000", { mode: { kind: "source", octets: 1e12 } }],
    ["--mode source=20MB", { mode: { kind: "source", octets: 20e6 } }],
    ["--mode file=page.html", { mode: { kind: "file", path: "page.html" } }],
    ["--mode reply=a=b", { mode: { kind: "reply", text: "a=b" } }],
    ["--host [::1]", { host: "::1" }],
    ["--stack rawtcp", { stack: "rawtcp" }],
    ["--stack rawtcp --link packet", { stack: "rawtcp", link: "packet" }],
    ["--stack=rawtcp --link=raw", { stack: "rawtcp", link: "raw" }],
    ["--count 3 -q --color never", { count: 3, quiet: true, color: "never" }],
  ];
  for (const [args, expected] of rows) {
    await t.step(args === "" ? "nothing: the defaults" : args, async () => {
      assertEquals(await parseServerArguments(args.split(" ").filter(Boolean)), { ...DEFAULTS, ...expected });
    });
  }
});

Deno.test("a wrong command line is refused with the reason, before anything is opened", async (t) => {
  const rows: [args: string, reason: string][] = [
    ["--stack rawtcp --json --pcap -", "Cannot use --json with --pcap -: both write to standard output"],
    ["--port 65536", "from 0 to 65535"],
    ["--link raw", "Cannot use --link with the kernel's TCP: give --stack rawtcp for our own"],
    ["--stack rawtcp --link fast", '"fast" as --link: give auto, raw or packet'],
    ["--port -1", "from 0 to 65535"],
    ["--port http", '"http"'],
    ["--count 0", "from 1 to"],
    ["--mode shout", "print, echo, discard, source=BYTES, file=PATH or reply=TEXT"],
    ["--mode source", "source=BYTES"],
    ["--mode source=", "source=BYTES"],
    ["--mode source=1x", "whole number of bytes"],
    ["--send-bytes", 'Unknown option "--send-bytes": rawtcp-client has it'],
    ["--prot 1", "did you mean --port?"],
    ["--mode echo=1", "source=BYTES"],
    ["--color red", "auto, always or never"],
    ["--host=", "empty address"],
    ["--host 127.0.0.1:9000", "give the port with --port"],
    ["--host [::1]:9000", "give the port with --port"],
    ["--listen", "Unknown option"],
    ["127.0.0.1", "--host"],
  ];
  for (const [args, reason] of rows) {
    await t.step(args, async () => {
      await assertRejects(() => parseServerArguments(args.split(" ")), UsageError, reason);
    });
  }
});

Deno.test("help and version win over everything else that is well formed", async () => {
  assertEquals(await parseServerArguments(["--port", "1", "-h"]), shortHelp(SERVER_TEXT));
  assertEquals(await parseServerArguments(["--help", "-V"]), fullHelp(SERVER_TEXT));
  assertEquals(await parseServerArguments(["-V"]), `rawtcp-server ${VERSION}`);
  for (const word of ["--mode", "source=BYTES", "--count", "Ctrl-C", "Exit codes"]) {
    assertStringIncludes(fullHelp(SERVER_TEXT), word);
  }
});

Deno.test("the glossary is shown instead of serving, whatever the stack", async () => {
  for (const stack of ["kernel", "rawtcp"]) {
    const text = await parseServerArguments(["--stack", stack, "--explain=glossary"]);
    assert(typeof text === "string");
    assertStringIncludes(text, "SND.UNA");
  }
});

Deno.test("every failure has one line and a code of its own", async (t) => {
  const rows: [name: string, error: unknown, code: number, line: string][] = [
    ["usage", new UsageError("Unknown option"), 2, "rawtcp-server --help"],
    ["port in use", new SystemError("bind", 98), 8, "Cannot listen on 127.0.0.1:80: the port is in use"],
    ["foreign address", new SystemError("bind", 99), 8, "does not belong to this host"],
    ["low port", new SystemError("bind", 13), 77, "CAP_NET_BIND_SERVICE"],
    ["no such family", new SystemError("socket", 97), 69, "no such address family"],
    ["anything else of the system", new SystemError("poll", 12), 9, "ENOMEM"],
    ["unknown host", new ResolveError("nobody", -2), 7, "unknown host"],
    ["no permission for FFI", new LibcError("Cannot open the C library", true), 77, "C library"],
    ["a bug of ours", new TypeError("x is undefined"), 1, "x is undefined"],
    ["no C library", new LibcError("Cannot open the C library", false), 9, "C library"],
  ];
  for (const [name, error, code, line] of rows) {
    await t.step(name, () => {
      const failure = serverFailure(error, "127.0.0.1:80");
      assertEquals(failure.code, code);
      assertStringIncludes(failure.text, line);
      assertEquals(failure.text.includes("\n"), false);
    });
  }
});

Deno.test("our own TCP serves when asked, and can be watched; the kernel's cannot", async () => {
  const parse = (...args: string[]): Promise<string | ServerOptions> => parseServerArguments(args);
  const parsed = await parse("--stack", "rawtcp", "--trace", "--pcap", "file");
  assert(typeof parsed !== "string");
  assertEquals([parsed.stack, parsed.observe.trace, parsed.observe.pcap], ["rawtcp", true, "file"]);
  await assertRejects(() => parse("--trace"), UsageError, "--stack rawtcp");
  await assertRejects(() => parse("--stack", "lwip"), UsageError, "kernel or rawtcp");
});
