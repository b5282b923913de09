/**
 * Adds lines under the lock as a shell script does: `flock(1)` waits for the sidecar, then the script reads the file and writes
 * it again, in place. Knows no claims and leaves no record. Parameters: those of addLines.mjs, target, sidecar, holdMs (at most;
 * one time in ten longHoldMs).
 */
import { spawnSync } from "node:child_process";
import { params } from "../helpers/messages.mjs";
import { addLines, holdTime } from "./addLines.mjs";

const { target, sidecar } = params;
// The shell reads the whole file before it opens it for writing, which truncates it.
const SCRIPT = 'text=$(cat "$1"); sleep "$2"; printf "%s\\n%s\\n" "$text" "$3" > "$1"';

addLines((line) => {
  const script = ["sh", "-c", SCRIPT, "sh", target, String(holdTime() / 1000), line];
  const { status, stderr } = spawnSync("flock", ["-x", sidecar, ...script], { encoding: "utf8" });
  if (status !== 0) throw new Error(`flock ended with ${status}: ${stderr}`);
  return { outcome: "written" };
});
