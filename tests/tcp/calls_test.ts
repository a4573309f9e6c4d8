import { assertEquals, assertThrows } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import { ConnectionFailure, InvalidStateError } from "../../tcp/base/errors.ts";
import { Event } from "../../tcp/base/events.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { type State, STATES } from "../../tcp/base/state.ts";
import { NEVER, seconds } from "../../tcp/base/units.ts";
import { at, HERE, IRS, ISS, PLAIN, type Said, segmentOf, sentBy, THERE, wordsOf } from "./exchange.ts";

const NOW = at(0);
const LOCAL = { address: HERE, port: 40_000 };
const ISN = (): ReturnType<typeof seqNumber> => seqNumber(ISS);

const SYN: Said = { flags: Flag.syn, seq: IRS };
const SYN_ACK: Said = { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 };
const FIN: Said = { flags: Flag.fin | Flag.ack, seq: IRS + 1, ack: ISS + 1 };
const ACK_OF_FIN: Said = { flags: Flag.ack, seq: IRS + 1, ack: ISS + 2 };

/** What leads from SYN-SENT to each state but LISTEN: segments that arrive, and closing our side. */
const WAYS: Readonly<Record<Exclude<State, "LISTEN">, readonly (Said | "shutdown" | "abort")[]>> = {
  "SYN-SENT": [],
  "SYN-RECEIVED": [SYN],
  "ESTABLISHED": [SYN_ACK],
  "FIN-WAIT-1": [SYN_ACK, "shutdown"],
  "FIN-WAIT-2": [SYN_ACK, "shutdown", ACK_OF_FIN],
  "CLOSE-WAIT": [SYN_ACK, FIN],
  "CLOSING": [SYN_ACK, "shutdown", FIN],
  "LAST-ACK": [SYN_ACK, FIN, "shutdown"],
  "TIME-WAIT": [SYN_ACK, "shutdown", { ...FIN, ack: ISS + 2 }],
  "CLOSED": [SYN_ACK, "abort"],
};

/** A connection in the given state with nothing left to send. */
function connectionIn(state: State): Connection {
  if (state === "LISTEN") return Connection.listen({ config: PLAIN, local: LOCAL, isn: ISN }, NOW);
  const connection = Connection.connect({ config: PLAIN, local: LOCAL, remote: THERE, isn: ISN }, NOW);
  sentBy(connection, NOW);
  for (const step of WAYS[state]) {
    if (step === "shutdown") connection.shutdown(NOW);
    else if (step === "abort") connection.abort(NOW);
    else connection.segmentArrives(segmentOf(THERE, LOCAL, step), NOW);
    sentBy(connection, NOW);
  }
  connection.takeEvents();
  assertEquals(connection.state, state);
  return connection;
}

/** What a call comes to: its result, or the kind of its error. */
function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof InvalidStateError) return "wrong state";
    if (error instanceof ConnectionFailure) return error.kind;
    throw error;
  }
}

Deno.test("SEND in every state: taken, or refused as RFC 9293 3.10.2 has it", () => {
  const expected: Readonly<Record<State, unknown>> = {
    "LISTEN": "wrong state",
    "SYN-SENT": 10,
    "SYN-RECEIVED": 10,
    "ESTABLISHED": 10,
    "FIN-WAIT-1": "wrong state",
    "FIN-WAIT-2": "wrong state",
    "CLOSE-WAIT": 10,
    "CLOSING": "wrong state",
    "LAST-ACK": "wrong state",
    "TIME-WAIT": "wrong state",
    "CLOSED": "aborted",
  };
  for (const state of STATES) {
    const connection = connectionIn(state);
    assertEquals(outcome(() => connection.send(new Uint8Array(10), NOW)), expected[state], state);
  }
});

Deno.test("RECEIVE in every state: nothing yet, the end of the stream, or how the connection ended (RFC 9293 3.10.3)", () => {
  const expected: Readonly<Record<State, unknown>> = {
    "LISTEN": 0,
    "SYN-SENT": 0,
    "SYN-RECEIVED": 0,
    "ESTABLISHED": 0,
    "FIN-WAIT-1": 0,
    "FIN-WAIT-2": 0,
    "CLOSE-WAIT": null,
    "CLOSING": null,
    "LAST-ACK": null,
    "TIME-WAIT": null,
    "CLOSED": "aborted",
  };
  for (const state of STATES) {
    const connection = connectionIn(state);
    assertEquals(outcome(() => connection.receive(new Uint8Array(10), NOW)), expected[state], state);
  }
});

