/**
 * Networks of the tests' own: network namespaces with loopback, or two of them with a cable between, gone after the test.
 *
 * @module
 */

import { must, Program, type Result, run, type StartOptions, until } from "./process.ts";

const PREFIX = "rawtcp";
let hasTidied = false;

/** Namespaces of test runs that were killed before they could clean up. */
async function removeAbandoned(): Promise<void> {
  for (const line of (await must(["ip", "netns", "list"])).split("\n")) {
    const match = /^rawtcp-(\d+)-\w+/.exec(line);
    if (match === null) continue;
    const owner = await run(["test", "-d", `/proc/${match[1]}`]);
    if (owner.code !== 0) await remove(match[0]);
  }
}

/** Ends every process in the namespace and removes it. */
async function remove(name: string): Promise<void> {
  const pids = (await run(["ip", "netns", "pids", name])).out.split("\n").filter(Boolean);
  if (pids.length > 0) await run(["kill", "-9", ...pids]);
  await run(["ip", "netns", "delete", name]);
}

/** One network namespace with `lo` up. */
export class Network implements AsyncDisposable {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Makes one. Needs root. */
  static async create(): Promise<Network> {
    if (!hasTidied) await removeAbandoned();
    hasTidied = true;
    // Each test file counts for itself, in one process: what one has left must not be in another's way.
    const network = new Network(`${PREFIX}-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`);
    await must(["ip", "netns", "add", network.name]);
    await must(["ip", "-n", network.name, "link", "set", "lo", "up"]);
    return network;
  }

  /** The command, to run inside. */
  inside(command: readonly string[]): readonly string[] {
    return ["ip", "netns", "exec", this.name, ...command];
  }

  /** Starts a program inside. */
  start(command: readonly string[], options: StartOptions = {}): Program {
    return new Program(this.inside(command), options);
  }

  /** Runs a program inside to its end. */
  async run(command: readonly string[], options: StartOptions = {}): Promise<Result> {
    return await run(this.inside(command), options);
  }

  /** Runs a program inside that must succeed. @returns its standard output */
  async must(command: readonly string[], options: StartOptions = {}): Promise<string> {
    return await must(this.inside(command), options);
  }

  /**
   * Drops the first packets that arrive for `port` and match, silently.
   *
   * @param match an nftables expression, such as `tcp flags syn`
   * @param times how many are dropped; `always` for all
   */
  async drop(port: number, match: string, times: number | "always"): Promise<void> {
    const limit = times === "always" ? "" : `limit rate 1/day burst ${times} packets`;
    const chain = "type filter hook input priority 0; policy accept;";
    const table =
      `table ip rawtcp_test { chain input { ${chain} tcp dport ${port} ${match} ${limit} counter drop; }; }`;
    await this.must(["nft", "-f", "-"], { input: `${table}\n` });
  }

  /** How many packets `drop` has dropped. */
  async dropped(): Promise<number> {
    const rules = await this.must(["nft", "list", "ruleset"]);
    return Number(/counter packets (\d+)/.exec(rules)?.[1] ?? 0);
  }

  /** Waits until somebody listens on the port. */
  async listens(port: number): Promise<void> {
    await until(
      `a listener on port ${port}`,
      async () => (await this.sockets("-ltn")).some((s) => s.port === port),
    );
  }

  /** The kernel's TCP sockets, as `ss` lists them with these options. */
  async sockets(options: string): Promise<readonly { readonly state: string; readonly port: number }[]> {
    const lines = (await this.must(["ss", "-H", options])).split("\n").filter(Boolean);
    return lines.map((line) => {
      const [state = "", , , local = ""] = line.split(/\s+/);
      return { state, port: Number(local.slice(local.lastIndexOf(":") + 1)) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await remove(this.name);
  }
}

/** Two namespaces and a cable: 192.0.2.1 and 2001:db8::1 at the one end, .2 and ::2 at the other, MTU 1500. */
export class Pair implements AsyncDisposable {
  readonly near: Network;
  readonly far: Network;

  private constructor(near: Network, far: Network) {
    this.near = near;
    this.far = far;
  }

  static readonly nearAddress = "192.0.2.1";
  static readonly farAddress = "192.0.2.2";

  /** Makes both ends. Needs root. */
  static async create(): Promise<Pair> {
    const pair = new Pair(await Network.create(), await Network.create());
    try {
      await pair.#connect();
      return pair;
    } catch (error) {
      await pair[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #connect(): Promise<void> {
    const [near, far] = [this.near.name, this.far.name];
    const ends = [[near, 1], [far, 2]] as const;
    await must([
      "ip",
      "-n",
      near,
      "link",
      "add",
      "cable",
      "type",
      "veth",
      "peer",
      "name",
      "cable",
      "netns",
      far,
    ]);
    for (const [name, host] of ends) {
      await must(["ip", "-n", name, "address", "add", `192.0.2.${host}/24`, "dev", "cable"]);
      await must(["ip", "-n", name, "address", "add", `2001:db8::${host}/64`, "dev", "cable", "nodad"]);
      await must(["ip", "-n", name, "link", "set", "cable", "up"]);
    }
    for (const [name] of ends) {
      const up = async (): Promise<boolean> =>
        (await must(["ip", "-n", name, "link", "show", "cable"])).includes(" UP ");
      await until("the cable to be up", up);
    }
  }

  /** Tells the near end the far end's hardware address: else the kernel holds the first packet back until it has asked. */
  async introduce(): Promise<void> {
    const [link] = JSON.parse(await must(["ip", "-n", this.far.name, "-j", "link", "show", "cable"]));
    for (const address of [Pair.farAddress, "2001:db8::2"]) {
      const entry = [address, "lladdr", link.address, "dev", "cable"];
      await must(["ip", "-n", this.near.name, "neighbour", "replace", ...entry]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.near[Symbol.asyncDispose]();
    await this.far[Symbol.asyncDispose]();
  }
}
