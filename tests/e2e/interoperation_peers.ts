/**
 * Servers that nobody here wrote, each with a request and what must come back: started in a network of the test's own, on
 * IPv4 and IPv6.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Network } from "./network.ts";
import { must, type Program, run } from "./process.ts";

/** A kind of server. */
export interface Peer {
  readonly name: string;
  /** Programs without which it is left out. */
  readonly needs: readonly string[];
  readonly port: number;
  /** Whether our FIN follows the request; otherwise the server closes first. */
  readonly sendsFin: boolean;
  /** Starts it; what it serves and says is in the folder. */
  start(network: Network, folder: string): Promise<Program>;
  /** What is sent. */
  request(): Uint8Array<ArrayBuffer>;
  /** Whether what came is what had to come, octet for octet where that is known. */
  check(answer: Uint8Array, folder: string): Promise<void>;
}

const PAGE = "page";
const MEBI = 1 << 20;
const COMMANDS = 10_000;

function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function textOf(octets: Uint8Array): string {
  return new TextDecoder("latin1").decode(octets);
}

/** Octets of which no two pieces are alike, the same every time. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(length / 4);
  let state = 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer);
}

async function writePage(folder: string, octets: number): Promise<void> {
  await Deno.chmod(folder, 0o755);
  await Deno.writeFile(`${folder}/${PAGE}`, noise(octets));
}

const GET: Pick<Peer, "request" | "check" | "sendsFin"> = {
  sendsFin: false,
  request: () => octetsOf(`GET /${PAGE} HTTP/1.0\r\nHost: test\r\n\r\n`),
  check: async (answer, folder) => {
    const page = await Deno.readFile(`${folder}/${PAGE}`);
    const head = answer.subarray(0, answer.length - page.length);
    assertStringIncludes(textOf(head.subarray(0, 20)), " 200 OK");
    assert(textOf(head).endsWith("\r\n\r\n"), "the head of the answer, and nothing after it");
    assertSame(answer.subarray(head.length), page);
  },
};

function assertSame(got: Uint8Array, wanted: Uint8Array): void {
  assertEquals(got.length, wanted.length);
  for (let i = 0; i < wanted.length; i++) if (got[i] !== wanted[i]) throw new Error(`Octet ${i} is another`);
}

const nginx: Peer = {
  ...GET,
  name: "nginx: a page of 100 MB",
  needs: ["nginx"],
  port: 8080,
  start: async (network, folder) => {
    await writePage(folder, 100 * MEBI);
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
      `${name}_temp_path ${folder}/${name};`
    ).join(" ");
    const config = `user root; daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
      http { access_log off; ${paths} server { listen 127.0.0.1:8080; listen [::1]:8080; root ${folder}; } }\n`;
    await Deno.writeTextFile(`${folder}/nginx.conf`, config);
    return network.start(["nginx", "-p", folder, "-c", `${folder}/nginx.conf`]);
  },
};

const redis: Peer = {
  name: "redis: 10,000 pipelined commands",
  needs: ["redis-server"],
  port: 6379,
  sendsFin: false,
  start: (network, folder) => {
    const bind = ["--bind", "127.0.0.1", "::1", "--port", "6379", "--dir", folder, "--save", ""];
    return Promise.resolve(network.start(["redis-server", ...bind]));
  },
  request: () => octetsOf(`DEL counter\r\n${"INCR counter\r\n".repeat(COMMANDS)}QUIT\r\n`),
  check: (answer) => {
    const numbers = Array.from({ length: COMMANDS }, (_, i) => `:${i + 1}\r\n`).join("");
    const [, first = ""] = /^:([01])\r\n/.exec(textOf(answer)) ?? [];
    assertSame(answer, octetsOf(`:${first}\r\n${numbers}+OK\r\n`));
    return Promise.resolve();
  },
};

const ssh: Peer = {
  name: "OpenSSH: banner and offer of keys",
  needs: ["/usr/sbin/sshd", "ssh-keygen"],
  port: 2222,
  sendsFin: true,
  start: async (network, folder) => {
    await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", `${folder}/key`]);
    await Deno.mkdir("/run/sshd", { recursive: true });
    const addresses = ["ListenAddress=127.0.0.1", "ListenAddress=::1", `PidFile=${folder}/pid`];
    const options = addresses.flatMap((option) => ["-o", option]);
    return network.start([
      "/usr/sbin/sshd",
      "-D",
      "-e",
      "-f",
      "/dev/null",
      "-h",
      `${folder}/key`,
      "-p",
      "2222",
      ...options,
    ]);
  },
  request: () => octetsOf("SSH-2.0-rawtcp\r\n"),
  check: (answer) => {
    const text = textOf(answer);
    const [banner = ""] = /^SSH-2\.0-OpenSSH_[^\r]*\r\n/.exec(text) ?? [];
    assert(banner !== "", text.slice(0, 80));
    // RFC 4253 6, 7.1: length of the packet, padding, SSH_MSG_KEXINIT, 16 octets, lists of names.
    const packet = new DataView(answer.slice(banner.length).buffer);
    assertEquals(packet.getUint8(5), 20);
    assert(packet.byteLength >= packet.getUint32(0) + 4, "the packet is whole");
    assertStringIncludes(text, "curve25519-sha256");
    return Promise.resolve();
  },
};

const python: Peer = {
  ...GET,
  name: "Python's http.server: 5 MB",
  needs: ["python3"],
  port: 8000,
  start: async (network, folder) => {
    await writePage(folder, 5 * MEBI);
    return network.start(["python3", "-m", "http.server", "8000", "--bind", "::", "--directory", folder]);
  },
};

const NODE_SERVER = `
  const http = require("http"), fs = require("fs");
  http.createServer((request, response) => fs.createReadStream(process.argv[1] + request.url).pipe(response))
    .listen(8001, "::");`;

const node: Peer = {
  ...GET,
  name: "Node's http: 5 MB",
  needs: ["node"],
  port: 8001,
  start: async (network, folder) => {
    await writePage(folder, 5 * MEBI);
    return network.start(["node", "-e", NODE_SERVER, folder]);
  },
};

const ECHOED = 5 * MEBI;

const socat: Peer = {
  name: "socat: 5 MB there and back",
  needs: ["socat"],
  port: 7000,
  sendsFin: true,
  start: (network) =>
    Promise.resolve(
      network.start(["socat", "-t", "10", "TCP6-LISTEN:7000,ipv6only=0,fork,reuseaddr", "EXEC:cat"]),
    ),
  request: () => noise(ECHOED),
  check: (answer) => Promise.resolve(assertSame(answer, noise(ECHOED))),
};

/** Where Debian has the programs of the newest PostgreSQL. */
async function postgresPrograms(): Promise<string> {
  const { out } = await run([
    "bash",
    "-c",
    "ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1",
  ]);
  return out.trim();
}

