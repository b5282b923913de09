import type { TestProject } from "vitest/node";
import { fetchProgram } from "../../scripts/fetchFromNpm.mjs";

/** The one place that says which version of Claude Code is tested with. */
export const CLAUDE_CODE_VERSION = "2.1.330";

declare module "vitest" {
  export interface ProvidedContext {
    claude: string;
  }
}

export default function setup({ provide }: TestProject): void {
  provide("claude", fetchProgram(`@anthropic-ai/claude-code@${CLAUDE_CODE_VERSION}`, "claude"));
}
