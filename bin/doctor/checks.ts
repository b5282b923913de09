/** The checks of a project. Each changes nothing, and its findings say what they mean and what to do. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { resolveProjectClaudeMd } from "../../shared/claudeMdManager.ts";
import { LOCK_TTL_SECONDS, sidecarOf } from "../../shared/fileLock.ts";
import { missingExcludes } from "../../shared/install/gitExcludes.ts";
import type { LockHolder } from "../../shared/journal/events.ts";
import { journalRoot } from "../../shared/journal/sessionFolder.ts";
import { findBackend } from "../../shared/lock/flock.ts";
import { findHolder, nameOf, readRecord } from "../../shared/lock/holder.ts";
import { readProjectSettings } from "../../shared/settings.ts";
import { ifPresent, messageOf } from "../../shared/system/errors.ts";
import { kindOf } from "../../shared/system/files.ts";
import { resolveTarget } from "../../shared/system/targetPath.ts";
import { listClaims } from "../../shared/update/claim.ts";
import { checkBlocks, checkSecondFile, existingTarget, whyNoBlock } from "./blocks.ts";
import { type Finding, type Found, note, ok, problem } from "./finding.ts";
import { checkClaude, checkNode } from "./programs.ts";
import { checkStarters } from "./starters.ts";

const { R_OK, W_OK } = fs.constants;

/** Runs every check. Never throws: a check that fails is a finding. */
export function examine(projectDir: string): Finding[] {
  const checks: [string, () => Found[]][] = [
    ["node", () => checkNode(projectDir)],
    ["claude", () => checkClaude(projectDir)],
    ["lock", checkLock],
    ["claude-md", () => checkPlace(projectDir)],
    ["blocks", () => checkBlocks(projectDir)],
    ["blocks", () => checkSecondFile(projectDir)],
    ["sidecar", () => checkSidecar(projectDir)],
    ["claims", () => checkClaims(projectDir)],
    ["settings", () => checkSettings(projectDir)],
    ["journal", checkJournal],
    ["plugin", () => checkStarters(projectDir)],
    ["git", () => checkGit(projectDir)],
  ];
  return checks.flatMap(([name, check]) => {
    try {
      return check().map((found) => ({ check: name, ...found }));
    } catch (error) {
      return [{ check: name, ...problem(`could not be checked: ${messageOf(error)}`, "Fix that first.") }];
    }
  });
}

