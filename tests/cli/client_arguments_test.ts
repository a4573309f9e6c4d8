import { assertEquals, assertRejects } from "@std/assert";
import { type ClientArguments, parseClientArguments } from "../../cli/client_arguments.ts";
import type { TransferArguments } from "../../cli/client_transfer_arguments.ts";
import { CLIENT_TEXT } from "../../cli/client_text.ts";
import { completions } from "../../cli/completions.ts";
import { fullHelp, manualPage, shortHelp } from "../../cli/help.ts";
import { parseFaults } from "../../lab/mod.ts";
import { milliseconds, seconds } from "../../tcp/mod.ts";
import { UNOBSERVED } from "./unobserved.ts";
import { UsageError } from "../../cli/options.ts";
import { VERSION } from "../../cli/version.ts";
import packageFile from "../../deno.json" with { type: "json" };

const TRANSFER: TransferArguments = {
  input: null,
  receives: false,
  output: null,
  hash: null,
  ending: null,
  aborts: false,
  linger: null,
};

function transfer(changes: Partial<TransferArguments>): Partial<ClientArguments> {
  return { transfer: { ...TRANSFER, ...changes } };
}

const RECEIVING = { receives: true } as const;

const DEFAULTS: ClientArguments = {
  target: { host: "127.0.0.1", port: 8888 },
  family: null,
  tcp: { profile: "standard", changes: {} },
  transfer: TRANSFER,
  link: null,
  interfaceName: null,
  mark: 0,
  dscp: 0,
  sourcePort: 0,
  source: null,
  isn: null,
  connectTimeout: null,
  timeout: null,
  closeTimeout: 60,
  timeWait: 0,
  many: null,
  faults: [],
  seed: 1,
  quiet: false,
  color: "auto",
  observe: UNOBSERVED,
};

Deno.test("the client's command line becomes what it is to do", async (t) => {
  const rows: [args: string[], changes: Partial<ClientArguments>][] = [
    [[], {}],
    [["example.org"], { target: { host: "example.org", port: 8888 } }],
    [["192.0.2.1:80"], { target: { host: "192.0.2.1", port: 80 } }],
    [["-4", "example.org", "http"], { target: { host: "example.org", port: "http" }, family: 4 }],
    [["-6"], { family: 6 }],
    [["--timeout", "2m"], { timeout: 120 }],
    [["--connections", "100", "--parallel", "10"], { many: { connections: 100, parallel: 10 } }],
    [["--interface", "eth0", "--mark", "0x10"], { interfaceName: "eth0", mark: 16 }],
    [["--fault", "drop:syn", "--fault", "delay:1ms,drop:2%", "--seed", "7"], {
      faults: parseFaults("drop:syn,delay:1ms,drop:2%"),
      seed: 7,
    }],
    [["--profile", "linux"], { tcp: { profile: "linux", changes: {} } }],
    [["--cc", "reno", "--initial-window", "4", "--ecn"], {
      tcp: {
        profile: "standard",
        changes: { congestion: { congestionControl: "reno", initialWindow: 4, ecn: "request" } },
      },
    }],
    [["--mss", "1K", "--no-sack", "--no-timestamps", "--no-window-scaling"], {
      tcp: {
        profile: "standard",
        changes: { handshake: { mss: 1_000, selectiveAck: false, timestamps: false, windowScaling: false } },
      },
    }],
    [["--window", "64KiB"], {
      tcp: { profile: "standard", changes: { buffers: { receiveBuffer: 65_536, receiveBufferMax: 65_536 } } },
    }],
    [["--no-nagle", "--ttl", "3", "--dscp", "af41"], {
      tcp: { profile: "standard", changes: { sending: { nagle: false, hopLimit: 3, dscp: 34 } } },
      dscp: 34,
    }],
    [["--keepalive", "5s", "--rto-min", "200ms"], {
      tcp: {
        profile: "standard",
        changes: {
          closing: { keepAlive: true, keepAliveIdle: seconds(5), keepAliveInterval: seconds(5) },
          retransmission: { minRto: milliseconds(200) },
        },
      },
    }],
    [["-m", "Grüße"], transfer({ input: { kind: "message", text: "Grüße" } })],
    [["-m", ""], transfer({ input: { kind: "message", text: "" } })],
    [["-m", "-rf"], transfer({ input: { kind: "message", text: "-rf" } })],
    [["--source-port", "5000", "--source", "127.0.0.2"], { sourcePort: 5000, source: "127.0.0.2" }],
    [["--source-port=0"], { sourcePort: 0 }],
    [["--isn", "0"], { isn: 0 }],
    [["--isn", "4294967295"], { isn: 4_294_967_295 }],
    [["--connect-timeout", "0.5"], { connectTimeout: 0.5 }],
    [["--close-timeout", "3", "--time-wait", "60"], { closeTimeout: 3, timeWait: 60 }],
    [["--timeout", "3"], { timeout: 3, closeTimeout: 3 }],
    [["--timeout", "90"], { timeout: 90 }],
    [["--timeout", "3", "--close-timeout", "5"], { timeout: 3, closeTimeout: 5 }],
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
    [["localhost", "-q", "--", "443"], { target: { host: "localhost", port: 443 }, quiet: true }],
  ];
  for (const [args, changes] of rows) {
    await t.step(JSON.stringify(args), async () => {
      assertEquals(await parseClientArguments(args), { kind: "run", arguments: { ...DEFAULTS, ...changes } });
    });
  }
});

