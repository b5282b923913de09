/** What everything beyond the limit is counted under. */
export const OTHERS = "(others)";

/**
 * Values by name, for names that come from journals: at most `limit` of them, and `OTHERS` for the rest, so that no
 * journal can fill the memory. The names that come first are kept.
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

  /** An object with the names as its own keys, those that `compare` puts first first. */
  toObject(compare: (a: [string, T], b: [string, T]) => number): Record<string, T> {
    return Object.fromEntries([...this.#entries].sort(compare));
  }
}
