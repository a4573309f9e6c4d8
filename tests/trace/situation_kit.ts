/**
 * A real connection with an observer, and the one who plays its peer, segment by segment.
 *
 * @module
 */

import { Connection, Flag, type Instant, instant, type PartialConfig, Segment } from "../../tcp/mod.ts";
import type { Recorder } from "../../trace/recorder.ts";
import { recording } from "./collect.ts";
import { FakeConnection, onTheWire, type Said } from "./fake_connection.ts";

export const NOW = instant(1_000_000);

/** A connection and its peer's part; what is due leaves at once after whatever happens. */
export class Play {
  readonly connection: Connection;
  /** Whose initial sequence numbers are the connection's and the peer's. */
  readonly fake: FakeConnection;
  now: Instant = NOW;

  private constructor(connection: Connection, fake: FakeConnection) {
    this.connection = connection;
    this.fake = fake;
  }

  /** A connection that has sent its SYN. */
  static opening(recorder: Recorder, config: PartialConfig): Play {
    const { fake, options } = parts(recorder, config);
    const play = new Play(Connection.connect(options, NOW), fake);
    play.transmit();
    return play;
  }

  /** A connection whose SYN was answered. */
  static established(
    recorder: Recorder,
    config: PartialConfig,
    { flags = 0, ...options }: Partial<Said> = {},
  ): Play {
    const play = Play.opening(recorder, config);
    play.arrive({ flags: Flag.syn | Flag.ack | flags, seq: 0, ack: 1, ...options });
    return play;
  }

  /** A connection that waits for a SYN. */
  static listening(recorder: Recorder, config: PartialConfig): Play {
    const { fake, options } = parts(recorder, config);
    return new Play(Connection.listen(options, NOW), fake);
  }

  /** The peer's segment arrives, with numbers relative to the initial ones; a moment of its own may be given. */
  arrive(said: Said, at: Instant = this.now): void {
    this.now = at;
    this.connection.segmentArrives(onTheWire(this.fake.segment(said, "arrived")), at);
    this.transmit();
  }

  /** The next timer fires. */
  wait(): void {
    this.now = this.connection.nextDeadline();
    this.connection.timersFire(this.now);
    this.transmit();
  }

  /** The program sends so many octets. */
  send(octets: number): void {
    this.connection.send(new Uint8Array(octets), this.now);
    this.transmit();
  }

  transmit(): void {
    const out = new Segment();
    while (this.connection.transmit(out, this.now));
  }
}

function parts(recorder: Recorder, config: PartialConfig): {
  readonly fake: FakeConnection;
  readonly options: Parameters<typeof Connection.connect>[0];
} {
  const fake = new FakeConnection(recording().recorder);
  fake.numbers(0, 0, 0);
  const { local, remote } = fake;
  return { fake, options: { config, local, remote, isn: () => fake.iss, observer: recorder } };
}
