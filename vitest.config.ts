import os from "node:os";
import { defineConfig } from "vitest/config";

/** What is different without the native binding: the lock, the publish, and the hooks that do both. */
const WITHOUT_BINDING = [
  "tests/shared/fileLock*.test.ts",
  "tests/shared/lock/*.test.ts",
  "tests/shared/update/*.test.ts",
  "tests/hooks/*.test.ts",
];

const IS_WINDOWS = process.platform === "win32";
/** Under Wine, a process takes a second to start. */
const LIMIT_MS = IS_WINDOWS ? 120_000 : 30_000;

export default defineConfig({
  test: {
    setupFiles: IS_WINDOWS ? ["tests/helpers/skipOnWindows.ts"] : [],
    projects: [
      {
        extends: true,
        test: {
          name: "all",
          include: ["tests/**/*.test.ts"],
          // The real Claude Code has a script of its own.
          exclude: ["tests/claude/**", ...(IS_WINDOWS ? ["tests/shared/lock/flockProgram.test.ts"] : [])],
        },
      },
      {
        extends: true,
        test: {
          name: "without the binding",
          include: WITHOUT_BINDING,
          // What says itself which of its cases are without the binding, and what has nothing to do with it.
          exclude: [
            "tests/shared/update/{updateFile.stress,displaced,outsideEdits,update,updateBlock,fileChange,merge,result,change}.test.ts",
            "tests/shared/fileLock.{eviction,foreign}.test.ts",
            "tests/hooks/{standardInput,besidePact,goodGuest,environment}.test.ts",
          ],
          env: { PACT_HOOKS_NATIVE: "off" },
        },
      },
    ],
    // Hooks and lock holders are real processes; on a busy two-core machine they may take seconds.
    testTimeout: LIMIT_MS,
    hookTimeout: LIMIT_MS,
    // They mostly wait for such processes.
    maxWorkers: os.availableParallelism() + 2,
  },
});
