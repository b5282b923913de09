/** Which files git tracks, by its index. Git itself is not asked: see workTree.ts. */
import fs from "node:fs";
import path from "node:path";
import { readRegularFile } from "../system/snapshot.ts";
import { findWorkTree } from "./workTree.ts";

const VERSION_AT = 4;
/** From this version on, an entry holds only where its name differs from the name above it. */
const COMPRESSED_NAMES = 4;
/** An index has some hundred bytes for each file of the repository. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
/** An index entry holds a name's length in the low bits of its flags, up to this one. */
const NAME_LENGTH = 0xfff;

/**
 * Whether git tracks a file, also in the middle of a merge. True for an index that cannot be searched: its names are
 * compressed, or it is too large or damaged. Never throws.
 */
export function isTracked(file: string): boolean {
  try {
    const dir = fs.realpathSync.native(path.dirname(file));
    const tree = findWorkTree(dir);
    const index = tree && readRegularFile(path.join(tree.gitDir, "index"), MAX_INDEX_BYTES)?.bytes;
    if (!index) return false;
    if (index.readUInt32BE(VERSION_AT) >= COMPRESSED_NAMES) return true;
    const name = path.relative(tree.top, path.join(dir, path.basename(file)));
    return hasEntry(index, Buffer.from(name.replaceAll(path.sep, "/")));
  } catch {
    return true;
  }
}

/** Whether an entry has this name: its length stands before it, so that the end of a longer name does not count. */
function hasEntry(index: Buffer, name: Buffer): boolean {
  const entryEnd = Buffer.concat([name, Buffer.of(0)]);
  const isLength = (at: number) =>
    (index.readUInt16BE(at) & NAME_LENGTH) === Math.min(name.length, NAME_LENGTH);
  for (let at = index.indexOf(entryEnd); at !== -1; at = index.indexOf(entryEnd, at + 1)) {
    // In an extended entry, two more bytes stand between the length and the name.
    if (isLength(at - 2) || isLength(at - 4)) return true;
  }
  return false;
}
