/** Connections whose text goes by packet socket, to the kernel's own TCP, on loopback in a network of the test's own. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type LinkMode, packetLink, RawConnection } from "../../driver/mod.ts";
import { check } from "../../ffi/errno.ts";
import {
  FileDescriptor,
  loadLibc,
  PollSet,
  type RawSocket,
  setInterfaceMtu,
  StreamListener,
  type StreamSocket,
} from "../../ffi/mod.ts";
import {
  after,
  type Connection,
  type Instant,
  instant,
  milliseconds,
  type Observer,
  seconds,
  Segment,
} from "../../tcp/mod.ts";
import { kernelTests, openDescriptors } from "../ffi/support.ts";
import { switchOffloads } from "../ffi/switch_offloads.ts";
import { undisturbed } from "../kernel/undisturbed.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

const plainTest = kernelTests();

/** What goes by which way depends on how soon it is answered. */
const kernelTest = (name: string, body: () => Promise<void>): void => plainTest(name, undisturbed(body));

const LIMIT = seconds(60);
const LO_MTU = 65_536;
const O_WRONLY = 1; // <fcntl.h>

/** Octets after which the stream repeats: a prime. */
const PERIOD = 65_521;
const PIECE = 1 << 17;

/** So many that a ring is there, which takes tens of milliseconds to open, long before the last of them. */
const RING_OCTETS = 4e7;
const STREAM = new Uint8Array(PERIOD + PIECE).map((_, i) => {
  const place = i % PERIOD;
  return place * 31 + (place >> 7) * 17 + (place >> 13);
});

function streamAt(place: number, length: number): Uint8Array<ArrayBuffer> {
  const start = place % PERIOD;
  return STREAM.subarray(start, start + Math.min(length, PIECE));
}

function checkStream(piece: Uint8Array, place: number): void {
  const expected = streamAt(place, piece.length);
  for (let i = 0; i < piece.length; i++) {
    if (piece[i] !== expected[i]) throw new Error(`Octet ${place + i} is ${piece[i]}, not ${expected[i]}`);
  }
}

interface Options {
  readonly link: LinkMode | "raw";
  readonly up: number;
  readonly down?: number;
  readonly family?: 4 | 6;
  /** Of loopback, meanwhile. @default 1500 */
  readonly mtu?: number;
  readonly observer?: Observer;
  /** Called with the octets that we have received. */
  readonly onReceived?: (octets: number) => void;
  /** Octets given to the connection before the handshake. @default 0 */
  readonly givenEarly?: number;
  /** Called with the octets that the kernel has received. */
  readonly onProgress?: (octets: number) => void;
}

interface Outcome {
  readonly changes: readonly string[];
  readonly segmentsSent: number;
  readonly retransmitted: number;
}

/** Gives text before the handshake, as much as the send buffer takes. @returns its octets */
function giveEarly(connection: Connection, octets: number, now: Instant): number {
  let sent = 0;
  for (let taken = 1; taken > 0 && sent < octets; sent += taken) {
    taken = connection.send(streamAt(sent, octets - sent), now);
  }
  return sent;
}

/** Moves octets both ways and checks each of them, to the orderly end of both directions. */
async function transfer(options: Options): Promise<Outcome> {
  const { link, up, down = 0, family = 4, mtu = 1_500, givenEarly = 0, onProgress, onReceived, observer } =
    options;
  setInterfaceMtu("lo", mtu);
  const changes: string[] = [];
  using listener = StreamListener.open({ address: loopbackAddress(family), port: 0 });
  using raw = RawConnection.open({
    remote: listener.local,
    link: link === "raw" ? undefined : packetLink(link, (now, reason) => changes.push(`${now}: ${reason}`)),
    config: { retransmission: { minRto: milliseconds(100) } },
    ...observer === undefined ? {} : { observer },
  });
  const { connection, loop } = raw;
  const into = new Uint8Array(PIECE);
  let kernel: StreamSocket | undefined;
  const ours = { sent: 0, received: 0 };
  const theirs = { sent: 0, received: 0, ended: false };
  if (givenEarly > 0) ours.sent += giveEarly(connection, givenEarly, loop.readClock());
  const stepOurs = (): boolean => {
    if (connection.failure !== null) throw connection.failure;
    for (let i = 0; i < 8 && ours.sent < up; i++) {
      ours.sent += connection.send(streamAt(ours.sent, up - ours.sent), loop.now);
      if (ours.sent === up) connection.shutdown(loop.now);
    }
    const length = connection.receive(into, loop.now);
    if (length !== null) checkStream(into.subarray(0, length), ours.received);
    ours.received += length ?? 0;
    onReceived?.(ours.received);
    return length === null;
  };
  const stepTheirs = (socket: StreamSocket): void => {
    if (theirs.sent < down) {
      theirs.sent += socket.send(streamAt(theirs.sent, down - theirs.sent));
      if (theirs.sent === down) socket.shutdown();
    }
    for (let i = 0; i < 8 && !theirs.ended; i++) {
      const length = socket.receive(into);
      if (length === 0) return;
      theirs.ended = length === null;
      if (theirs.ended && down === 0) socket.shutdown();
      checkStream(into.subarray(0, length ?? 0), theirs.received);
      theirs.received += length ?? 0;
    }
  };
  try {
    const finished = await loop.run(() => {
      if (connection.state === "SYN-SENT") return false;
      if (kernel === undefined) {
        kernel = listener.accept();
        if (kernel === undefined) return false;
        loop.watch(kernel.descriptor, () => {});
      }
      const isOver = stepOurs();
      stepTheirs(kernel);
      onProgress?.(theirs.received);
      return isOver && theirs.ended;
    }, after(loop.readClock(), LIMIT));
    assert(finished, `moved ${theirs.received} of ${up} up, ${ours.received} of ${down} down`);
  } finally {
    kernel?.[Symbol.dispose]();
    setInterfaceMtu("lo", LO_MTU);
  }
  assertEquals([theirs.received, ours.received], [up, down]);
  return { changes, segmentsSent: connection.segmentsSent, retransmitted: connection.segmentsRetransmitted };
}

