/** Blocks this process for `ms` milliseconds. A hook has nothing else to do meanwhile. */
export function sleepMs(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
