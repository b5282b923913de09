/** The check that does what a session does, on a file of its own in CLAUDE.md's folder, and removes it again. */
import fs from "node:fs";
import path from "node:path";
import { resolveProjectClaudeMd } from "../../shared/claudeMdManager.ts";
import { ifPresent, isCode, quietly, Refusal, whatToDo, whyNot } from "../../shared/system/errors.ts";
import { inFolder, isThere } from "../../shared/system/files.ts";
import { IS_WINDOWS } from "../../shared/system/platform.ts";
import { closeSnapshot, openSnapshot, type Snapshot } from "../../shared/system/snapshot.ts";
import { resolveTarget, type TargetPath } from "../../shared/system/targetPath.ts";
import { createClaim, discardClaim, listClaims } from "../../shared/update/claim.ts";
import { publish } from "../../shared/update/publish.ts";
import { stage } from "../../shared/update/stage.ts";
import { whyNoBlock } from "./blocks.ts";
import { isStuck, MAY_NOT_REMOVE } from "./claims.ts";
import { type Found, note, ok, problem } from "./finding.ts";

/** More than our blocks take, so that a disk on which they would not fit is found. */
const ROOM = Buffer.alloc(16 * 1024, "\n");

export function checkUpdate(projectDir: string): Found[] {
  if (whyNoBlock(projectDir)) return [];
  const target = targetOf(projectDir);
  // A claim that cannot be removed is another check's finding. This one would leave a second.
  if (listClaims(target).some(isStuck)) return [];
  const old = openSnapshot(target.path);
  try {
    const failed = attempt(target, old);
    if (failed) return [failed];
    const inPlace = old && whyInPlace(target.path, old);
    return [inPlace ?? ok(`a file was created, replaced and removed in ${target.dir}, as a session does`)];
  } finally {
    closeSnapshot(old);
  }
}

/** CLAUDE.md, which may be absent with its folder: a session then makes that, too. */
function targetOf(projectDir: string): TargetPath {
  const named = resolveProjectClaudeMd(projectDir);
  const isMissing = !isThere(path.dirname(named));
  return resolveTarget(isMissing ? inFolder(projectDir, "CLAUDE.md") : named, projectDir);
}

/** @returns what a session cannot do there; undefined if it can do all */
function attempt(target: TargetPath, old: Snapshot | null): Found | undefined {
  const { dir } = target;
  let doing = "create a folder";
  let claim: string | undefined;
  // A claim's name: if this process is killed, the next session removes the file.
  let file: string | undefined;
  const opened: Snapshot[] = [];
  try {
    file = createClaim(target);
    doing = "remove a folder";
    fs.rmdirSync(file);
    claim = createClaim(target);
    doing = "write a new version";
    const bytes = Buffer.concat([old?.bytes ?? Buffer.alloc(0), ROOM]);
    const staged = stage(target.path, claim, bytes, old);
    doing = "create a file";
    publish(staged, file, null, () => {});
    fs.rmSync(staged, { force: true });
    doing = "replace a file";
    const made = openSnapshot(file);
    if (made) opened.push(made);
    // As an update does, because no open file can be replaced there.
    if (IS_WINDOWS) closeSnapshot(made);
    const published = publish(stage(file, claim, bytes, made), file, made, () => {});
    if (published) opened.push(...published.displaced.filter(({ fd }) => fd !== made?.fd));
    doing = "remove a file";
    fs.unlinkSync(file);
    return published?.isInPlace
      ? writtenInPlace(`no file can be replaced in ${dir}`, "Let it be replaced.")
      : undefined;
  } catch (error) {
    return describeFailure(doing, dir, error, file);
  } finally {
    opened.forEach(closeSnapshot);
    if (claim) discardClaim(claim, target.path);
    if (file) discardClaim(file, target.path);
  }
}

function describeFailure(doing: string, dir: string, error: unknown, left: string | undefined): Found {
  if (error instanceof Refusal) return problem(error.what, error.advice);
  if (isCode(error, "ENOENT")) return note(`another session is updating ${dir}`, "Run doctor again.");
  const message = `a session cannot ${doing} in ${dir} (${whyNot(error)})`;
  if (!/^re(?:move|place)/.test(doing) || !isCode(error, "EPERM", "EACCES")) {
    return problem(message, `${whatToDo(error)}: ${dir}`);
  }
  const leaving = left && ifPresent(() => fs.lstatSync(left)) ? `, and leaves ${left}` : "";
  return problem(`${message}${leaving}`, MAY_NOT_REMOVE(dir));
}

/** Why a session writes the file itself, although it can replace others. */
function whyInPlace(file: string, { stat }: Snapshot): Found | null {
  if (isMountPoint(file)) {
    return writtenInPlace(`${file} is a mount point`, "Mount its folder instead of the file.");
  }
  return stat.nlink > 1n
    ? writtenInPlace(`${file} has a second name`, "Make one of the names a symbolic link to the other.")
    : null;
}

const writtenInPlace = (why: string, advice: string): Found =>
  note(`${why}, so a session writes into it: what another program writes at that moment can be lost`, advice);

/** Linux only: the fifth field of a line is the mount point, with spaces and the like as octal numbers. */
function isMountPoint(file: string): boolean {
  let lines: string[] = [];
  quietly(() => {
    lines = fs.readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  });
  const plain = (text: string) =>
    text.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
  return lines.some((line) => plain(line.split(" ")[4] ?? "") === file);
}
