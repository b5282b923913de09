/** Statistics of measurements. */

/** The value below which a share of the values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values) => quantile(values, 0.5);

/** Median and quartiles. */
export function spread(values) {
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/**
 * Runs every case once, then every case again, and so on, so that other load on the machine affects all alike.
 * @param {Record<string, () => number | Promise<number>>} cases each returns its measurement
 * @returns {Promise<Record<string, number[]>>} one value for each round, after two rounds to warm up
 */
export async function roundRobin(cases, rounds, progress = () => {}) {
  const values = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, run] of Object.entries(cases)) {
      const value = await run();
      if (round >= 0) values[name].push(value);
    }
    progress(`${Math.max(round + 1, 0)} of ${rounds}`);
  }
  return values;
}

/** Milliseconds that `run` takes. */
export function timeMs(run) {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** How fast a value grows between two sizes: 1 is linear. `base` is the value at size 0. */
export function growthExponent([size, value], [largerSize, largerValue], base) {
  return Math.log((largerValue - base) / (value - base)) / Math.log(largerSize / size);
}
