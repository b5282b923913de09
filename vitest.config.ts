import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // The real Claude Code has a script of its own.
    exclude: ["tests/claude/**"],
    // Hooks and lock holders are real processes; on a busy two-core machine they may take seconds.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // They mostly wait for such processes, so none of the cores is kept free.
    maxWorkers: "100%",
  },
});
