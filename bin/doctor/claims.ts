/** The checks of what updates leave: claims of crashed writers, and versions that could not be merged. */
import fs from "node:fs";
import path from "node:path";
import { claudeMdPaths } from "../../shared/claudeMd/place.ts";
import { LOCK_TTL_SECONDS } from "../../shared/fileLock.ts";
import { reachableTarget } from "../../shared/install/claudeMdRemoval.ts";
import { randomBytes } from "../../shared/system/dependencies.ts";
import { ifPresent, isCode } from "../../shared/system/errors.ts";
import type { TargetPath } from "../../shared/system/targetPath.ts";
import { listClaims, listSaved } from "../../shared/update/claim.ts";
import { type Found, note, ok, problem } from "./finding.ts";

export const MAY_NOT_REMOVE = (dir: string): string =>
  `Let this user remove files there, not only create them: see lsattr -d ${dir}, and its access list.`;

export function checkClaims(projectDir: string): Found[] {
  const claims = listed(projectDir, listClaims);
  if (claims.length === 0) return [ok("none")];
  return claims.map((claim) => {
    const stat = ifPresent(() => fs.lstatSync(claim));
    const ageSeconds = ageOf(stat);
    if (ageSeconds <= LOCK_TTL_SECONDS) return note(`${claim}: an update is in progress`);
    if (!isOurs(stat)) {
      return problem(
        `${claim} was left by user ${stat?.uid}, and this user may not remove it`,
        "Ask that user, or an administrator, to remove it.",
      );
    }
    return isStuck(claim)
      ? problem(
          `${claim} was left ${ageSeconds} s ago, and cannot be removed`,
          MAY_NOT_REMOVE(path.dirname(claim)),
        )
      : note(`${claim} was left ${ageSeconds} s ago by a writer that exited`, "The next session removes it.");
  });
}

export function checkSaved(projectDir: string): Found[] {
  const saved = listed(projectDir, listSaved);
  const advice = "Compare the two, merge by hand what is missing, then remove it.";
  return saved.map((file) => problem(`${file} may hold text that CLAUDE.md lacks`, advice));
}

/** Also beside a CLAUDE.md that was moved away since. */
function listed(projectDir: string, list: (target: TargetPath) => string[]): string[] {
  const targets = claudeMdPaths(projectDir).map((file) => reachableTarget(file, projectDir));
  return targets.flatMap((target) => (target && ifPresent(() => list(target))) ?? []);
}

/** Seconds since a claim was last touched; 0 if it is gone. */
const ageOf = (stat: fs.Stats | null) => Math.round((Date.now() - (stat?.mtimeMs ?? Date.now())) / 1000);

/** Whether a stale claim can never be removed. To find out, it gets another claim's name for a moment. */
export function isStuck(claim: string): boolean {
  if (ageOf(ifPresent(() => fs.lstatSync(claim))) <= LOCK_TTL_SECONDS) return false;
  const other = claim.replace(/[0-9a-f]{16}(?=\.claim$)/, randomBytes(8).toString("hex"));
  try {
    fs.renameSync(claim, other);
    fs.renameSync(other, claim);
    return false;
  } catch (error) {
    // Another writer has removed it.
    return !isCode(error, "ENOENT");
  }
}

function isOurs(stat: fs.Stats | null): boolean {
  const uid = process.getuid?.();
  return uid === undefined || uid === 0 || stat?.uid === uid;
}
