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
  return isKnown && "errnoName" in error ? `${error.likelyCause} (${error.errnoName})` : error.message;
}
