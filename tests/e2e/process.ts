/**
 * Programs that a test starts: their output as it comes, their end within a bound, and no survivors.
 *
 * @module
 */

/** Longest that a test waits for anything of which it is not said otherwise, milliseconds: long on a busy machine. */
export const PATIENCE = 90_000;

/** How a program ended and what it wrote. */
export interface Result {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly out: string;
  readonly err: string;
}

/** How to start a program. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to its standard input, which then ends. @default nothing */
  readonly input?: string;
}

/** A running program. Whatever is still running when its block ends is killed. */
export class Program implements AsyncDisposable {
  readonly pid: number;
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #finished: Promise<Result>;
  readonly #arrivals = new Set<() => void>();
  #out = "";
  #err = "";
  #ended = false;

  /** Starts `command`, its first word the program. */
  constructor(command: readonly string[], options: StartOptions = {}) {
    const [program = "", ...args] = command;
    this.#name = command.join(" ");
    this.#child = new Deno.Command(program, {
      args,
      stdin: options.input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      ...(options.env === undefined ? {} : { env: { ...options.env } }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    }).spawn();
    this.pid = this.#child.pid;
    this.#finished = this.#follow(options.input);
  }

  /** What it has written to standard output so far. */
  get out(): string {
    return this.#out;
  }

  /** What it has written to standard error so far. */
  get err(): string {
    return this.#err;
  }

  /** Waits until its output has what is looked for. @returns what was found */
  async shows(pattern: RegExp | string, patience: number = PATIENCE): Promise<string> {
    const find = (): string | undefined => {
      for (const text of [this.#out, this.#err]) {
        if (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text)) return text;
      }
      return undefined;
    };
    const limit = performance.now() + patience;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`${this.#name} ended without showing ${pattern}${this.#story()}`);
      const left = limit - performance.now();
      if (left <= 0) throw new Error(`${this.#name} did not show ${pattern} in time${this.#story()}`);
      await this.#news(left);
    }
  }

  /** Waits for its end. @throws Error when it takes longer than `patience` */
  async ended(patience: number = PATIENCE): Promise<Result> {
    const late = Symbol();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const alarm = new Promise<typeof late>((resolve) => {
      timer = setTimeout(() => resolve(late), patience);
    });
    const result = await Promise.race([this.#finished, alarm]);
    clearTimeout(timer);
    if (result === late) throw new Error(`${this.#name} did not end within ${patience} ms${this.#story()}`);
    return result;
  }

  /** Sends a signal; nothing happens when it has ended. */
  kill(signal: Deno.Signal): void {
    if (this.#ended) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended, and we have not heard of it yet.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Sends SIGINT and waits for the end. */
  async stop(): Promise<Result> {
    this.kill("SIGINT");
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.#finished;
  }

  async #follow(input: string | undefined): Promise<Result> {
    const feed = async (): Promise<void> => {
      if (input === undefined) return;
      const writer = this.#child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(input)).catch(() => {}); // it may have ended already
      await writer.close().catch(() => {});
    };
    const collect = async (
      stream: ReadableStream<Uint8Array>,
      keep: (text: string) => void,
    ): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const piece of stream) {
        keep(decoder.decode(piece, { stream: true }));
        this.#wakeAll();
      }
    };
    const [status] = await Promise.all([
      this.#child.status,
      collect(this.#child.stdout, (text) => this.#out += text),
      collect(this.#child.stderr, (text) => this.#err += text),
      feed(),
    ]);
    this.#ended = true;
    this.#wakeAll();
    return { code: status.code, signal: status.signal, out: this.#out, err: this.#err };
  }

  /** Waits for the next output or the end, for at most this long. */
  async #news(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => arrival(), milliseconds);
      const arrival = (): void => {
        clearTimeout(timer);
        this.#arrivals.delete(arrival);
        resolve();
      };
      this.#arrivals.add(arrival);
    });
  }

  #wakeAll(): void {
    for (const arrival of [...this.#arrivals]) arrival();
  }

  #story(): string {
    return `\n--- its output\n${this.#out}--- its errors\n${this.#err}---`;
  }
}

/** Runs a program to its end. */
export async function run(
  command: readonly string[],
  options: StartOptions = {},
  patience: number = PATIENCE,
): Promise<Result> {
  await using program = new Program(command, options);
  return await program.ended(patience);
}

/** Runs a program that must succeed. @returns its standard output */
export async function must(
  command: readonly string[],
  options: StartOptions = {},
  patience: number = PATIENCE,
): Promise<string> {
  const { code, out, err } = await run(command, options, patience);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}\n${out}${err}`);
  return out;
}

/** What the client says on standard error, but that an answer was late, as on a busy machine, and something sent again. */
export function complaints(err: string): string {
  return err.replaceAll(/^\[!\] No acknowledgement for .*: sending .*\n/gm, "");
}

/** Waits for a moment. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until the condition holds. @throws Error naming `what` when it takes too long */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  patience: number = PATIENCE,
): Promise<void> {
  const limit = performance.now() + patience;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`Waited in vain for this: ${what}`);
    await pause(20);
  }
}
