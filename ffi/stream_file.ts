/**
 * Standard input and output, pipes and files, read and written without ever waiting.
 *
 * @module
 */

import { O_CLOEXEC, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_WRONLY, POLLIN, POLLOUT } from "./constants.ts";
import { check, SystemError, wouldWait } from "./errno.ts";
import { FileDescriptor } from "./file_descriptor.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { outliveFileLimit } from "./signals.ts";
import { cString } from "./sockaddr.ts";

/** What a descriptor or a path stands for. */
export type FileKind =
  | "absent"
  | "file"
  | "pipe"
  | "socket"
  | "terminal"
  /** `/dev/null`. */
  | "null device"
  | "device"
  | "folder";

// <linux/stat.h>: AT_FDCWD, AT_EMPTY_PATH, STATX_TYPE, struct statx
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const STATX_TYPE = 1;
const STATX_INO = 0x100;
const STATX_LENGTH = 256;
const MODE_OFFSET = 28;
const INODE_OFFSET = 32;
const DEVICE_MAJOR_OFFSET = 128;
const DEVICE_MINOR_OFFSET = 132;

// <sys/stat.h>
const S_IFMT = 0o170000;
const KINDS: ReadonlyMap<number, FileKind> = new Map([
  [0o010000, "pipe"],
  [0o040000, "folder"],
  [0o060000, "device"],
  [0o100000, "file"],
  [0o140000, "socket"],
]);

// Linux Documentation/admin-guide/devices.txt
const NULL_DEVICE = [1, 3] as const;
const TERMINAL_MAJORS: readonly number[] = [4, 5, ...Array.from({ length: 8 }, (_, i) => 136 + i)];

/** What a pipe takes without waiting once it is writable: PIPE_BUF of <linux/limits.h>. */
const PIPE_PIECE = 4_096;

/** Octets of one write to a descriptor that does not wait by itself. */
const LARGE_PIECE = 1 << 18;

const EMPTY_PATH = cString("");

/** The number that tells files apart, links followed: of a namespace, its own. @throws SystemError EACCES, ENOENT */
export function fileNumber(path: string): bigint {
  const status = new Uint8Array(STATX_LENGTH);
  check("statx", loadLibc().statx(AT_FDCWD, cString(path), 0, STATX_INO, status), () => path);
  return new DataView(status.buffer).getBigUint64(INODE_OFFSET, true);
}

/** What stands behind a path, links followed, or an open descriptor. @throws SystemError EACCES */
export function fileKind(subject: string | number): FileKind {
  const isPath = typeof subject === "string";
  const status = new Uint8Array(STATX_LENGTH);
  const [folder, path, flags] = isPath
    ? [AT_FDCWD, cString(subject), 0] as const
    : [subject, EMPTY_PATH, AT_EMPTY_PATH] as const;
  try {
    check("statx", loadLibc().statx(folder, path, flags, STATX_TYPE, status), () => String(subject));
  } catch (error) {
    if (error instanceof SystemError && ["ENOENT", "EBADF", "ENXIO", "ELOOP"].includes(error.errnoName)) {
      return "absent";
    }
    throw error;
  }
  const view = new DataView(status.buffer);
  const kind = KINDS.get(view.getUint16(MODE_OFFSET, true) & S_IFMT);
  if (kind !== undefined) return kind;
  const major = view.getUint32(DEVICE_MAJOR_OFFSET, true);
  const minor = view.getUint32(DEVICE_MINOR_OFFSET, true);
  if (major === NULL_DEVICE[0] && minor === NULL_DEVICE[1]) return "null device";
  return TERMINAL_MAJORS.includes(major) ? "terminal" : "device";
}

/** One end of a stream of octets. Nothing here waits, whoever else has the descriptor open and however. */
export class StreamFile implements Disposable {
  readonly kind: FileKind;
  readonly #libc: Libc = loadLibc();
  readonly #number: number;
  /** Null: not ours to close. */
  readonly #owned: FileDescriptor | null;
  readonly #piece: number;
  // struct pollfd, <bits/poll.h>: int fd, short events, short revents
  readonly #poll = new Uint8Array(8);
  readonly #events: Int16Array;
  readonly #pollPointer: Deno.PointerValue;