Deno.test("CLOSE in every state: where it leads and what is sent; a second one changes nothing (RFC 9293 3.10.4)", () => {
  const fin = `FIN,ACK ${ISS + 1} ack`;
  const expected: Readonly<Record<State, [State, string[]]>> = {
    "LISTEN": ["CLOSED", []],
    "SYN-SENT": ["CLOSED", []],
    "SYN-RECEIVED": ["SYN-RECEIVED", []],
    "ESTABLISHED": ["FIN-WAIT-1", [`${fin} ${IRS + 1} (0)`]],
    "FIN-WAIT-1": ["FIN-WAIT-1", []],
    "FIN-WAIT-2": ["FIN-WAIT-2", []],
    "CLOSE-WAIT": ["LAST-ACK", [`${fin} ${IRS + 2} (0)`]],
    "CLOSING": ["CLOSING", []],
    "LAST-ACK": ["LAST-ACK", []],
    "TIME-WAIT": ["TIME-WAIT", []],
    "CLOSED": ["CLOSED", []],
  };
  for (const state of STATES) {
    for (const call of ["shutdown", "close"] as const) {
      const connection = connectionIn(state);
      connection[call](NOW);
      const sent = wordsOf(sentBy(connection, NOW));
      assertEquals([connection.state, sent], expected[state], `${call} in ${state}`);
      connection[call](NOW);
      assertEquals(
        [connection.state, sentBy(connection, NOW).length],
        [expected[state][0], 0],
        `again in ${state}`,
      );
    }
  }
});

Deno.test("a second CLOSE does not begin the wait for the peer's FIN anew (RFC 9293 3.10.4)", () => {
  const connection = connectionIn("FIN-WAIT-2");
  connection.close(NOW);
  const deadline = connection.nextDeadline();
  connection.close(at(5));
  connection.shutdown(at(6));
  assertEquals([connection.nextDeadline(), deadline < NEVER], [deadline, true]);
});

Deno.test("ABORT in every state: RST where the peer knows of the connection and has not closed (RFC 9293 3.10.5)", () => {
  const expected: Readonly<Record<State, string[]>> = {
    "LISTEN": [],
    "SYN-SENT": [],
    "SYN-RECEIVED": [`RST,ACK ${ISS + 1} ack ${IRS + 1} (0)`],
    "ESTABLISHED": [`RST,ACK ${ISS + 1} ack ${IRS + 1} (0)`],
    "FIN-WAIT-1": [`RST,ACK ${ISS + 2} ack ${IRS + 1} (0)`],
    "FIN-WAIT-2": [`RST,ACK ${ISS + 2} ack ${IRS + 1} (0)`],
    "CLOSE-WAIT": [`RST,ACK ${ISS + 1} ack ${IRS + 2} (0)`],
    "CLOSING": [],
    "LAST-ACK": [],
    "TIME-WAIT": [],
    "CLOSED": [],
  };
  for (const state of STATES) {
    const connection = connectionIn(state);
    connection.abort(NOW);
    assertEquals([connection.state, wordsOf(sentBy(connection, NOW))], ["CLOSED", expected[state]], state);
    assertEquals([connection.failure?.kind, connection.nextDeadline()], ["aborted", NEVER], state);
    if (state !== "CLOSED") assertEquals((connection.takeEvents() & Event.closed) !== 0, true, state);
  }
});

Deno.test("ABORT that resets the unanswered tells a peer whose SYN or FIN was ours to answer, too", () => {
  const expected: Partial<Record<State, string>> = {
    "SYN-SENT": `RST ${ISS + 1} ack 0 (0)`,
    "CLOSING": `RST,ACK ${ISS + 2} ack ${IRS + 2} (0)`,
    "LAST-ACK": `RST,ACK ${ISS + 2} ack ${IRS + 2} (0)`,
  };
  for (const [state, reset] of Object.entries(expected)) {
    const connection = connectionIn(state as State);
    connection.abort(NOW, true);
    assertEquals(wordsOf(sentBy(connection, NOW)), [reset], state);
  }
});

Deno.test("a peer that asks whether a RST was meant is told so; its own RST draws nothing (RFC 9293 3.10.7.1, RFC 5961 3.2)", () => {
  const connection = connectionIn("ESTABLISHED");
  connection.abort(NOW);
  const challenge: Said = { flags: Flag.ack, seq: IRS + 1, ack: ISS };
  connection.segmentArrives(segmentOf(THERE, LOCAL, challenge), NOW);
  // The RST of the abort had not left yet, and says it all.
  assertEquals(wordsOf(sentBy(connection, NOW)), [`RST,ACK ${ISS + 1} ack ${IRS + 1} (0)`]);
  connection.segmentArrives(segmentOf(THERE, LOCAL, challenge), NOW);
  assertEquals(wordsOf(sentBy(connection, NOW)), [`RST ${ISS} ack 0 (0)`]);
  connection.segmentArrives(segmentOf(THERE, LOCAL, { ...challenge, flags: Flag.rst | Flag.ack }), NOW);
  assertEquals(sentBy(connection, NOW), []);
});

