/** A raw socket follows what becomes of the routing of its own network, and of no other. */

import { assertEquals } from "@std/assert";
import { followHost, type FollowingOptions, type SettledWay } from "../../driver/routes.ts";
import type { Loop } from "../../driver/loop.ts";
import { POLLIN, PollSet, setInterfaceMtu } from "../../ffi/mod.ts";
import { routeTo } from "../../ffi/route.ts";
import type { Connection } from "../../tcp/mod.ts";
import { instant } from "../../tcp/base/units.ts";
import { loopbackAddress } from "../ffi/loopback.ts";
import { PrivateNetwork } from "../ffi/private_network.ts";
import { kernelTests } from "../ffi/support.ts";

const kernelTest = kernelTests();

/** A loop of which only the watches are wanted. */
class Watches {
  readonly #ready = new Map<number, (now: ReturnType<typeof instant>) => void>();

  get count(): number {
    return this.#ready.size;
  }

  watch(descriptor: number, ready: (now: ReturnType<typeof instant>) => void): Disposable {
    this.#ready.set(descriptor, ready);
    return { [Symbol.dispose]: () => void this.#ready.delete(descriptor) };
  }

  /** What a turn of the loop does. @returns whether there was something to hear */
  turn(): boolean {
    using set = new PollSet(this.count);
    const slots = [...this.#ready].map(([descriptor, ready]) => ({
      slot: set.add(descriptor, POLLIN),
      ready,
    }));
    if (set.poll(0) === 0) return false;
    for (const { slot, ready } of slots) if (set.events(slot) !== 0) ready(instant(1));
    return true;
  }
}

/** Follows the way to this host itself, in packets of 1500 at first. */
function followed(): { loop: Watches; told: string[]; following: Disposable } {
  setInterfaceMtu("lo", 1_500);
  const address = loopbackAddress(4);
  const flow = { destination: address, source: address, destinationPort: 80, dscp: 0 };
  const way = { flow, route: routeTo(flow), steering: null } as SettledWay;
  const told: string[] = [];
  const options = {
    connection: { unackedOctets: 0, wayChanged: () => told.push("way changed") } as unknown as Connection,
    socket: { sender: { blockage: null }, steer: (index: number) => told.push(`steered to ${index}`) },
    way,
    isBound: false,
    onRemark: (text: string) => told.push(text),
    onBlockage: (reason: string | null) => told.push(`blocked: ${reason}`),
    onMtuChange: (text: string) => told.push(text),
  } as unknown as FollowingOptions;
  const loop = new Watches();
  return { loop, told, following: followHost(loop as unknown as Loop, options) };
}

kernelTest("a change of the interface's MTU is heard and told once, as what it was and is", () => {
  const { loop, told, following } = followed();
  assertEquals([loop.turn(), told], [false, []]);
  setInterfaceMtu("lo", 1_300);
  setInterfaceMtu("lo", 1_500);
  assertEquals([loop.turn(), told], [true, []], "it is as it was");
  setInterfaceMtu("lo", 1_400);
  assertEquals(loop.turn(), true);
  assertEquals(told, [
    "The interface or the route takes packets of up to 1400 bytes now, 1500 before" +
    "; longer ones of the peer's may not come in",
  ]);
  assertEquals(loop.turn(), false, "what was heard is forgotten");
  setInterfaceMtu("lo", 1_500);
  loop.turn();
  assertEquals(told[1], "The interface or the route takes packets of up to 1500 bytes now, 1400 before");
  assertEquals(told.length, 2);
  following[Symbol.dispose]();
  assertEquals(loop.count, 0);
});

kernelTest("a thread that has moved to another network asks nothing there", () => {
  const { loop, told, following } = followed();
  using _following = following;
  setInterfaceMtu("lo", 1_300);
  using network = PrivateNetwork.enter();
  setInterfaceMtu("lo", 1_200);
  assertEquals([loop.turn(), told], [true, []]);
  network[Symbol.dispose]();
  setInterfaceMtu("lo", 1_500);
});
