import { onTestFinished } from "vitest";

/**
 * Acts before each call of a function (`fs.renameSync`) in this process, as another process may at that very moment, until
 * the test ends. The call itself is a real one. What `act` calls does not count.
 */
export function beforeCall<T extends object, K extends keyof T>(
  owner: T,
  name: K,
  // biome-ignore lint/suspicious/noExplicitAny: the arguments of any function
  act: (...args: any[]) => void,
): void {
  const call = owner[name] as (...args: unknown[]) => unknown;
  let isActing = false;
  const replacement = (...args: unknown[]) => {
    if (!isActing) {
      isActing = true;
      try {
        act(...args);
      } finally {
        isActing = false;
      }
    }
    return call.apply(owner, args);
  };
  owner[name] = Object.assign(replacement, call) as T[K];
  onTestFinished(() => {
    owner[name] = call as T[K];
  });
}