for (const family of [4, 6] as const) {
  for (const mtu of [1_500, LO_MTU]) {
    kernelTest(
      `IPv${family}, MTU ${mtu}: text by packet socket arrives, octet for octet, both ways at once`,
      async () => {
        const { changes, segmentsSent } = await transfer({ link: "packet", up: 8e6, down: 4e6, family, mtu });
        assertEquals(changes, ["packet: bulk data flow"]);
        assert(segmentsSent < 8e6 / 5_000, `${segmentsSent} segments`);
      },
    );
  }

  kernelTest(
    `IPv${family}: long segments of the core are cut for the raw socket while it is "auto" and little`,
    async () => {
      const { changes, segmentsSent, retransmitted } = await transfer({ link: "auto", up: 200_000, family });
      assertEquals([changes, retransmitted], [[], 0]);
      assert(segmentsSent < 100, `${segmentsSent} segments`);
    },
  );
}

for (const link of ["auto", "packet"] as const) {
  kernelTest(
    `"${link}": text that is given before the handshake does not go by packet socket until some was acknowledged`,
    async () => {
      const { changes, retransmitted } = await transfer({ link, up: 3e6, mtu: LO_MTU, givenEarly: 5e5 });
      assertEquals([changes, retransmitted], [["packet: bulk data flow"], 0]);
    },
  );
}

kernelTest('"auto" takes the packet socket when there is much to send', async () => {
  assertEquals((await transfer({ link: "auto", up: 1e6 })).changes, ["packet: bulk data flow"]);
});

for (const family of [4, 6] as const) {
  kernelTest(
    `IPv${family}: bulk data that arrives one packet at a time is received by ring, octet for octet`,
    async () => {
      switchOffloads("lo", "off", ["segmentation", "softwareSegmentation", "merging"]);
      try {
        for (const link of ["auto", "packet", "raw"] as const) {
          const { changes } = await transfer({ link, up: 1, down: RING_OCTETS, family });
          const ring = "ring: bulk data arrives one packet at a time";
          assertEquals(changes, link === "raw" ? [] : ["packet: bulk data flow", ring]);
        }
        const { changes } = await transfer({ link: "auto", up: 1, down: 1e7, family });
        assertEquals(changes, [], "less than what it pays for");
      } finally {
        switchOffloads("lo", "on", ["segmentation", "softwareSegmentation", "merging"]);
      }
    },
  );
}

kernelTest(
  "packets that a ring has no room for, because they were merged, are received all the same",
  async () => {
    const offloads = ["segmentation", "softwareSegmentation", "merging"] as const;
    switchOffloads("lo", "off", offloads);
    try {
      const { changes, retransmitted } = await transfer({
        link: "auto",
        up: 1,
        down: RING_OCTETS,
        onReceived: (octets) => {
          const isOn = octets > RING_OCTETS / 2 && octets < 3 * RING_OCTETS / 4;
          switchOffloads("lo", isOn ? "on" : "off", offloads);
        },
      });
      assertEquals([changes[1], retransmitted], ["ring: bulk data arrives one packet at a time", 0]);
    } finally {
      switchOffloads("lo", "on", offloads);
    }
  },
);

kernelTest("a connection that ends while its ring is being opened leaves nothing open", async () => {
  const offloads = ["segmentation", "softwareSegmentation", "merging"] as const;
  switchOffloads("lo", "off", offloads);
  // What is opened once is open from now on.
  await transfer({ link: "auto", up: 1, down: RING_OCTETS });
  const before = openDescriptors();
  try {
    const onReceived = (octets: number): void => {
      if (octets > 1.3e7) throw new Error("enough");
    };
    await assertRejects(
      () => transfer({ link: "auto", up: 1, down: RING_OCTETS, onReceived }),
      Error,
      "enough",
    );
  } finally {
    switchOffloads("lo", "on", offloads);
  }
  // Calls on other threads end in their own time.
  using patience = new PollSet();
  for (let i = 0; i < 1_000 && openDescriptors() > before + 1; i++) await patience.wait(1);
  assertEquals(openDescriptors(), before + 1, "the eventfd that waits is one");
});

