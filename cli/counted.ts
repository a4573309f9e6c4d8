/**
 * Amounts as people read them.
 *
 * @module
 */

/** A number with its digits in groups of three: `1,000,000`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A number and what it counts: `1 byte`, `1,000 bytes`. */
export function counted(count: number, unit: string): string {
  return `${grouped(count)} ${unit}${count === 1 ? "" : "s"}`;
}
