/**
 * The session before this one in the same project, through a small pointer file in the folder of the project's sessions. No
 * session looks through the folders of others: there may be thousands.
 */
import fs from "node:fs";
import path from "node:path";
import { quietly } from "../system/errors.ts";
import { inFolder, openPrivate } from "../system/files.ts";
import { comparable } from "../system/platform.ts";
import { isAlive, isPid } from "../system/process.ts";
import { readRegularFile } from "../system/snapshot.ts";
import { isSessionId, JOURNAL_NAME, journalRoot, slugsOf } from "./sessionFolder.ts";

const MAX_POINTER_BYTES = 16 * 1024;
const MAX_NAME = 150;

/**
 * Remembers a session as the latest of its project. Never throws: without a pointer the next session knows of no previous one.
 * @param claudePid the process of Claude Code, which runs one session after another
 */
export function rememberSession(projectDir: string, sessionId: string, claudePid = process.ppid): void {
  quietly(() => {
    const [file = ""] = pointerFiles(projectDir);
    const pointer = { session_id: sessionId, project_dir: projectDir, claude_pid: claudePid };
    const fd = openPrivate(file, fs.constants.O_WRONLY);
    try {
      const length = fs.writeSync(fd, `${JSON.stringify(pointer)}\n`);
      // Mostly it is as long as before, and to cut a file takes as long as all else here.
      if (fs.fstatSync(fd).size > length) fs.ftruncateSync(fd, length);
    } finally {
      fs.closeSync(fd);
    }
  });
}

/**
 * The journal of the latest other session of a project; undefined if there is none, it still runs, or it is gone. Never
 * throws. A session that runs beside this one is not the one to go on with.
 */
export function previousJournal(
  projectDir: string,
  sessionId: string,
  claudePid = process.ppid,
): string | undefined {
  try {
    for (const file of pointerFiles(projectDir)) {
      const pointer = readPointer(file);
      if (!pointer) continue;
      const { session_id: previous, project_dir: project, claude_pid: pid } = pointer;
      // Two projects may share a folder, and a pointer's name.
      if (!isSessionId(previous) || previous === sessionId) return undefined;
      if (typeof project !== "string" || comparable(project) !== comparable(projectDir)) return undefined;
      if (isPid(pid) && pid !== claudePid && isAlive(pid)) return undefined;
      const journal = inFolder(inFolder(path.dirname(file), previous), JOURNAL_NAME);
      return fs.existsSync(journal) ? journal : undefined;
    }
  } catch {
    // There is no home folder.
  }
  return undefined;
}

/** Removes the pointers to a session that is gone, from the folder of its project's sessions. @throws the system's error */
export function forgetSession(slugDir: string, sessionId: string): void {
  for (const name of fs.readdirSync(slugDir)) {
    if (!/^latest.*\.json$/s.test(name)) continue;
    const file = inFolder(slugDir, name);
    if (readPointer(file)?.session_id === sessionId) fs.unlinkSync(file);
  }
}

/** What a pointer file says; undefined if there is none, or it is not one. */
function readPointer(file: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(String(readRegularFile(file, MAX_POINTER_BYTES)?.bytes)));
  } catch {
    return undefined;
  }
}

/**
 * The pointer of a project, in the folder of its slug; then the one in the folder of its former slug. The path is in the
 * name, so that projects of one name have a pointer each.
 */
function pointerFiles(projectDir: string): string[] {
  const name = projectDir.replace(/[^A-Za-z0-9]+/g, "-").slice(-MAX_NAME);
  return slugsOf(projectDir).map((slug) => inFolder(inFolder(journalRoot(), slug), `latest${name}.json`));
}
