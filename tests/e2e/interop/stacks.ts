/**
 * Other people's TCPs to talk to, in networks of the tests' own: three namespaces, `client` (10.0.2.100, fd00:2::100), `bridge`
 * to which the stack attaches its TAP device (10.0.2.2, fd00:2::2), and `host`, to which slirp4netns and pasta relay.
 *
 * @module
 */

import { Network } from "../network.ts";
import { must, pause, type Program, run } from "../process.ts";

/** Where the client is. */
export const CLIENT = "10.0.2.100";
export const CLIENT6 = "fd00:2::100";

/** Where the stack is; libslirp's IPv6 address is its own. */
export const STACK = "10.0.2.2";
export const STACK6 = "fd00:2::2";
export const SLIRP6 = "fd00::2";

const FOLDER = new URL("./", import.meta.url).pathname;

/** Milliseconds; gVisor compiled for the first time takes a minute or two. */
const COMPILER_PATIENCE = 400_000;

/** Milliseconds for one transfer. */
export const TRANSFER_PATIENCE = 120_000;

/** Milliseconds after which a relay has set its device up: attached sooner, pasta never answers. */
const RELAY_START = 1_000;

/** Somebody's TCP. */
export interface Stack {
  readonly name: string;
  readonly package: string;
  readonly address6: string;
  /** Whether it can also be the client of a server of ours. */
  readonly isWhole: boolean;
  /** Commands without which it cannot be used. */
  readonly commands: readonly string[];
  /** Files without which it cannot be compiled. */
  readonly files: readonly string[];
  /**
   * Whether it is only asked for what it can do with the kernel's TCP too. Pasta of March 2023 hangs after some connections, in
   * those that the client half-closes, and where nobody listens, and with loss it gives up in the middle.
   */
  readonly isFragile: boolean;
  /** Octets that it sends within a minute or so with 5 % lost; luck decides. */
  readonly octetsThroughLoss: number;
  /** Makes its program in the folder. */
  readonly compile: ((program: string) => Promise<void>) | null;
}

async function compiled(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, err } = await run(command, { cwd: FOLDER, env }, COMPILER_PATIENCE);
  if (code !== 0) throw new Error(`${command.join(" ")}:\n${err}`);
}

/** All of them; what is not installed is left out by whoever asks. */
export const STACKS: readonly Stack[] = [
  {
    name: "lwIP",
    package: "liblwip-dev",
    address6: STACK6,
    isWhole: true,
    isFragile: false,
    commands: ["gcc"],
    files: ["/usr/include/lwip/lwip/tcpip.h"],
    octetsThroughLoss: 2_000_000,
    compile: (program) =>
      compiled(["gcc", "-I/usr/include/lwip", "-O2", "-o", program, "lwip_peer.c", "-llwip", "-lpthread"]),
  },
  {
    name: "gVisor",
    package: "golang-gvisor-gvisor-dev",
    address6: STACK6,
    isWhole: true,
    isFragile: false,
    commands: ["go"],
    files: ["/usr/share/gocode/src/gvisor.dev/gvisor/pkg/tcpip/stack/stack.go"],
    octetsThroughLoss: 2_000_000,
    compile: (program) =>
      compiled(["go", "build", "-o", program, "gvisor_peer.go"], {
        GO111MODULE: "off",
        GOPATH: "/usr/share/gocode",
      }),
  },
  {
    name: "libslirp",
    package: "slirp4netns",
    address6: SLIRP6,
    isWhole: false,
    commands: ["slirp4netns", "python3"],
    files: [],
    isFragile: false,
    octetsThroughLoss: 500_000,
    compile: null,
  },
  {
    name: "pasta",
    package: "passt",
    address6: STACK6,
    isWhole: false,
    commands: ["pasta", "python3"],
    files: [],
    isFragile: true,
    octetsThroughLoss: 2_000_000,
    compile: null,
  },
];

/** Why the stack cannot be used here, in words; null: it can. */
export async function missing({ commands, files, package: name }: Stack): Promise<string | null> {
  for (const command of [...commands, "ethtool"]) {
    if ((await run(["bash", "-c", `command -v ${command}`])).code !== 0) return `${command} is not installed`;
  }
  for (const file of files) {
    if ((await run(["test", "-e", file])).code !== 0) return `package ${name} is not installed`;
  }
  return null;
}

/** The networks, and the stack in them. */
export class StackNetwork implements AsyncDisposable {
  readonly client: Network;
  readonly #bridge: Network;
  readonly #host: Network;
  readonly #stack: Stack | null;
  readonly #folder: string;
  #running: Program[] = [];
  /** What serves, and how many octets its port 19 sends. */
  #serving: readonly [Program, octets: number] | null = null;

