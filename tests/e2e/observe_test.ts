/** What the client shows and stores of a real connection, looked at by programs that none of this project wrote. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Ajv2020 } from "ajv";
import schema from "../../trace/schema/rawtcp-trace.schema.json" with { type: "json" };
import { stopTcpdump } from "./capture.ts";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import { must, run, until } from "./process.ts";
import { dissect, essence, type JsonSegment } from "./tshark.ts";

const { client, server } = await executables();
const PORT = 8888;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

interface JsonLine {
  readonly kind: string;
  readonly segment?: JsonSegment;
}

/** Accepts a connection and never closes it: the client waits for its FIN. */
const SILENT_SERVER = [
  "python3",
  "-c",
  `import socket, time; s = socket.create_server(("127.0.0.1", ${PORT})); c = s.accept(); time.sleep(60)`,
];

/** A folder that is gone afterwards. */
async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-observe-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the job with these options while a data segment and a FIN are lost once. @returns standard output and error */
async function deliverWithLosses(
  options: readonly string[],
): Promise<{ readonly out: string; readonly err: string }> {
  await using network = await Network.create();
  await network.drop(PORT, "meta length > 70 tcp flags & (syn | fin) == 0", 1);
  await network.drop(PORT, "tcp flags & fin == fin", 1);
  await using serving = network.start([server, "--count", "1"]);
  await serving.shows("listening");
  const { code, out, err } = await network.run([client, ...options]);
  assertEquals(code, 0, err);
  assertMatch((await serving.ended()).out, /Text: Hello from custom TCP client!/);
  return { out, err };
}

function jsonLines(text: string): readonly JsonLine[] {
  return text.trimEnd().split("\n").map((line) => {
    const value = JSON.parse(line) as JsonLine;
    assert(validate(value), `${line}\n${JSON.stringify(validate.errors)}`);
    return value;
  });
}

Deno.test("with a lost segment and a lost FIN, tshark agrees with our JSON on every segment", async () => {
  await inFolder(async (folder) => {
    const capture = `${folder}/job.pcapng`;
    const { out } = await deliverWithLosses(["--json", "--pcap", capture]);
    const lines = jsonLines(out);
    assertEquals([lines[0]?.kind, lines.at(-1)?.kind], ["trace", "end"]);
    const segments = lines.filter(({ kind }) => kind === "sent" || kind === "arrived");
    const { packets, problems } = await dissect(capture);
    assertEquals(problems, []);
    assertEquals(packets, segments.map(({ segment }) => essence(segment as JsonSegment)));
    assert(packets.length >= 10, String(packets.length));
  });
});

Deno.test("tshark shows the reasons and the variables as packet comments, and both interfaces", async () => {
  await inFolder(async (folder) => {
    const capture = `${folder}/job.pcapng`;
    await deliverWithLosses(["--pcap", capture]);
    const comments = await must(["tshark", "-r", capture, "-T", "fields", "-e", "frame.comment"]);
    assertEquals(comments.match(/sent \(retransmit-timeout\): No ACK of \d+ came in time/g)?.length, 2);
    assertStringIncludes(comments, "timer (retransmission) timeoutBefore=1000000 connection=1 ");
    assertStringIncludes(comments, "variables: connection=1 state=FIN-WAIT-1 ");
    const facts = await must(["capinfos", capture]);
    assertStringIncludes(facts, "Name = rawtcp\n");
    assertStringIncludes(facts, "Name = rawtcp-lost\n");
    assertMatch(facts, /File encapsulation: +Raw IPv4/);
    assertMatch(facts, /Time precision = nanoseconds/);
    const interfaces = await must(["tshark", "-r", capture, "-T", "fields", "-e", "frame.interface_name"]);
    assertEquals(new Set(interfaces.trim().split("\n")), new Set(["rawtcp"]));
  });
});