kernelTest("bulk data that arrives merged, or in long packets, needs no ring", async () => {
  const changes = ["packet: bulk data flow"];
  assertEquals((await transfer({ link: "auto", up: 1, down: 30e6 })).changes, changes);
  assertEquals(
    (await transfer({ link: "auto", up: 1, down: 50e6, mtu: LO_MTU })).changes,
    changes,
    "long ones",
  );
});

kernelTest('"raw" stays so, and a watched one has the segments that are on the wire', async () => {
  assertEquals((await transfer({ link: "raw", up: 1e6 })).changes, []);
  let segments = 0;
  const ignore = (): void => {};
  const observer: Observer = {
    segmentSent: () => segments++,
    segmentArrived: ignore,
    segmentDropped: ignore,
    stateChanged: ignore,
    timerFired: ignore,
    icmpArrived: ignore,
    congestionChanged: ignore,
  };
  const { changes, segmentsSent } = await transfer({ link: "raw", up: 1e6, observer });
  assertEquals(changes, []);
  assertEquals(segments, segmentsSent);
  assert(segments > 1e6 / 1_460, `${segments} segments`);
});

/**
 * Whether the kernel finds an established connection before it asks whether a packet may come from where it came: without
 * that, what a packet socket puts on loopback is dropped.
 */
function setEarlyDemux(on: boolean): void {
  const path = new TextEncoder().encode("/proc/sys/net/ipv4/ip_early_demux\0");
  using file = new FileDescriptor(check("open", loadLibc().open(path, O_WRONLY)));
  check("write", loadLibc().write(file.number, new TextEncoder().encode(on ? "1" : "0"), 1n));
}

kernelTest(
  "what gets nothing across is given up for good after a timeout, and nothing is lost",
  async () => {
    setEarlyDemux(false);
    try {
      const { changes, retransmitted } = await transfer({ link: "packet", up: 2e6 });
      assertEquals(changes.length, 2);
      assertMatch(changes[1] ?? "", /^raw: nothing that was sent this way was acknowledged/);
      assert(retransmitted > 0);
    } finally {
      setEarlyDemux(true);
    }
  },
);

for (const worksUntil of [3e5, 10e6]) {
  kernelTest(
    `ACKs that get nowhere after ${worksUntil} octets go by raw socket for good, and all arrives`,
    async () => {
      const onReceived = (octets: number): void => setEarlyDemux(octets < worksUntil);
      try {
        const { changes } = await transfer({ link: "packet", up: 1, down: 20e6, onReceived });
        assertEquals(changes, [
          "packet: bulk data flow",
          "raw: what was acknowledged this way keeps coming again",
        ]);
      } finally {
        setEarlyDemux(true);
      }
    },
  );
}

kernelTest("what has worked and stops to is given up after two timeouts, and nothing is lost", async () => {
  try {
    const { changes } = await transfer({
      link: "packet",
      up: 50e6,
      onProgress: (octets) => setEarlyDemux(octets < 10e6),
    });
    assertMatch(changes[1] ?? "", /^raw: what was sent this way last was not acknowledged/);
  } finally {
    setEarlyDemux(true);
  }
});

kernelTest("everything is closed with the connection", async () => {
  const before = openDescriptors();
  await transfer({ link: "packet", up: 1e5 });
  assertEquals(openDescriptors(), before);
});

Deno.test("a ring is wanted after 256 segments in a row that fit into its slots, one of the longest that do included", () => {
  const mtu = 1_500;
  const raw = { mtu, outbound: new Uint8Array() } as unknown as RawSocket;
  const end = { address: loopbackAddress(4), port: 1 };
  const flow = { destination: end.address, source: end.address };
  const { device, monitorOf } = packetLink("packet")(raw, { local: end, remote: end, flow });
  let preparations = 0;
  device.prepareRing = () => {
    preparations++;
    return Promise.resolve();
  };
  const monitor = monitorOf({ sndNxt: 0, rcvNxt: 0 } as unknown as Connection);
  const arrive = (length: number, times: number): void => {
    const segment = new Segment();
    segment.payload.length = length;
    for (let i = 0; i < times; i++) monitor.segmentArrives(segment, instant(1));
  };
  arrive(mtu, 255);
  arrive(0, 1); // says nothing
  arrive(mtu + 1, 1); // was merged
  arrive(mtu, 255);
  assertEquals(preparations, 0);
  arrive(mtu, 1);
  assertEquals(preparations, 1);
  arrive(mtu, 1_000);
  assertEquals(preparations, 1, "once");
});
