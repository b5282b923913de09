import fs from "node:fs";
import { writeFileAtomic } from "./dependencies.ts";

const PRIVATE = 0o600;

/**
 * Puts a private file in place, whole or not at all. The bytes are written here: `write-file-atomic` takes it for a
 * success when a full disk stores only a part of them.
 * @throws the system's error, with what was there before still in place
 */
export function writeWhole(file: string, bytes: Buffer): void {
  const tmpfileCreated = (temporary: string) => fs.writeFileSync(temporary, bytes);
  writeFileAtomic().sync(file, "", { mode: PRIVATE, tmpfileCreated });
}
