import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../cli/options.ts";
import { parseTarget } from "../../cli/target.ts";

Deno.test("host and port are understood in all the ways that people write them", () => {
  const rows: [operands: string[], host: string, port: number | string][] = [
    [[], "127.0.0.1", 8888],
    [["example.org"], "example.org", 8888],
    [["example.org", "80"], "example.org", 80],
    [["example.org:80"], "example.org", 80],
    [["example.org:http"], "example.org", "http"],
    [["example.org", "HTTPS"], "example.org", "https"],
    [["tcp://192.0.2.1:443"], "192.0.2.1", 443],
    [["tcp://192.0.2.1:443/"], "192.0.2.1", 443],
    [["TCP://example.org", "80"], "example.org", 80],
    [["::1"], "::1", 8888],
    [["2001:db8::1", "80"], "2001:db8::1", 80],
    [["fe80::1%eth0"], "fe80::1%eth0", 8888],
    [["[::1]"], "::1", 8888],
    [["[::1]", "80"], "::1", 80],
    [["[::1]:80"], "::1", 80],
    [["tcp://[2001:db8::1]:http"], "2001:db8::1", "http"],
  ];
  for (const [operands, host, port] of rows) {
    assertEquals(parseTarget(operands), { host, port }, `${operands}`);
  }
});

Deno.test("what is no host or no port is refused", () => {
  const rows: [operands: string[], message: string][] = [
    [[""], "empty HOST"],
    [[":80"], "empty HOST"],
    [["[]"], "empty HOST"],
    [["host:"], '"" as PORT'],
    [["host:0"], '"0" as PORT'],
    [["host", "65536"], '"65536" as PORT'],
    [["host:80", "80"], 'both "host:80" and "80"'],
    [["[::1"], '"[::1" as HOST'],
    [["http://host/"], '"http://host/" as HOST'],
    [["a b"], '"a b" as HOST'],
    [["a", "1", "2"], 'Too many operands: "2"'],
  ];
  for (const [operands, message] of rows) assertThrows(() => parseTarget(operands), UsageError, message);
});
