/**
 * System calls between sockets, files and pipes: open, sendfile, pipe, splice. Of a file only its length counts: what goes
 * out of it is the stream's own octets.
 *
 * @module
 */

import type { Arguments } from "./arguments.ts";
import { UnsupportedError } from "./errors.ts";
import { type Call, type CallContext, type CallProgress, socketAt, wait } from "./calls.ts";
import { send, takeOctets } from "./calls_io.ts";
import { type CallOutcome, failed, returned } from "./socket.ts";

/** Calls between sockets, files and pipes. */
export const FILE_CALLS: Readonly<Record<string, Call>> = {
  open: openFile,
  sendfile: sendFile,
  pipe,
  splice,
};

/** Opens a file that the script's commands made. */
function openFile(context: CallContext, args: Arguments): CallOutcome {
  const path = args.at(0);
  const length = path.kind === "string" ? context.world.files.get(path.text) : undefined;
  return length === undefined ? failed("ENOENT") : { kind: "opened", descriptor: { kind: "file", length } };
}

/** `sendfile(socket, file, [offset], octets)`: as much of the file as there is. */
function sendFile(context: CallContext, args: Arguments, progress: CallProgress): CallOutcome {
  const file = context.descriptors.get(args.integer(1));
  if (file?.kind !== "file") throw new UnsupportedError(args.place, "sendfile");
  const left = Math.max(0, file.length - args.valueOf(args.pointed(2)));
  return send(context, args, progress, { octets: Math.min(left, args.integer(3)), flags: 0 });
}

/** `pipe([reader, writer])`. */
function pipe(context: CallContext, args: Arguments): CallOutcome {
  for (const end of args.list(0)) context.descriptors.set(args.valueOf(end), { kind: "pipe" });
  return returned(0);
}

/** `splice(socket, NULL, pipe, NULL, octets, flags)`: stops before the urgent octet, which is for nobody to have in line. */
function splice(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream" || context.descriptors.get(args.integer(2))?.kind !== "pipe") {
    throw new UnsupportedError(args.place, "splice");
  }
  const { connection } = socket;
  if (connection === null) return failed("ENOTCONN");
  const { urgentOctetsLeft } = connection;
  const wanted = Math.min(args.integer(4), urgentOctetsLeft > 0 ? urgentOctetsLeft - 1 : Infinity);
  if (wanted === 0) return returned(0);
  const count = takeOctets(socket, wanted, context.world.now);
  return count === 0 ? wait(socket, 0, context.world.platform) : returned(count ?? 0);
}
