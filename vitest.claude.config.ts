import { defineConfig } from "vitest/config";

/** The real Claude Code; `npm run test:claude`. */
export default defineConfig({
  test: {
    include: ["tests/claude/**/*.test.ts"],
    globalSetup: "tests/claude/fetchClaude.ts",
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
