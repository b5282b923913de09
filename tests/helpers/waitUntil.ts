import { setTimeout } from "node:timers/promises";

/** Waits for a condition and returns its value. Its own limit is far above what any test needs. */
export async function waitUntil<T>(condition: () => T, what = String(condition)): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + 20_000; ; ) {
    const value = condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await setTimeout(2);
  }
}
