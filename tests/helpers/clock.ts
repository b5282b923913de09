import { onTestFinished, vi } from "vitest";

/**
 * Stops the clock that never jumps, in this process and until the test ends: only pauses move it, and the test. So a waiter
 * waits for exactly as long as it says, in no time.
 */
export function useClock(): { nowMs: number; pauses: number[] } {
  const clock = { nowMs: 5000, pauses: [] as number[] };
  const time = vi.spyOn(process.hrtime, "bigint");
  time.mockImplementation(() => BigInt(Math.round(clock.nowMs * 1e6)));
  const pause = vi.spyOn(Atomics, "wait").mockImplementation((_array, _index, _value, ms = 0) => {
    clock.pauses.push(ms);
    clock.nowMs += ms;
    return "timed-out";
  });
  onTestFinished(() => {
    time.mockRestore();
    pause.mockRestore();
  });
  return clock;
}
