/** What a check of `doctor` finds. */

export interface Finding {
  /** The name of the check: `node`, `lock`, `sidecar`, … */
  check: string;
  /** `note`: worth knowing. `problem`: needs a fix. */
  level: "ok" | "note" | "problem";
  /** What the check found, and what that means. */
  message: string;
  /** How to fix it. */
  advice?: string;
}

export type Found = Omit<Finding, "check">;

export const ok = (message: string): Found => ({ level: "ok", message });
export const note = (message: string, advice?: string): Found => ({
  level: "note",
  message,
  ...(advice && { advice }),
});
export const problem = (message: string, advice: string): Found => ({ level: "problem", message, advice });
