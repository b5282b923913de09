/** Milliseconds on a clock that never jumps. (The first use of `performance` loads half a millisecond of code.) */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
