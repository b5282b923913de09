/** The checks of a project. Each changes nothing, and its findings say what they mean and what to do. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { resolveProjectClaudeMd } from "../../shared/claudeMdManager.ts";
import { LOCK_TTL_SECONDS, sidecarOf } from "../../shared/fileLock.ts";
import { missingExcludes } from "../../shared/install/gitExcludes.ts";
import type { LockHolder } from "../../shared/journal/events.ts";
import { findBackend } from "../../shared/lock/flock.ts";
import { findHolder, nameOf, readRecord } from "../../shared/lock/holder.ts";
import { readProjectSettings } from "../../shared/settings.ts";
import { isCode, messageOf, Refusal, whatToDo } from "../../shared/system/errors.ts";
import { isAccessible, kindOf } from "../../shared/system/files.ts";
import { IS_WINDOWS, MAKE_WRITABLE } from "../../shared/system/platform.ts";
import { resolveTarget } from "../../shared/system/targetPath.ts";
import { didYouMean } from "../cli/suggest.ts";
import { checkUpdate } from "./attempt.ts";
import { checkBlocks, checkSecondFile, existingTarget, whyNoBlock } from "./blocks.ts";
import { checkClaims, checkSaved } from "./claims.ts";
import { type Finding, type Found, note, ok, problem } from "./finding.ts";
import { checkJournal } from "./journal.ts";
import { checkClaude, checkNode } from "./programs.ts";
import { checkStarters } from "./starters.ts";

const { R_OK, W_OK, O_RDWR, O_NONBLOCK } = fs.constants;

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
    ["saved", () => checkSaved(projectDir)],
    ["update", () => checkUpdate(projectDir)],
    ["settings", () => checkSettings(projectDir)],
    ["journal", () => checkJournal(projectDir)],
    ["plugin", () => checkStarters(projectDir)],
    ["git", () => checkGit(projectDir)],
  ];
  const findings = checks.flatMap(([check, run]) => findingsOf(run).map((found) => ({ check, ...found })));
  // A file that must not be written is in the way of several checks.
  const isFirst = ({ message }: Finding, index: number) =>
    findings.findIndex((other) => other.message === message) === index;
  return findings.filter((finding, index) => finding.level !== "problem" || isFirst(finding, index));
}

function findingsOf(check: () => Found[]): Found[] {
  try {
    return check();
  } catch (error) {
    if (error instanceof Refusal) return [problem(error.what, error.advice || "Fix that first.")];
    return [problem(`could not be checked: ${messageOf(error)}`, "Fix that first.")];
  }
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
  const { path: real } = resolveTarget(named, projectDir);
  const found = [stat.isSymbolicLink() ? ok(`${named} is a link to ${real}, inside the project`) : ok(named)];
  if (!isAccessible(real, R_OK))
    found.push(problem(`${real} is not readable by this user`, `Run: chmod u+r ${real}`));
  return [...found, ...describeReadOnly(real)];
}

/** Opening a file tells of flags that its mode does not show, and changes nothing. */
function describeReadOnly(file: string): Found[] {
  const message = `${file} is read-only, so its blocks are not updated`;
  // Root may open it all the same.
  if ((fs.statSync(file).mode & 0o222) === 0) return [problem(message, `Run: ${MAKE_WRITABLE} ${file}`)];
  try {
    fs.closeSync(fs.openSync(file, O_RDWR | O_NONBLOCK));
    return [];
  } catch (error) {
    // Windows has no flags that forbid a change, and reports a missing right so.
    if (isCode(error, "EACCES") || (IS_WINDOWS && isCode(error, "EPERM")))
      return [problem(message, `Run: ${MAKE_WRITABLE} ${file}, or change its owner`)];
    if (!isCode(error, "EPERM")) return [problem(message, `${whatToDo(error)}: ${file}`)];
    return [
      problem(
        `${file} is immutable or append-only, so its blocks are not updated`,
        process.platform === "darwin" ? `Run: chflags nouchg,nouappnd ${file}` : `Run: chattr -ia ${file}`,
      ),
    ];
  }
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
  if (!isAccessible(sidecar, R_OK | W_OK)) {
    return [
      problem(
        `${sidecar} is user ${stat.uid}'s, and this user may not open it: an update may run without the lock`,
        "Remove it, or give this user the right to write it.",
      ),
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

function checkSettings(projectDir: string): Found[] {
  const { settings, problems } = readProjectSettings(projectDir);
  if (problems.length > 0) return problems.map((text) => problem(text, adviceFor(text)));
  return [
    settings.enabled ? ok("no problems") : note("the project has disabled the plugin (enabled: false)"),
  ];
}

/** What to do about a problem of the settings, which the session reports in the same words. */
function adviceFor(problem: string): string {
  const [, name = "", known = ""] = /unknown setting "(.*)"; the settings are (.*)\.$/.exec(problem) ?? [];
  return `Correct that line${didYouMean(name, known.split(", ")) || "."}`;
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