Deno.test("trace, story, ladder, report and summary of one run tell the same two repetitions", async () => {
  await inFolder(async (folder) => {
    const picture = `${folder}/ladder.svg`;
    const report = `${folder}/report.html`;
    const options = ["--trace", "--ladder", "--stats", "-v"];
    const { out, err } = await deliverWithLosses([...options, "--report", report]);
    assertEquals(err.match(/ R> /g)?.length, 2);
    assertEquals(err.match(/ ! retransmission timer expires/g)?.length, 2);
    assertMatch(err, /sent again {2}2 segments, /);
    assertEquals(out.match(/retransmission: timeout, [\d.]+ s later/g)?.length, 2);
    assertEquals(out.match(/─\? +│$/gm)?.length, 2);
    assertMatch(out, /\[>\] Sending ACK .*\n {4}Our SYN's options: mss \d+ sack-ok ts /);
    assertMatch(await Deno.readTextFile(report), /^<!doctype html>/);
    const story = await deliverWithLosses(["--explain", "--ladder", picture]);
    assertEquals(story.err.match(/We send again /g)?.length, 2);
    assertEquals((await Deno.readTextFile(picture)).match(/class="arrow lost presumed"/g)?.length, 2);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["ladder.svg", "report.html"]);
  });
});

for (const locale of ["C", "POSIX"]) {
  Deno.test(`in the ${locale} locale everything that is shown is ASCII`, async () => {
    await inFolder(async (folder) => {
      const capture = `${folder}/job.pcapng`;
      await deliverWithLosses(["--pcap", capture]);
      for (const name of ["LC_ALL", "LC_CTYPE", "LANG"]) {
        for (const output of ["--explain", "--trace", "--ladder"]) {
          const environment = ["env", "-u", "LC_ALL", "-u", "LC_CTYPE", "-u", "LANG", `${name}=${locale}`];
          const text = await must([...environment, client, "--read", capture, output]);
          assertEquals(text.match(/[\u0080-\u{10ffff}]/gu), null);
          assertMatch(text, /ssthresh|-\? +\|$/m);
        }
      }
    });
  });
}

Deno.test("a capture read again has the reasons, without any right", async () => {
  await inFolder(async (folder) => {
    const capture = `${folder}/job.pcapng`;
    await deliverWithLosses(["--pcap", capture]);
    await Deno.chmod(folder, 0o755);
    await Deno.copyFile(client, `${folder}/client`);
    const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", `${folder}/client`];
    const trace = await must([...nobody, "--read", capture]);
    assertEquals(trace.match(/R> .*retransmission: timeout/g)?.length, 2);
    const json = jsonLines(await must([...nobody, "--read", capture, "--json"]));
    assertEquals(json.filter(({ kind }) => kind === "timer").length, 2);
    const ladder = await must([...nobody, "--read", capture, "--ladder", "--ascii"]);
    assertEquals(ladder.match(/-\? +\|$/gm)?.length, 2);
  });
});

Deno.test("tcpdump's capture of the same is told by what was on the wire", async () => {
  await inFolder(async (folder) => {
    await using network = await Network.create();
    const capture = `${folder}/foreign.pcap`;
    await using serving = network.start([server, "--count", "1"]);
    await serving.shows("listening");
    const tcpdump = network.start([
      "tcpdump",
      "-i",
      "any",
      "--immediate-mode",
      "-U",
      "-Z",
      "root",
      "-w",
      capture,
      "tcp",
    ]);
    await tcpdump.shows("listening on");
    await network.must([client]);
    await serving.ended();
    await stopTcpdump(tcpdump, "any");
    const trace = await must([client, "--read", capture]);
    assertMatch(trace, / > SYN {2,}seq 0 /);
    assertMatch(trace, / = SYN-SENT to ESTABLISHED/);
    assertMatch(trace, / = FIN-WAIT-. to TIME-WAIT/);
  });
});

Deno.test("a capture of a killed client is whole to its last tenth of a second", async () => {
  await inFolder(async (folder) => {
    await using network = await Network.create();
    await using serving = network.start(SILENT_SERVER);
    await network.listens(PORT);
    const capture = `${folder}/killed.pcapng`;
    await using working = network.start([client, "127.0.0.1", String(PORT), "--pcap", capture]);
    await working.shows("Data sent successfully");
    await until("a capture of the delivery", async () => {
      return (await run(["tshark", "-r", capture])).out.trimEnd().split("\n").length >= 5;
    });
    working.kill("SIGKILL");
    await working.ended();
    serving.kill("SIGKILL");
    const { packets, problems } = await dissect(capture);
    assert(packets.length >= 5);
    assertEquals(problems, []);
  });
});

