/** The check of the journals: whether the next session can write its own, and doctor can read all. */
import fs from "node:fs";
import path from "node:path";
import { journalDirOf, workTreeOf } from "../../shared/git/workTree.ts";
import { journalRoot, sessionDir } from "../../shared/journal/sessionFolder.ts";
import { whatToDo, whyNot } from "../../shared/system/errors.ts";
import { isAccessible } from "../../shared/system/files.ts";
import { plural } from "../cli/format.ts";
import { findJournals } from "../journal/findJournals.ts";
import { type Found, ok, problem } from "./finding.ts";

const MAX_NAMED = 5;

export function checkJournal(projectDir: string): Found[] {
  const found = [...describeUnwritable(projectDir), ...describeUnreadable()];
  return found.length > 0 ? found : [ok(journalRoot())];
}

/** Does what a session does for its journal, in a folder that is removed again. */
function describeUnwritable(projectDir: string): Found[] {
  let dir = path.dirname(sessionDir(journalDirOf(projectDir, workTreeOf(projectDir)), "doctor"));
  while (!fs.existsSync(dir)) dir = path.dirname(dir);
  let made: string | undefined;
  try {
    made = fs.mkdtempSync(path.join(dir, ".doctor-"));
    fs.writeFileSync(path.join(made, "journal"), Buffer.alloc(4096, "\n"));
    return [];
  } catch (error) {
    return [
      problem(`no session can write its journal in ${dir} (${whyNot(error)})`, `${whatToDo(error)}: ${dir}`),
    ];
  } finally {
    if (made) fs.rmSync(made, { recursive: true, force: true });
  }
}

/** Journals and folders that the audit would miss. */
function describeUnreadable(): Found[] {
  const troubles: string[] = [];
  for (const { path: file } of findJournals(journalRoot(), (trouble) => troubles.push(trouble.path))) {
    if (!isAccessible(file, fs.constants.R_OK)) troubles.push(file);
  }
  const hidden = troubles.length - MAX_NAMED;
  const named = troubles
    .slice(0, MAX_NAMED)
    .map((file) =>
      problem(
        `cannot be read: ${file}`,
        "Make it readable for you, or move it away: the audit is incomplete without it.",
      ),
    );
  return hidden > 0
    ? [...named, problem(`${plural(hidden, "more journal")} cannot be read`, "See pact-hooks audit.")]
    : named;
}
