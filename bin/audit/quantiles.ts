/**
 * Quantiles of waiting times in bounded memory. Values are counted by their first three significant digits, so that
 * a quantile is off by at most half a percent, and there are at most 900 counters for each power of ten between
 * 0.1 ms, the journal's own resolution, and eleven days: 9,000 in all, however many events there are.
 */
const MAX_MS = 1e9;

export class Quantiles {
  #counts = new Map<number, number>();
  #total = 0;
  #max = 0;

  /** @param ms what is not a number of milliseconds, or negative, is left out */
  add(ms: unknown): void {
    if (typeof ms !== "number" || !(ms >= 0)) return;
    const bounded = Math.min(ms, MAX_MS);
    const rounded = bounded < 100 ? Math.round(bounded * 10) / 10 : Number(bounded.toPrecision(3));
    this.#counts.set(rounded, (this.#counts.get(rounded) ?? 0) + 1);
    this.#total++;
    this.#max = Math.max(this.#max, bounded);
  }

  get count(): number {
    return this.#total;
  }

  /** The longest, exact; null if there are none. */
  get max(): number | null {
    return this.#total === 0 ? null : this.#max;
  }

  /**
   * For each of `shares`, rising from 0 to 1, the shortest time that at least that share of all are not longer than;
   * null if there are none.
   */
  at(...shares: number[]): (number | null)[] {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    let index = -1;
    let seen = 0;
    return shares.map((share) => {
      while (index + 1 < sorted.length && (index === -1 || seen < share * this.#total)) {
        seen += sorted[++index]?.[1] ?? 0;
      }
      // Rounding must not lift a quantile above the longest.
      return index === -1 ? null : Math.min(sorted[index]?.[0] ?? 0, this.#max);
    });
  }

  /** How many are longer than the bound before and not longer than each of `bounds`, and how many are beyond. */
  histogram(bounds: readonly number[]): number[] {
    const counts = new Array<number>(bounds.length + 1).fill(0);
    for (const [ms, count] of this.#counts) {
      const bar = bounds.findIndex((bound) => ms <= bound);
      const index = bar === -1 ? bounds.length : bar;
      counts[index] = (counts[index] ?? 0) + count;
    }
    return counts;
  }
}
