import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type ClientArguments, clientHelp, parseClientArguments } from "../../cli/client_arguments.ts";
import type { TransferArguments } from "../../cli/client_transfer_arguments.ts";
import { ExitCode } from "../../cli/exit_codes.ts";
import { UNOBSERVED } from "../../cli/observe_arguments.ts";
import { UsageError } from "../../cli/options.ts";
import { VERSION } from "../../cli/version.ts";
import packageFile from "../../deno.json" with { type: "json" };

const TRANSFER: TransferArguments = {
  input: null,
  receives: false,
  output: null,
  hash: null,
  ending: "delivered",
  aborts: false,
  linger: null,
};

function transfer(changes: Partial<TransferArguments>): Partial<ClientArguments> {
  return { transfer: { ...TRANSFER, ...changes } };
}

const RECEIVING = { receives: true, ending: "peer closed" } as const;

const DEFAULTS: ClientArguments = {
  host: "127.0.0.1",
  port: 8888,
  transfer: TRANSFER,
  link: null,
  sourcePort: 0,
  source: null,
  isn: null,
  connectTimeout: null,
  closeTimeout: 60,
  timeWait: 0,
  quiet: false,
  color: "auto",
  observe: UNOBSERVED,
};

Deno.test("the client's command line becomes what it is to do", async (t) => {
  const rows: [args: string[], changes: Partial<ClientArguments>][] = [
    [[], {}],
    [["example.org"], { host: "example.org" }],
    [["192.0.2.1", "80"], { host: "192.0.2.1", port: 80 }],
    [["::1", "65535"], { host: "::1", port: 65535 }],
    [["-m", "Grüße"], transfer({ input: { kind: "message", text: "Grüße" } })],
    [["-m", ""], transfer({ input: { kind: "message", text: "" } })],
    [["-m", "-rf"], transfer({ input: { kind: "message", text: "-rf" } })],
    [["--source-port", "5000", "--source", "127.0.0.2"], { sourcePort: 5000, source: "127.0.0.2" }],
    [["--source-port=0"], { sourcePort: 0 }],
    [["--isn", "0"], { isn: 0 }],
    [["--isn", "4294967295"], { isn: 4_294_967_295 }],
    [["--connect-timeout", "0.5"], { connectTimeout: 0.5 }],
    [["--close-timeout", "3", "--time-wait", "60"], { closeTimeout: 3, timeWait: 60 }],
    [["--time-wait", "0"], { timeWait: 0 }],
    [["--send-bytes", "2MiB"], transfer({ input: { kind: "pattern", octets: 2 << 20 } })],
    [["--receive"], transfer(RECEIVING)],
    [["-i", "f"], transfer({ input: { kind: "file", path: "f" } })],
    [["-m", "-"], transfer({ input: { kind: "file", path: "-" } })],
    [["--input=-", "-o", "-"], transfer({ input: { kind: "file", path: "-" }, output: "-" })],
    [
      ["-m", "x", "--receive", "-o", "f", "--hash", "sha256"],
      transfer({
        ...RECEIVING,
        input: { kind: "message", text: "x" },
        output: "f",
        hash: "sha256",
      }),
    ],
    [["--wait"], transfer({ ending: "answered" })],
    [["--no-fin", "--abort"], transfer({ ending: "peer closed", aborts: true })],
    [["--linger", "2.5"], transfer({ linger: 2.5 })],
    [["--receive", "--send-bytes=0"], transfer({ ...RECEIVING, input: { kind: "pattern", octets: 0 } })],
    [["--receive", "-v"], {
      ...transfer(RECEIVING),
      observe: { ...UNOBSERVED, verbose: true },
    }],
    [["--receive", "--trace"], {
      ...transfer(RECEIVING),
      observe: { ...UNOBSERVED, trace: true },
    }],
    [["--receive", "--trace", "--link", "auto"], {
      ...transfer(RECEIVING),
      link: "auto",
      observe: { ...UNOBSERVED, trace: true },
    }],
    [["--receive", "--pcap", "f"], {
      ...transfer(RECEIVING),
      observe: { ...UNOBSERVED, pcap: "f", snapLength: 128 },
    }],
    [["--send-bytes", "1", "--pcap", "f", "--snaplen", "65575", "--json"], {
      ...transfer({ input: { kind: "pattern", octets: 1 } }),
      observe: { ...UNOBSERVED, pcap: "f", snapLength: 65_575, json: true },
    }],
    [["--link", "packet"], { link: "packet" }],
    [["-q", "--color", "never"], { quiet: true, color: "never" }],
    [["localhost", "-q", "--", "443"], { host: "localhost", port: 443, quiet: true }],
  ];
  for (const [args, changes] of rows) {
    await t.step(JSON.stringify(args), () => {
      assertEquals(parseClientArguments(args), { kind: "run", arguments: { ...DEFAULTS, ...changes } });
    });
  }
});