Deno.test("the client refuses what it cannot use", async (t) => {
  const rows: [args: string[], names: string][] = [
    [["host", "0"], '"0" as PORT'],
    [["host", "65536"], '"65536" as PORT'],
    [["host", "80x!"], '"80x!" as PORT'],
    [["host:80", "81"], 'both "host:80" and "81"'],
    [["-4", "-6"], "Cannot use -4 with -6"],
    [["--mss", "47"], '"47" as --mss'],
    [["--ttl", "256"], '"256" as --ttl'],
    [["--dscp", "af44"], '"af44" as --dscp'],
    [["--profile", "windows"], '"windows" as --profile'],
    [["--snaplen", "100"], "--snaplen would be ignored"],
    [["--force"], "--force would be ignored"],
    [["--parallel", "2"], "--parallel would be ignored"],
    [["-q", "-v"], "--verbose would be ignored: --quiet suppresses what it shows"],
    [["-q", "--hash", "md5"], "--hash would be ignored: --quiet"],
    [["--json", "--hash", "md5"], "--hash would be ignored: --json"],
    [["--connections", "2", "-i", "f"], "Cannot use --input with --connections"],
    [["--connections", "2", "--isn", "1"], "Cannot use --isn with --connections"],
    [["--seed", "1"], "--seed would be ignored without --fault"],
    [["--seed", "1", "--fault", "drop:syn,rate:1Mbit,delay:1ms"], "--seed would be ignored: nothing"],
    [["--fault", "queue:5"], 'Fault "queue:5" would be ignored'],
    [["--fault", "in:rate:1Mbit,out:queue:5"], 'Fault "out:queue:5" would be ignored'],
    [["--fault", "rate:1Mbit,in:rate:2Mbit"], 'Cannot use both "rate:1Mbit" and "in:rate:2Mbit"'],
    [["--fault", "jitter:1ms", "--fault", "jitter:2ms"], 'Cannot use both "jitter:1ms" and "jitter:2ms"'],
    [["--force", "--ladder"], "--force would be ignored: no file is written"],
    [["--force", "--output", "-"], "--force would be ignored: no file is written"],
    [["--ascii", "--ladder", "x.svg"], "Cannot use --ascii with a ladder in a file"],
    [["--report", "-"], "Cannot write a report to standard output"],
    [["--window", "65536", "--no-window-scaling"], "Cannot use --window 65536 with --no-window-scaling"],
    [["--source", ""], 'Cannot use "" as --source'],
    [["--source", "eth0"], 'Cannot use "eth0" as --source'],
    [["--doctor", "--source", "eth0"], 'Cannot use "eth0" as --source'],
    [["--interface", ""], 'Cannot use "" as --interface'],
    [["--doctor", "--interface", ""], 'Cannot use "" as --interface'],
    [["--keepalive", "999us"], 'Cannot use "999us" as --keepalive: give a time from 1ms to 32767s'],
    [["--keepalive", "10h"], 'Cannot use "10h" as --keepalive: give a time from 1ms to 32767s'],
    [["--rto-min", "1us"], 'Cannot use "1us" as --rto-min: give a time from 1ms to 60s'],
    [["--rto-min", "61"], 'Cannot use "61" as --rto-min: give a time from 1ms to 60s'],
    [
      ["--profile", "linux", "--rto-min", "121"],
      'Cannot use "121" as --rto-min: give a time from 1ms to 120s',
    ],
    [["8888"], 'Cannot use "8888" as HOST: a port comes second, as in 127.0.0.1 8888'],
    [["--fault", "drop:syn", "--link", "packet"], "Cannot use --fault with --link packet"],
    [["--mark", "1", "--link", "packet"], "Cannot use --mark with --link packet"],
    [["--mark", "0x"], '"0x" as --mark'],
    [["--read", "f", "g", "h"], 'Cannot read "h" as well'],
    [["--mode", "echo"], "rawtcp-server has it"],
    [["host", "80", "81"], 'Too many operands: "81"'],
    [[""], "empty HOST"],
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
    [["--wait", "--no-fin"], "Cannot use --wait with --no-fin"],
    [["--abort", "--linger", "1"], "Cannot use --abort with --linger"],
    [["--abort", "--time-wait", "1"], "Cannot use --abort with --time-wait"],
    [["--abort", "--close-timeout", "1"], "Cannot use --abort with --close-timeout"],
    [["--no-fin", "--time-wait", "1"], "Cannot use --no-fin with --time-wait"],
    [["--doctor", "--json", "--quiet"], "--json would be ignored"],
    [["--hash", "crc32"], '"crc32" as --hash: give md5, sha1, sha256 or sha512'],
    [["--json", "--pcap", "-"], "Cannot use --json with --pcap -: both write to standard output"],
    [["-o", "-", "--json"], "Cannot use --json with --output -"],
    [["--link", "fast"], '"fast" as --link: give auto, raw or packet'],
    [["--color", "sometimes"], '"sometimes" as --color'],
    [["--colour", "never"], 'Unknown option "--colour"'],
  ];
  for (const [args, names] of rows) {
    await t.step(JSON.stringify(args), async () => {
      await assertRejects(() => parseClientArguments(args), UsageError, names);
    });
  }
});

Deno.test("help and version win over everything else that is well formed; -h is short", async () => {
  const text = async (...args: readonly string[]): Promise<string> => {
    const command = await parseClientArguments(args);
    return command.kind === "text" ? command.text : "";
  };
  assertEquals(await text("host", "-h", "80"), shortHelp(CLIENT_TEXT));
  assertEquals(await text("-qV"), `rawtcp-client ${VERSION}`);
  assertEquals(await text("--version", "--help"), fullHelp(CLIENT_TEXT));
  assertEquals(await text("--man"), manualPage(CLIENT_TEXT));
  assertEquals(await text("--completions", "fish"), completions(CLIENT_TEXT, "fish"));
});

Deno.test("--script makes all other arguments those of scripts, wherever it stands", async () => {
  for (const args of [["--script", "--full", "a.pkt"], ["--full", "--script", "a.pkt"]]) {
    assertEquals(await parseClientArguments(args), { kind: "script", arguments: ["--full", "a.pkt"] });
  }
});

Deno.test("the version is the package's", () => {
  assertEquals(VERSION, packageFile.version);
});
