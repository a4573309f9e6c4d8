/**
 * Where arrays lie in memory, for structures that point to them.
 *
 * @module
 */

const TWO_TO_32 = 2 ** 32;

/** The address of an array's first octet. It is below 2^53: user space ends at 2^47, or 2^56. */
export function placeOf(array: Uint8Array | Uint32Array): number {
  const pointer = Deno.UnsafePointer.of(array as Uint8Array<ArrayBuffer>);
  return Number(Deno.UnsafePointer.value(pointer));
}

/** Writes a pointer in two halves: as a bigint it would be garbage after each segment. Little-endian hosts only. */
export function putAddress(words: Uint32Array, index: number, place: number): void {
  words[index] = place % TWO_TO_32;
  words[index + 1] = Math.floor(place / TWO_TO_32);
}

/** Remembers where arrays lie that are used again and again. They do not move. */
export class Places {
  readonly #places = new WeakMap<Uint8Array, number>();
  #lastArray: Uint8Array | undefined;
  #lastPlace = 0;

  /** As `placeOf`. */
  find(array: Uint8Array): number {
    if (array === this.#lastArray) return this.#lastPlace;
    let place = this.#places.get(array);
    if (place === undefined) {
      place = placeOf(array);
      this.#places.set(array, place);
    }
    this.#lastArray = array;
    this.#lastPlace = place;
    return place;
  }
}