Deno.test("the client refuses what it cannot use", async (t) => {
  const rows: [args: string[], names: string][] = [
    [["host", "0"], '"0" as PORT'],
    [["host", "65536"], '"65536" as PORT'],
    [["host", "http"], '"http" as PORT'],
    [["host", "80", "81"], 'Too many operands: "81"'],
    [[""], "empty HOST"],
    [["127.0.0.1:80"], "write host and port apart, as in 127.0.0.1 80"],
    [["--source-port", "-1"], '"-1" as --source-port'],
    [["--isn", "4294967296"], '"4294967296" as --isn'],
    [["--isn", "-5"], '"-5" as --isn'],
    [["--connect-timeout", "0"], '"0" as --connect-timeout'],
    [["--close-timeout", "soon"], '"soon" as --close-timeout'],
    [["--send-bytes", "1.5M"], '"1.5M" as --send-bytes: give a whole number of bytes'],
    [
      ["--send-bytes", "1M", "-m", "x"],
      "Cannot use --message with --send-bytes: only one of them can be sent",
    ],
    [["-m", "x", "-i", "f"], "Cannot use --message with --input"],
    [["-i", ""], "empty name for --input"],
    [["--wait", "--receive"], "Cannot use --wait with --receive"],
    [["--abort", "--linger", "1"], "Cannot use --abort with --linger"],
    [["--hash", "crc32"], '"crc32" as --hash: give md5, sha1, sha256, sha512'],
    [["--json", "--pcap", "-"], "Cannot use --json with --pcap -: both write to standard output"],
    [["-o", "-", "--json"], "Cannot use --json with --output -"],
    [["--link", "fast"], '"fast" as --link: give auto, raw, packet'],
    [["--color", "sometimes"], '"sometimes" as --color'],
    [["--colour", "never"], 'Unknown option "--colour"'],
  ];
  for (const [args, names] of rows) {
    await t.step(JSON.stringify(args), () => {
      assertThrows(() => parseClientArguments(args), UsageError, names);
    });
  }
});

Deno.test("help and version win over everything else that is well formed", () => {
  assertEquals(parseClientArguments(["host", "-h", "80"]), { kind: "help" });
  assertEquals(parseClientArguments(["-qV"]), { kind: "version" });
  assertEquals(parseClientArguments(["--version", "--help"]), { kind: "help" });
});

Deno.test("the help names every option and every exit code of the client, within 120 columns", () => {
  const help = clientHelp();
  for (const code of Object.values(ExitCode)) {
    assert(new RegExp(`^ +${code}  \\w`, "m").test(help), `exit code ${code}`);
  }
  for (
    const option of [
      "message",
      "source-port",
      "isn",
      "connect-timeout",
      "close-timeout",
      "time-wait",
      "send-bytes",
      "receive",
      "link",
      "color",
    ]
  ) {
    assertStringIncludes(help, `--${option} `);
  }
  for (const line of help.split("\n")) assert(line.length <= 120, line);
});

Deno.test("the version is the package's", () => {
  assertEquals(VERSION, packageFile.version);
});
