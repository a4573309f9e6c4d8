/**
 * What the client's connection is between: where the octets come from, and where those of the peer go.
 *
 * @module
 */

import { type FileKind, fileKind, StreamFile } from "../ffi/stream_file.ts";
import type { ClientInput, Ending, TransferArguments } from "./client_transfer_arguments.ts";
import { DEFAULT_MESSAGE } from "./client_transfer_arguments.ts";
import { counted } from "./counted.ts";
import type { ObserveArguments } from "./observe_arguments.ts";
import type { LiveLimits } from "../trace/mod.ts";
import { terminalText } from "../trace/escape.ts";
import { quoted } from "./options.ts";
import {
  FileSink,
  FORGETTING,
  HashingSink,
  LateSink,
  type OctetSink,
  type PayloadFile,
  showing,
} from "./sinks.ts";
import { FileSource, type OctetSource, PatternSource, TextSource } from "./sources.ts";

/** Both ends of the client's work. */
export interface ClientEnds extends Disposable {
  readonly source: OctetSource;
  readonly sink: OctetSink;
  /** What is sent, for people; null: nothing is to be sent. */
  readonly sending: string | null;
  readonly ending: Ending;
  /** Whether it is about amounts, not about a message. */
  readonly isBulk: boolean;
  /** Who is to say what a connection's transfer has waited for; null: nobody asks. */
  readonly limits: () => LiveLimits | null;
  /** What is to be said of the peer's octets in the end. */
  readonly afterword: () => string | null;
}

/** What is sent when nothing was said of it: standard input where somebody has put something there. */
function inputByDefault(receives: boolean): ClientInput {
  const someonesInput: readonly FileKind[] = ["pipe", "socket", "file", "device"];
  if (someonesInput.includes(fileKind(0))) return { kind: "file", path: "-" };
  return receives ? { kind: "nothing" } : { kind: "message", text: DEFAULT_MESSAGE };
}

/** What is to be sent, said or not. */
export function inputOf({ input, receives }: TransferArguments): ClientInput {
  return input ?? inputByDefault(receives);
}

/**
 * Input that ends is followed by FIN. Who has nothing to say waits for the peer's; so does who asks for all that the peer has
 * by a message: web servers take our FIN for a client that has lost interest.
 */
function endingAfter({ kind }: ClientInput, receives: boolean): Ending {
  return kind === "nothing" || (kind === "message" && receives) ? "peer closed" : "delivered";
}

/** Opens both ends. `show` gets what the peer sends where it goes nowhere else. @throws ProgramFailure */
export async function openEnds(
  wanted: TransferArguments,
  { force, payload }: Pick<ObserveArguments, "force" | "payload">,
  show: (octets: Uint8Array) => void,
): Promise<ClientEnds> {
  const opened: Disposable[] = [];
  const input = inputOf(wanted);
  const { source, sending } = await openSource(input, payload, opened);
  const plain = wanted.output !== null
    ? await openSink(wanted.output, force, opened)
    : wanted.receives || wanted.hash !== null
    ? FORGETTING
    : showing(show);
  const { sink, afterword } = await hashed(plain, wanted.hash);
  const isBulk = input.kind !== "message" || wanted.receives || wanted.output !== null ||
    wanted.hash !== null;
  return {
    source,
    sink,
    sending,
    ending: wanted.ending ?? endingAfter(input, wanted.receives),
    isBulk,
    limits: await limitsOf(isBulk),
    afterword,
    [Symbol.dispose]: () => opened.forEach((file) => file[Symbol.dispose]()),
  };
}

/** Loaded only where it is asked for. */
async function limitsOf(isBulk: boolean): Promise<() => LiveLimits | null> {
  if (!isBulk) return () => null;
  const { LiveLimits } = await import("../trace/live_limits.ts");
  return () => new LiveLimits();
}

interface OpenSource {
  readonly source: OctetSource;
  readonly sending: string | null;
}

async function openSource(
  input: ClientInput,
  showsPayload: boolean,
  opened: Disposable[],
): Promise<OpenSource> {
  switch (input.kind) {
    case "nothing":
      return { source: new TextSource(new Uint8Array()), sending: null };
    case "message": {
      const octets = new TextEncoder().encode(input.text);
      return {
        source: new TextSource(octets),
        sending: showsPayload ? `data: ${terminalText(input.text)}` : counted(octets.length, "byte"),
      };
    }
    case "pattern":
      return { source: new PatternSource(input.octets), sending: counted(input.octets, "byte") };
    case "file": {
      const isStandard = input.path === "-";
      const name = isStandard ? "standard input" : quoted(input.path);
      const file = isStandard ? StreamFile.input() : await openInput(input.path);
      opened.push(file);
      return { source: new FileSource(file, name), sending: name };
    }
  }
}

async function openInput(path: string): Promise<StreamFile> {
  const { openStream } = await import("./files.ts");
  return await openStream(path, "read");
}

async function openSink(path: string, force: boolean, opened: Disposable[]): Promise<OctetSink> {
  if (path === "-") {
    const file = StreamFile.output(1);
    opened.push(file);
    return new FileSink(file, "standard output");
  }
  const { checkCanWrite, isStream, mayCheck, openRegular, openStream } = await import("./files.ts");
  const sinkOf = (file: PayloadFile): OctetSink => {
    opened.push(file);
    return new FileSink(file, quoted(path));
  };
  if (isStream(path)) return sinkOf(await openStream(path, "write"));
  if (!mayCheck(path)) return sinkOf(openRegular(path, force)); // now rather than with a failure once there is a connection
  checkCanWrite(path, force);
  return new LateSink(() => sinkOf(openRegular(path, force)));
}

/** A sink that hashes as well when an algorithm is given, and the line that tells the result. */
async function hashed(
  sink: OctetSink,
  algorithm: string | null,
): Promise<{ readonly sink: OctetSink; readonly afterword: () => string | null }> {
  if (algorithm === null) return { sink, afterword: () => null };
  const { createHash } = await import("node:crypto");
  const hash = createHash(algorithm);
  return {
    sink: new HashingSink(sink, hash),
    afterword: () => `${algorithm} of what was received: ${hash.digest("hex")}`,
  };
}
