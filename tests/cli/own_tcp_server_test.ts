/** What the server on our own TCP tells of its host, in time that the test makes pass. */

import { assertEquals } from "@std/assert";
import { OwnTcpServer, type OwnTcpServerParts } from "../../cli/own_tcp_server.ts";
import { ServerReport } from "../../cli/server_report.ts";
import { after, instant, seconds } from "../../tcp/mod.ts";
import { memoryOutput } from "./support.ts";

/** A server without connections. `turns`: what happens before each turn of its loop; it is stopped after the last one. */
function serverWith(turns: readonly (() => void)[]): {
  readonly server: OwnTcpServer;
  readonly host: { cookiesSent: number; passed: number };
  readonly told: readonly string[];
} {
  const { output, err } = memoryOutput();
  const host = { cookiesSent: 0, passed: 0 };
  const start = instant(1e9);
  const now = () => after(start, seconds(host.passed));
  const loop = {
    get now() {
      return now();
    },
    readClock: now,
    wake: () => {},
    run(done: () => boolean): Promise<boolean> {
      for (const turn of turns) {
        turn();
        done();
      }
      return Promise.resolve(true);
    },
  };
  const server = new OwnTcpServer({
    host: { loop, host: Object.assign(host, { nextEventful: () => null }) },
    listener: { accept: () => null, close: () => {} },
    report: new ServerReport(output, true),
    mode: { kind: "print" },
    count: null,
    isBehind: () => false,
  } as unknown as OwnTcpServerParts);
  return {
    server,
    host,
    get told() {
      return err.lines;
    },
  };
}

Deno.test("why a segment could not leave is told once in ten seconds; one that is too long goes again in pieces", () => {
  const it = serverWith([]);
  it.server.unsent("too long", "long");
  assertEquals(it.told, []);
  it.server.unsent("unreachable", "no route");
  it.host.passed = 9;
  it.server.unsent("unreachable", "no route");
  it.host.passed = 10;
  it.server.unsent("too long", "long");
  it.server.unsent("unreachable", "");
  assertEquals(it.told, [
    "[!] A segment could not leave this host: no route",
    "[!] A segment could not leave this host: no way to the peer",
  ]);
});

Deno.test("SYNs of a flood are told of at once, then once in ten seconds, and the rest at the end", async () => {
  const told = (syns: string): string =>
    `[!] The backlog was full: ${syns} answered with SYN cookies, which keep nothing (RFC 4987 3.6)`;
  const counts: number[] = [];
  const pass = (host: { cookiesSent: number; passed: number }, passed: number, cookies: number): void => {
    counts.push(it.told.length);
    host.passed = passed;
    host.cookiesSent = cookies;
  };
  const it = serverWith([
    () => pass(it.host, 0, 0),
    () => pass(it.host, 1, 1),
    () => pass(it.host, 10, 5),
    () => pass(it.host, 11, 5),
    () => pass(it.host, 12, 8),
  ]);
  await it.server.run();
  assertEquals(it.told, [told("1 SYN"), told("4 SYNs"), told("3 SYNs")]);
  assertEquals(counts.slice(0, 5), [0, 0, 1, 1, 2]);
});
