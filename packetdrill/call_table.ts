/**
 * The system calls by name, with what their arguments are.
 *
 * @module
 */

import { type Call, SOCKET_CALLS } from "./calls.ts";
import { FILE_CALLS } from "./calls_files.ts";
import { TRANSFER_CALLS } from "./calls_io.ts";
import { OPTION_CALLS } from "./calls_options.ts";
import { WAITING_CALLS } from "./calls_poll.ts";

/** The calls that are supported. */
export const CALLS: Readonly<Record<string, Call>> = {
  ...SOCKET_CALLS,
  ...TRANSFER_CALLS,
  ...OPTION_CALLS,
  ...WAITING_CALLS,
  ...FILE_CALLS,
};

/** Calls of which the result is the number of a new descriptor. */
export const OPENING_CALLS: ReadonlySet<string> = new Set([
  "socket",
  "accept",
  "accept4",
  "epoll_create",
  "epoll_create1",
  "open",
]);

/** What an argument must be; all but a descriptor may be `...` as well. A reference is a number by reference, `[N]`. */
export type ArgumentKind = "descriptor" | "number" | "reference" | "list" | "anything";

/** One word for each argument, with a question mark when it may be left out. */
const SIGNATURES: Readonly<Record<string, string>> = {
  socket: "number number number",
  bind: "descriptor anything anything",
  listen: "descriptor number",
  accept: "descriptor anything anything",
  accept4: "descriptor anything anything number",
  connect: "descriptor anything anything",
  shutdown: "descriptor number",
  close: "descriptor",
  fcntl: "descriptor number number?",
  read: "descriptor anything number",
  recv: "descriptor anything number number",
  recvfrom: "descriptor anything number number anything anything",
  readv: "descriptor list number",
  recvmsg: "descriptor anything number",
  write: "descriptor anything number",
  send: "descriptor anything number number",
  sendto: "descriptor anything number number anything anything",
  writev: "descriptor list number",
  sendmsg: "descriptor anything number",
  setsockopt: "descriptor number number anything number",
  getsockopt: "descriptor number number anything reference",
  ioctl: "descriptor number anything?",
  poll: "list number number",
  epoll_create: "number",
  epoll_create1: "number",
  epoll_ctl: "descriptor number descriptor anything",
  epoll_wait: "descriptor anything number number",
  open: "anything number number?",
  sendfile: "descriptor descriptor anything number",
  pipe: "list",
  splice: "descriptor anything descriptor anything number number",
};

/** The arguments of a call that is supported, and how many of them must be there. */
export function signatureOf(
  name: string,
): { readonly kinds: readonly ArgumentKind[]; readonly least: number } {
  const words = (SIGNATURES[name] ?? "").split(" ").filter((word) => word !== "");
  const least = words.filter((word) => !word.endsWith("?")).length;
  return { kinds: words.map((word) => word.replace("?", "") as ArgumentKind), least };
}
