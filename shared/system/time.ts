/** A clock that never jumps, and a pause. */

/** Milliseconds on a clock that never jumps. (Loading `performance` instead would cost half a millisecond.) */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Blocks this process for `ms` milliseconds. A hook has nothing else to do meanwhile. */
export function sleepMs(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