const POSTGRES = await postgresPrograms();

/** A message of PostgreSQL's protocol 3: a letter, none in the first one, and the length with itself. */
function message(letter: string, body: string): string {
  const length = body.length + 4;
  return `${letter}\0\0${String.fromCharCode(length >> 8, length & 0xff)}${body}`;
}

const postgres: Peer = {
  name: "PostgreSQL: start-up, a query, and the end",
  needs: [POSTGRES === "" ? "postgres" : `${POSTGRES}/postgres`],
  port: 5432,
  sendsFin: false,
  start: async (network, folder) => {
    await must(["chown", "postgres", folder]);
    const asPostgres = [
      "setpriv",
      "--reuid",
      "postgres",
      "--regid",
      "postgres",
      "--init-groups",
      "env",
      "LC_ALL=C",
    ];
    await must([...asPostgres, `${POSTGRES}/initdb`, "-D", `${folder}/data`, "-A", "trust", "-N"], {
      cwd: folder,
    });
    const options = ["-D", `${folder}/data`, "-h", "127.0.0.1,::1", "-p", "5432", "-k", folder, "-F"];
    return network.start([...asPostgres, `${POSTGRES}/postgres`, ...options], { cwd: folder });
  },
  request: () =>
    octetsOf(
      message("", "\0\x03\0\0user\0postgres\0database\0postgres\0\0") + message("Q", "select 6 * 7\0") +
        message("X", ""),
    ),
  check: (answer) => {
    const text = textOf(answer);
    assert(text.startsWith(message("R", "\0\0\0\0")), "AuthenticationOk");
    assertStringIncludes(text, "client_encoding\0");
    assert(
      text.endsWith(message("D", "\0\x01\0\0\0\x0242") + message("C", "SELECT 1\0") + message("Z", "I")),
      text,
    );
    return Promise.resolve();
  },
};

/** All of them. */
export const PEERS: readonly Peer[] = [nginx, redis, ssh, python, node, socat, postgres];
