import { setTimeout } from "node:timers/promises";

/** Far above what any test needs. Under Wine, six processes at once take long to start. */
const LIMIT_MS = process.platform === "win32" ? 90_000 : 20_000;

/** Waits for a condition and returns its value. */
export async function waitUntil<T>(condition: () => T, what = String(condition)): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + LIMIT_MS; ; ) {
    const value = condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await setTimeout(2);
  }
}