Deno.test("files are not replaced without --force, and nothing is sent when one may not be", async () => {
  await inFolder(async (folder) => {
    await using network = await Network.create();
    for (const option of ["--pcap", "--report", "--ladder"]) {
      const file = `${folder}/kept${option}.svg`;
      await Deno.writeTextFile(file, "precious");
      const { code, out, err } = await network.run([client, option, file]);
      assertEquals([code, out.includes("Sending SYN")], [2, false]);
      assertMatch(err, /it exists; give another name, or --force to replace it/);
      assertEquals(await Deno.readTextFile(file), "precious");
    }
    await using serving = network.start([server, "--count", "1"]);
    await serving.shows("listening");
    const file = `${folder}/kept--pcap.svg`;
    await network.must([client, "--pcap", file, "--force"]);
    assert((await Deno.readFile(file)).length > 1_000);
  });
});

Deno.test("a capture that is read is never written over, nor one file by two outputs; both are told at once", async () => {
  await inFolder(async (folder) => {
    await using network = await Network.create();
    await using serving = network.start([server, "--count", "1"]);
    await serving.shows("listening");
    const file = `${folder}/a.pcapng`;
    await network.must([client, "--pcap", file]);
    const before = await Deno.readFile(file);
    await Deno.symlink("a.pcapng", `${folder}/link`);
    for (const option of ["--pcap", "--report"]) {
      for (const read of [file, `${folder}/link`]) {
        const { code, err } = await network.run([client, "--read", read, option, file, "--force"]);
        assertEquals(code, 2, err);
        assertMatch(err, /it is the file of --read; give another name/);
      }
    }
    const twice = ["--report", `${folder}/b`, "-o", `${folder}/b`];
    const { code, out, err } = await network.run([client, ...twice]);
    assertEquals([code, out], [2, ""]);
    assertMatch(err, /it is the file of --report/);
    assertEquals(await Deno.readFile(file), before);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["a.pcapng", "link"]);
  });
});

Deno.test("a file without a folder is told before anything is sent; one that fails, beside why the connection did", async () => {
  await inFolder(async (folder) => {
    await using network = await Network.create();
    for (const option of ["--pcap", "--report", "--ladder"]) {
      const { code, out, err } = await network.run([client, option, `${folder}/nowhere/file.svg`]);
      assertEquals([code, out.includes("Sending SYN")], [9, false]);
      assertMatch(
        err,
        /^\[-\] Cannot write ".*file.svg": (there is )?no such file or (directory|folder).*\n$/,
      );
    }
    const { code, err } = await network.run([client, "--pcap", "/dev/full"]);
    assertEquals(code, 3);
    assertMatch(err, /^\[!\] Cannot write "\/dev\/full": .*\n\[-\] Connection to .* refused/);
  });
});

Deno.test("--no-payload leaves nothing of the message in any file, nor in the JSON", async () => {
  await inFolder(async (folder) => {
    const files = [`${folder}/a.pcapng`, `${folder}/b.html`];
    const options = ["--no-payload", "--json", "--pcap", files[0] ?? "", "--report", files[1] ?? ""];
    const { out } = await deliverWithLosses(options);
    assertEquals(out.includes("Hello from"), false);
    for (const file of files) assertEquals((await Deno.readTextFile(file)).includes("Hello from"), false);
    const { packets } = await dissect(files[0] ?? "");
    assertEquals(packets.filter(({ length }) => length === 29).length, 2);
  });
});

for (const stack of ["kernel", "rawtcp"]) {
  Deno.test(`--no-payload: neither program shows what is sent and received, only how much (${stack})`, async () => {
    await using network = await Network.create();
    const serve = [server, "--mode", "echo", "--no-payload", "--count", "1", "--stack", stack];
    await using serving = network.start(serve);
    await serving.shows("listening");
    const to = ["::ffff:127.0.0.1", String(PORT)]; // RFC 4291 2.5.5.2
    const { out } = await network.run([client, ...to, "--no-payload", "--trace", "-m", "secret"]);
    assertMatch(out, /Sending 6 bytes\n[^]*Received 6 bytes\n/);
    const { out: served } = await serving.ended();
    assertMatch(served, /Received 6 bytes\n/);
    for (const shown of [out, served]) assertEquals(/secret|736563726574/.test(shown), false);
  });
}

Deno.test("SIGUSR1 shows the summary so far", async () => {
  await using network = await Network.create();
  await using serving = network.start(SILENT_SERVER);
  await network.listens(PORT);
  await using working = network.start([client, "127.0.0.1", String(PORT), "--stats"]);
  await working.shows("Received ACK of our FIN");
  working.kill("SIGUSR1");
  await working.shows(/Connection 1: .*FIN-WAIT-2/);
  serving.kill("SIGKILL");
});