/** In a temporary folder, takes a lock, expects a second attempt to fail, releases the lock and takes it again. */
function checkLock(): Found[] {
  const backend = findBackend();
  if (!backend) {
    const advice = "Install util-linux, which has the flock program, or the npm package fs-ext.";
    return [problem("flock(2) is not available: every update runs without the lock", advice)];
  }
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-doctor-"));
  try {
    const file = path.join(dir, "lock");
    const tries = [backend.openLocked(file), backend.openLocked(file)];
    for (const fd of tries) if (fd !== null) fs.closeSync(fd);
    const again = backend.openLocked(file);
    if (again !== null) fs.closeSync(again);
    const works = tries[0] !== null && tries[1] === null && again !== null;
    return works
      ? [ok(`backend ${backend.name}: taken, refused to others, released`)]
      : [
          problem(
            `backend ${backend.name} does not lock in ${os.tmpdir()}`,
            "Try another file system: TMPDIR=…",
          ),
        ];
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

function checkPlace(projectDir: string): Found[] {
  const named = resolveProjectClaudeMd(projectDir);
  const stat = fs.lstatSync(named, { throwIfNoEntry: false });
  if (!stat) {
    const why = whyNoBlock(projectDir);
    if (why) return [ok(`${named} does not exist, and needs no managed block: ${why}`)];
    return [note(`${named} does not exist yet: the next session creates it`)];
  }
  const { path: real, dir } = resolveTarget(named, projectDir);
  const found = [stat.isSymbolicLink() ? ok(`${named} is a link to ${real}, inside the project`) : ok(named)];
  if (!isAccessible(real, R_OK))
    found.push(problem(`${real} is not readable by this user`, `Run: chmod u+r ${real}`));
  const isWritable = (fs.statSync(real).mode & 0o222) !== 0 && isAccessible(real, W_OK);
  if (!isWritable)
    found.push(problem(`${real} is read-only, so its blocks are not updated`, `Run: chmod u+w ${real}`));
  if (!isAccessible(dir, W_OK)) {
    found.push(
      problem(`${dir} is not writable, so neither the lock nor an update works`, `Run: chmod u+w ${dir}`),
    );
  }
  return found;
}

function checkSidecar(projectDir: string): Found[] {
  const target = existingTarget(projectDir);
  const sidecar = target && sidecarOf(target);
  const stat = sidecar && fs.lstatSync(sidecar, { throwIfNoEntry: false });
  if (!sidecar || !stat) return [ok("none yet: the first update creates it")];
  if (!stat.isFile()) {
    return [
      problem(`${sidecar} is ${kindOf(stat)}: every update runs without the lock`, `Remove ${sidecar}.`),
    ];
  }
  const fd = findBackend()?.openLocked(sidecar);
  if (fd === undefined) return [];
  const ageSeconds = Math.round((Date.now() - stat.mtimeMs) / 1000);
  if (fd === null) return [describeHeld(sidecar, findHolder(sidecar), ageSeconds)];
  try {
    const record = readRecord(fd);
    if (!record) return [ok(`${sidecar} is free`)];
    return [note(`${sidecar} is free; its last holder (pid ${record.pid}) exited without releasing it`)];
  } finally {
    fs.closeSync(fd);
  }
}

function describeHeld(sidecar: string, holder: LockHolder | undefined, ageSeconds: number): Found {
  const held = `${sidecar} is held by ${nameOf(holder ?? {})}`;
  if (ageSeconds <= LOCK_TTL_SECONDS)
    return note(held, "Check again in a moment: an update takes milliseconds.");
  const advice = "If it hangs, end it. Sessions wait for it, then evict it or continue without the lock.";
  return problem(`${held}, and was last touched ${ageSeconds} s ago`, advice);
}

function checkClaims(projectDir: string): Found[] {
  const target = existingTarget(projectDir);
  const claims = target ? listClaims(target) : [];
  if (claims.length === 0) return [ok("none")];
  return claims.map((claim) => {
    const stat = ifPresent(() => fs.lstatSync(claim));
    const ageSeconds = Math.round((Date.now() - (stat?.mtimeMs ?? Date.now())) / 1000);
    if (ageSeconds <= LOCK_TTL_SECONDS) return note(`${claim}: an update is in progress`);
    return isOurs(stat)
      ? note(`${claim} was left ${ageSeconds} s ago by a writer that exited`, "The next session removes it.")
      : problem(
          `${claim} was left by user ${stat?.uid}, and this user may not remove it`,
          "Ask that user, or an administrator, to remove it.",
        );
  });
}

function isOurs(stat: fs.Stats | null): boolean {
  const uid = process.getuid?.();
  return uid === undefined || uid === 0 || stat?.uid === uid;
}

function checkSettings(projectDir: string): Found[] {
  const { settings, problems } = readProjectSettings(projectDir);
  if (problems.length > 0) return problems.map((text) => problem(text, "Correct that line."));
  return [
    settings.enabled ? ok("no problems") : note("the project has disabled the plugin (enabled: false)"),
  ];
}

function checkJournal(): Found[] {
  let dir = journalRoot();
  while (!fs.existsSync(dir)) dir = path.dirname(dir);
  return fs.statSync(dir).isDirectory() && isAccessible(dir, W_OK)
    ? [ok(journalRoot())]
    : [
        problem(
          `${journalRoot()} is not writable: events go to standard error`,
          `Make ${dir} a folder that you may write to.`,
        ),
      ];
}

/** Outside of a git work tree there is nothing to check. */
function checkGit(projectDir: string): Found[] {
  const found = missingExcludes(projectDir);
  if (!found) return [];
  const { file, missing } = found;
  if (missing.length === 0) return [ok(`${file} keeps the lock files out of git status`)];
  return [
    note(
      `lock files may appear in git status: ${file} lacks ${missing.join(", ")}`,
      "The next update adds them there.",
    ),
  ];
}

function isAccessible(file: string, mode: number): boolean {
  try {
    fs.accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}
