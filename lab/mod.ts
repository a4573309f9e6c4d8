/**
 * A network in memory: links with delay, loss, reordering and duplication, from a seed.
 *
 * @module
 */

export * from "./link.ts";
export * from "./random.ts";
