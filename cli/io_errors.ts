/**
 * What errors of reading and writing mean.
 *
 * @module
 */

/** Whether a write failed only because nobody reads any more. */
export function isReaderGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    (error instanceof Error && "errnoName" in error && error.errnoName === "EPIPE");
}

/** Why reading or writing failed, for people: the usual cause of a system call's error where it is known. */
export function ioReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isKnown = "likelyCause" in error && typeof error.likelyCause === "string" && error.likelyCause !== "";
  if (isKnown && "errnoName" in error) return `${error.likelyCause} (${error.errnoName})`;
  // The platform's own: "No such file or directory (os error 2): open 'FILE'".
  const [, words] = /^([A-Z].*) \(os error \d+\)/.exec(error.message) ?? [];
  return words === undefined ? error.message : words.charAt(0).toLowerCase() + words.slice(1);
}
