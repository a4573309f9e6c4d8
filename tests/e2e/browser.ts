/**
 * A headless Chromium that a test looks at a page with, through its DevTools protocol.
 *
 * @module
 */

import { Program, run } from "./process.ts";

/** Names under which Chromium is installed. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
  "--window-size=1300,1000",
];

/** The path of an installed Chromium; null when there is none. */
export async function findBrowser(): Promise<string | null> {
  for (const name of NAMES) {
    const { code, out } = await run(["which", name]);
    if (code === 0) return out.trim();
  }
  return null;
}

/** How often a page is asked whether it is ready, every 10 ms: for long on a busy machine. */
const MOST_TURNS = 9_000;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly [name: string]: unknown };
  readonly result?: { readonly [name: string]: unknown };
}

/** How large the page is, CSS pixels, and in which theme. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
}

/** One page in a browser of its own. */
export class Page implements AsyncDisposable {
  /** Errors, warnings and exceptions of the page. */
  readonly problems: string[] = [];
  /** Addresses that the page, or the browser for it, asked for. */
  readonly requests: string[] = [];
  readonly #browser: Program;
  readonly #socket: WebSocket;
  readonly #profile: string;
  readonly #answers = new Map<number, (message: Message) => void>();
  #count = 0;

  private constructor(browser: Program, socket: WebSocket, profile: string) {
    this.#browser = browser;
    this.#socket = socket;
    this.#profile = profile;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)) as Message);
  }

  /** Starts the browser with an empty page. */
  static async open(browserPath: string): Promise<Page> {
    const profile = await Deno.makeTempDir({ prefix: "rawtcp-browser-" });
    const browser = new Program([browserPath, ...FLAGS, `--user-data-dir=${profile}`, "about:blank"]);
    const said = await browser.shows(/DevTools listening on ws:\/\/\S+/);
    const port = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json() as Record<string, string>[];
    const target = targets.find(({ type }) => type === "page")?.["webSocketDebuggerUrl"];
    if (target === undefined) throw new Error("The browser has no page");
    const socket = new WebSocket(target);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const page = new Page(browser, socket, profile);
    for (const domain of ["Runtime", "Log", "Network", "Page"]) await page.send(`${domain}.enable`);
    return page;
  }

  /** Shows a page and waits until it says that it is ready. @returns milliseconds until then */
  async show(url: string): Promise<number> {
    this.requests.length = 0;
    const start = performance.now();
    await this.send("Page.navigate", { url });
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const ready = await this.evaluate("document.documentElement?.dataset.ready ?? ''");
      if (ready === "yes") return performance.now() - start;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`The page does not become ready: ${this.problems.join("; ")}`);
  }

  /** The value of an expression, or of its promise, in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    }) as { result?: { value?: unknown } };
    return result?.value;
  }

  /** The size that the page has from now on, CSS pixels, and its theme. */
  async look({ width, height, dark = false }: Look): Promise<void> {
    await this.send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const value = dark ? "dark" : "light";
    await this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
  }

  /** Presses a key where the focus is. */
  async press(key: string): Promise<void> {
    const code = key === "Tab" ? { code: "Tab", windowsVirtualKeyCode: 9 } : {};
    for (const type of ["keyDown", "keyUp"]) {
      await this.send("Input.dispatchKeyEvent", { type, key, ...code });
    }
  }

  /** A PNG of what is in sight. */
  async picture(): Promise<Uint8Array> {
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    return Uint8Array.from(atob(String(data)), (character) => character.charCodeAt(0));
  }

  /** Calls a method of the protocol. */
  async send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#count;
    const answer = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return (await answer).result ?? {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.close();
    await closed;
    await this.#browser[Symbol.asyncDispose]();
    await Deno.remove(this.#profile, { recursive: true }).catch(() => {});
  }

  #hear(message: Message): void {
    if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
      return;
    }
    const { method, params = {} } = message;
    if (method === "Network.requestWillBeSent") {
      this.requests.push((params["request"] as { url: string }).url);
    } else if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded") {
      this.problems.push(JSON.stringify(params));
    } else if (method === "Runtime.consoleAPICalled" && params["type"] !== "log") {
      this.problems.push(JSON.stringify(params["args"]));
    }
  }
}
