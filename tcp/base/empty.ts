/**
 * Arrays without elements, shared by all that have no memory yet: each array of one's own takes over a hundred octets.
 *
 * @module
 */

export const NO_OCTETS: Uint8Array = new Uint8Array(0);
export const NO_INT32: Int32Array = new Int32Array(0);
export const NO_FLOAT64: Float64Array = new Float64Array(0);
