/** Keeps journals from filling the memory with names. */

/** The name of the entry for all names beyond the limit. */
export const OTHERS = "(others)";

/**
 * Values by names that come from journals: the first `limit` names, and `OTHERS` for all that come later.
 */
export class BoundedMap<T> {
  #entries = new Map<string, T>();
  #limit: number;
  #create: () => T;

  constructor(limit: number, create: () => T) {
    this.#limit = limit;
    this.#create = create;
  }

  get(name: string): T {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const key = this.#entries.size < this.#limit ? name : OTHERS;
    const value = this.#entries.get(key) ?? this.#create();
    this.#entries.set(key, value);
    return value;
  }

  /** An object with the names as its own keys, sorted by `compare`. */
  toObject(compare: (a: [string, T], b: [string, T]) => number): Record<string, T> {
    return Object.fromEntries([...this.#entries].sort(compare));
  }
}