  private constructor(
    number: number,
    owned: FileDescriptor | null,
    kind: FileKind,
    piece: number,
    events: number,
  ) {
    this.#number = number;
    this.#owned = owned;
    this.kind = kind;
    this.#piece = piece;
    this.#events = new Int16Array(this.#poll.buffer, 4, 2);
    new Int32Array(this.#poll.buffer, 0, 1)[0] = number;
    this.#events[0] = events;
    this.#pollPointer = Deno.UnsafePointer.of(this.#poll);
  }

  /** The standard input of this process. */
  static input(): StreamFile {
    return new StreamFile(0, null, fileKind(0), LARGE_PIECE, POLLIN);
  }

  /** The standard output of this process (1), or its standard error (2). */
  static output(number: 1 | 2): StreamFile {
    return StreamFile.#writer(number, null);
  }

  /** Opens a path for reading; a pipe waits for its writer, on another thread. @throws SystemError */
  static async openInput(path: string): Promise<StreamFile> {
    const descriptor = await openOnPool(path, O_RDONLY);
    return new StreamFile(descriptor.number, descriptor, fileKind(descriptor.number), LARGE_PIECE, POLLIN);
  }

  /** Opens what is there for writing: a pipe (waits for its reader, on another thread) or a device. @throws SystemError */
  static async openOutput(path: string): Promise<StreamFile> {
    const descriptor = await openOnPool(path, O_WRONLY);
    return StreamFile.#writer(descriptor.number, descriptor);
  }

  /** For `poll`. */
  get descriptor(): number {
    return this.#number;
  }

  /** Whether a read or a write of this end would do something now. */
  get isReady(): boolean {
    return this.kind === "file" || this.#libc.poll(this.#pollPointer, 1n, 0) > 0;
  }

  /** Reads into the start of `into`. @returns octets; 0: none now; null: the end @throws SystemError */
  read(into: Uint8Array): number | null {
    if (!this.isReady) return 0;
    let octets = this.#readOnce(into);
    if (octets < 0 && !wouldWait()) octets = this.#readOnce(into); // see lastErrno
    if (octets < 0) return wouldWait() ? 0 : check("read", octets);
    return octets === 0 ? null : octets;
  }

  /** Writes octets from the start of `from`. @returns how many; 0: no room now @throws SystemError EPIPE, ENOSPC */
  write(from: Uint8Array): number {
    let written = 0;
    while (written < from.length && this.isReady) {
      const piece = from.subarray(written, written + this.#piece);
      let octets = this.#writeOnce(piece);
      if (octets < 0 && !wouldWait()) octets = this.#writeOnce(piece); // see lastErrno
      if (octets < 0 && wouldWait()) break;
      written += check("write", octets);
    }
    return written;
  }

  #readOnce(into: Uint8Array): number {
    return this.#libc.read(this.#number, into as Uint8Array<ArrayBuffer>, BigInt(into.length));
  }

  #writeOnce(from: Uint8Array): number {
    return this.#libc.write(this.#number, from as Uint8Array<ArrayBuffer>, BigInt(from.length));
  }

  [Symbol.dispose](): void {
    this.#owned?.[Symbol.dispose]();
  }

  /**
   * A pipe or terminal that others have open is opened once more, so that it can be set not to wait for us alone; where that
   * is not allowed it is written in pieces for which there is room whenever poll says so.
   */
  static #writer(number: number, owned: FileDescriptor | null): StreamFile {
    const kind = fileKind(number);
    if (kind === "file") outliveFileLimit();
    if (kind === "file" || kind === "device" || kind === "null device") {
      return new StreamFile(number, owned, kind, LARGE_PIECE, POLLOUT);
    }
    const flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    const again = loadLibc().open(cString(`/proc/self/fd/${number}`), flags);
    if (again < 0) return new StreamFile(number, owned, kind, PIPE_PIECE, POLLOUT);
    owned?.[Symbol.dispose]();
    return new StreamFile(again, new FileDescriptor(again), kind, LARGE_PIECE, POLLOUT);
  }
}

/** Opens on another thread. The number of an error is lost there: the same without waiting gives it once more. */
async function openOnPool(path: string, flags: number): Promise<FileDescriptor> {
  const name = cString(path);
  const libc = loadLibc();
  const number = await libc.openOnPool(Deno.UnsafePointer.of(name), flags | O_CLOEXEC | O_NOCTTY);
  if (number >= 0 && name.length > 0) return new FileDescriptor(number);
  return new FileDescriptor(
    check("open", libc.open(name, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), () => path),
  );
}