  private constructor(stack: Stack | null, networks: readonly [Network, Network, Network], folder: string) {
    this.#stack = stack;
    [this.client, this.#bridge, this.#host] = networks;
    this.#folder = folder;
  }

  /** Makes networks and program; nothing runs yet. Null: the program is somebody else's, see `atBridge`. Needs root. */
  static async create(stack: Stack | null): Promise<StackNetwork> {
    const folder = await Deno.makeTempDir({ prefix: "rawtcp-interop-" });
    const networks = [await Network.create(), await Network.create(), await Network.create()] as const;
    const made = new StackNetwork(stack, networks, folder);
    try {
      await stack?.compile?.(made.#program);
      await made.#join();
      return made;
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
  }

  get #program(): string {
    return `${this.#folder}/peer`;
  }

  async #join(): Promise<void> {
    const [c, r, h] = [this.client.name, this.#bridge.name, this.#host.name];
    // What is lost is one segment, not 64 KiB of them: no offloads. Pasta sends to whoever was last heard on its TAP device, be it
    // `::` that asks whether an address is free: nobody but the client has or asks for addresses there.
    const script = `set -e
      ip netns exec ${r} sysctl -w net.ipv6.conf.default.disable_ipv6=1
      ip netns exec ${c} sysctl -w net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.accept_ra=0
      ip -n ${c} link add c0 type veth peer name r0 netns ${r}
      ip -n ${c} addr add ${CLIENT}/24 dev c0; ip -n ${c} addr add ${CLIENT6}/64 dev c0 nodad
      ip -n ${c} addr add fd00::100/64 dev c0 nodad
      ip -n ${c} link set c0 up; ip -n ${c} route add default via ${STACK}
      ip -n ${r} link add br0 type bridge; ip -n ${r} link set br0 up; ip -n ${r} link set r0 master br0 up
      ip netns exec ${c} ethtool -K c0 tso off gso off gro off tx off
      ip netns exec ${r} ethtool -K r0 tso off gso off gro off tx off
      ip -n ${r} tuntap add dev tap0 mode tap; ip -n ${r} link set tap0 master br0 up
      ip -n ${h} link add d0 type bridge; ip -n ${h} addr add 10.0.9.1/24 dev d0
      ip -n ${h} addr add fd00:9::1/64 dev d0 nodad
      ip -n ${h} link set d0 up; ip -n ${h} route add default via 10.0.9.2
      ip -n ${h} -6 route add default via fd00:9::2 dev d0`;
    await must(["bash", "-c", `{ ${script}; } > /dev/null 2>&1`]);
  }

  /** The command, to run where the TAP device is. */
  atBridge(command: readonly string[]): readonly string[] {
    return this.#bridge.inside(command);
  }

  /** Drops so many segments of a hundred, each way. */
  async lose(percent: number): Promise<void> {
    const drop = `numgen random mod 1000 < ${percent * 10} drop`;
    const rules = percent === 0 ? "" : `table bridge t { chain f { type filter hook forward priority 0;
      ip protocol tcp ${drop}; ip6 nexthdr tcp ${drop}; }; }`;
    await this.#bridge.must(["nft", "-f", "-"], { input: `flush ruleset\n${rules}\n` });
  }

  /**
   * Has the stack be a server whose port 19 sends so many octets: the one that runs, or a new one, as always if it is fragile.
   *
   * @returns what prints a line for each connection
   */
  async serve(octets: number): Promise<Program> {
    if (this.#serving?.[1] === octets && !this.#stack?.isFragile) return this.#serving[0];
    await this.stop();
    const server = await this.#start(octets);
    this.#serving = [server, octets];
    return server;
  }

  async #start(octets: number): Promise<Program> {
    const { name = "", compile = null } = this.#stack ?? {};
    if (compile !== null) {
      return await this.#ready(
        this.#bridge.start([this.#program, "serve", "tap0", STACK, STACK6, `${octets}`]),
      );
    }
    await this.#bridge.run(["ip", "link", "del", "tap0"]);
    const server = await this.#ready(
      this.#host.start(["python3", `${FOLDER}kernel_peer.py`, "serve", `${octets}`]),
    );
    const path = `/run/netns/${this.#bridge.name}`;
    const relay = name === "libslirp"
      ? ["slirp4netns", "--enable-ipv6", "--netns-type=path", "--mtu=1500", path, "tap0"]
      : `pasta -f -q -I tap0 -m 1500 -a ${CLIENT} -n 24 -g ${STACK} -a ${CLIENT6} -g ${STACK6} -i d0 --runas 0 -t none -u none -T none -U none --netns ${path}`
        .split(" ");
    this.#running.push(this.#host.start(relay));
    await pause(RELAY_START);
    for (let tries = 0; tries < 50; tries++) {
      if ((await this.#bridge.run(["ip", "link", "set", "tap0", "master", "br0", "up"])).code === 0) break;
      await pause(100);
    }
    await pause(300);
    return server;
  }

  /** Runs the stack as client of a server at one of the client's addresses. @returns what has printed a line for each connection */
  async call(mode: string, host: string, port: number, octets: number): Promise<Program> {
    const program = this.#bridge.start([
      this.#program,
      ...[mode, "tap0", STACK, STACK6, host, `${port}`, `${octets}`],
    ]);
    await program.shows("all done", TRANSFER_PATIENCE);
    return program;
  }

  /** Ends the stack. */
  async stop(): Promise<void> {
    for (const program of this.#running) await program[Symbol.asyncDispose]();
    this.#running = [];
    this.#serving = null;
  }

  async #ready(program: Program): Promise<Program> {
    this.#running.push(program);
    await program.shows("ready");
    return program;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const network of [this.client, this.#bridge, this.#host]) await network[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
