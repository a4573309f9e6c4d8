/** System calls between sockets, files and pipes. */

import { assertEquals, assertMatch } from "@std/assert";
import { BORROWED_SCRIPTS } from "../../packetdrill/options.ts";
import { runScript } from "../../packetdrill/run.ts";
import type { RunResult } from "../../packetdrill/verdict.ts";

const ESTABLISHED = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 8000 <mss 1000>
+0 > S. 0:0(0) ack 1 <mss 1460>
+.1 < . 1:1(0) ack 1 win 8000
+0 accept(3, ..., ...) = 4
`;

const FILE = "`/bin/rm -f /tmp/a\n/bin/dd bs=4 count=5 if=/dev/zero of=/tmp/a status=none`\n";

function run(lines: string): RunResult {
  return runScript(FILE + ESTABLISHED + lines, "test", { ...BORROWED_SCRIPTS, profile: "linux" });
}

Deno.test("sendfile sends what there is of a file from an offset, as much as was asked for", () => {
  const text = `+0 open("/tmp/a", O_RDONLY) = 5
+0 sendfile(4, 5, [0], 8) = 8
+0 > P. 1:9(8) ack 1
+.1 < . 1:1(0) ack 9 win 8000
+0 sendfile(4, 5, [8], 100) = 12
+0 > P. 9:21(12) ack 1
+0 close(5) = 0
`;
  assertEquals(run(text).reason, "");
  assertMatch(run(text.replace("100) = 12", "100) = 13")).reason, /sendfile returned something else/);
});

Deno.test("a file that no command made cannot be opened, and what is no file cannot be sent", () => {
  assertEquals(run('+0 open("/tmp/b", O_RDONLY) = -1 ENOENT (No such file or directory)\n').reason, "");
  const sent = run("+0 sendfile(4, 3, [0], 8) = 8\n");
  assertEquals([sent.outcome, sent.reason], ["skipped", "sendfile"]);
});

Deno.test("splice takes what is there up to the urgent octet, and that not", () => {
  const text = `+0 pipe([5, 6]) = 0
+0 < PU. 1:51(50) ack 1 win 8000 urg 31
+0 splice(4, NULL, 6, NULL, 20, 0) = 20
+0 splice(4, NULL, 6, NULL, 20, 0) = 10
+0 splice(4, NULL, 6, NULL, 20, 0) = 0
`;
  assertEquals(run(text).reason, "");
  assertEquals(run(text.replace("PU.", "P.").replace(" urg 31", "")).place?.line, 13);
});