Deno.test("data given before the handshake goes out when it is over, the FIN behind it (RFC 9293 3.10.2, 3.10.4)", () => {
  for (const state of ["SYN-SENT", "SYN-RECEIVED"] as const) {
    const connection = connectionIn(state);
    connection.send(new Uint8Array(100), NOW);
    if (state === "SYN-RECEIVED") connection.shutdown(NOW);
    assertEquals(sentBy(connection, NOW), []);
    connection.segmentArrives(segmentOf(THERE, LOCAL, SYN_ACK), NOW);
    const words = wordsOf(sentBy(connection, NOW)).filter((line) => !line.startsWith("ACK"));
    const flags = state === "SYN-RECEIVED" ? "FIN,PSH,ACK" : "PSH,ACK";
    assertEquals(words, [`${flags} ${ISS + 1} ack ${IRS + 1} (100)`], state);
  }
});

Deno.test("the end of the stream that was reached stays the end, though a RST came later (RFC 9293 3.9.1.4)", () => {
  const connection = connectionIn("CLOSE-WAIT");
  connection.segmentArrives(segmentOf(THERE, LOCAL, { flags: Flag.rst, seq: IRS + 2 }), NOW);
  assertEquals([connection.state, connection.failure?.kind], ["CLOSED", "reset"]);
  assertEquals(outcome(() => connection.receive(new Uint8Array(10), NOW)), null);
  assertEquals(outcome(() => connection.send(new Uint8Array(10), NOW)), "reset");
});

Deno.test("after close() nothing can be received, after shutdown() it can (RFC 9293 3.6)", () => {
  const closed = connectionIn("ESTABLISHED");
  closed.close(NOW);
  assertThrows(() => closed.receive(new Uint8Array(1), NOW), InvalidStateError, "closed by close()");
  const halfClosed = connectionIn("FIN-WAIT-2");
  halfClosed.segmentArrives(segmentOf(THERE, LOCAL, { ...ACK_OF_FIN, length: 7 }), NOW);
  assertEquals(halfClosed.receive(new Uint8Array(10), NOW), 7);
});

Deno.test("a connection that listens by itself takes the first SYN, and nothing else (RFC 9293 3.10.7.2)", () => {
  const rows: [said: Said, sent: string[], state: State][] = [
    [{ flags: Flag.rst, seq: IRS }, [], "LISTEN"],
    [{ flags: Flag.rst | Flag.ack, seq: IRS, ack: 7 }, [], "LISTEN"],
    [{ flags: Flag.rst | Flag.syn, seq: IRS }, [], "LISTEN"],
    [{ flags: Flag.ack, seq: IRS, ack: 7 }, ["RST 7 ack 0 (0)"], "LISTEN"],
    [{ flags: Flag.syn | Flag.ack, seq: IRS, ack: 7 }, ["RST 7 ack 0 (0)"], "LISTEN"],
    [{ flags: Flag.fin, seq: IRS }, [], "LISTEN"],
    [{ flags: 0, seq: IRS, length: 5 }, [], "LISTEN"],
    [SYN, [`SYN,ACK ${ISS} ack ${IRS + 1} (0)`], "SYN-RECEIVED"],
  ];
  for (const [said, sent, state] of rows) {
    const connection = connectionIn("LISTEN");
    connection.segmentArrives(segmentOf(THERE, LOCAL, said), NOW);
    const words = wordsOf(sentBy(connection, NOW));
    assertEquals([words, connection.state], [sent, state], JSON.stringify(said));
  }
});

Deno.test("a connection that listens by itself returns to LISTEN and meets another peer (RFC 9293 3.10.7.4)", () => {
  const connection = connectionIn("LISTEN");
  const other = { address: parseAddress("198.51.100.8"), port: 5 };
  connection.segmentArrives(segmentOf(THERE, LOCAL, SYN), NOW);
  sentBy(connection, NOW);
  connection.segmentArrives(segmentOf(THERE, LOCAL, { flags: Flag.rst, seq: IRS + 1 }), NOW);
  assertEquals([connection.state, connection.failure, connection.nextDeadline()], ["LISTEN", null, NEVER]);
  connection.segmentArrives(segmentOf(other, LOCAL, { flags: Flag.syn, seq: 77 }), NOW);
  assertEquals(sentBy(connection, NOW).map(({ to, flags, ack }) => [to, flags, ack]), [
    ["198.51.100.8:5", "SYN,ACK", 78],
  ]);
  connection.segmentArrives(segmentOf(other, LOCAL, { flags: Flag.ack, seq: 78, ack: ISS + 1 }), NOW);
  assertEquals([connection.state, connection.remote.port], ["ESTABLISHED", 5]);
});

Deno.test("changing one setting leaves the others, and their timers, as they are", () => {
  const connection = connectionIn("ESTABLISHED");
  connection.configure({ closing: { keepAlive: true, keepAliveIdle: seconds(10) } }, NOW);
  const deadline = connection.nextDeadline();
  connection.configure({ sending: { nagle: false } }, at(5));
  assertEquals([connection.nextDeadline(), connection.config.closing.keepAliveIdle], [deadline, seconds(10)]);
  assertThrows(() => connection.configure({ sending: { hopLimit: 0 } }, at(5)), RangeError, "hopLimit = 0");
  assertEquals([connection.config.sending.hopLimit, connection.config.sending.nagle], [
    PLAIN.sending.hopLimit,
    false,
  ]);
});
