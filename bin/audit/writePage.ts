/** Writes the page of an audit to a file. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { isCode } from "../../shared/system/errors.ts";
import { kindOf } from "../../shared/system/files.ts";

/**
 * Writes a file whole or not at all, readable by its owner only. Replaces a regular file, but no link, folder or
 * anything else.
 * @throws the system's error, or an error in words
 */
export function writePage(file: string, content: string): void {
  const there = fs.lstatSync(file, { throwIfNoEntry: false });
  if (there && !there.isFile()) throw new Error(`it is ${kindOf(there)}`);
  const temporary = path.join(
    path.dirname(file),
    `.${path.basename(file)}.${randomBytes(8).toString("hex")}.tmp`,
  );
  try {
    fs.writeFileSync(temporary, content, { flag: "wx", mode: 0o600 });
    // The rename replaces a link that was created in the meantime, and does not follow it.
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    if (isCode(error, "ENOENT")) throw new Error(`there is no folder ${path.dirname(file)}`);
    throw error;
  }
}
