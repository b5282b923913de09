/** Removes our block from every CLAUDE.md of a project. */
import fs from "node:fs";
import { claudeMdPaths } from "../claudeMd/place.ts";
import { removeManagedBlock } from "../claudeMd/removeManaged.ts";
import { isUnknown, Refusal } from "../system/errors.ts";
import { isThere } from "../system/files.ts";
import { resolveTarget, type TargetPath } from "../system/targetPath.ts";
import { refuseConflict } from "../text/conflict.ts";
import type { FileChange } from "../update/fileChange.ts";

const ADVICE =
  "Remove these lines, or let `pact-hooks try --here` repair them; then run `pact-hooks uninstall` again.";

/** One change per CLAUDE.md of a project: removes our block, and the file if it holds nothing else. */
export function claudeMdRemovals(projectDir: string, options: { purge: boolean }): FileChange[] {
  const change = (text: string | null) => {
    if (text === null) return null;
    refuseConflict(text, "Resolve it, then run `pact-hooks uninstall` again.");
    const { text: left, problem } = removeManagedBlock(text, options);
    if (problem) throw new Refusal(problem, ADVICE);
    return left;
  };
  const named = claudeMdPaths(projectDir).filter(isThere);
  // If one is a link to the other, change the file through the link. That keeps the file, or the link would dangle.
  const isLink = (file: string) => fs.lstatSync(file).isSymbolicLink();
  const links = named.filter(isLink);
  const targets = new Set(links.map((link) => reachableTarget(link, projectDir)?.path));
  const files = named.filter(
    (file) => !isLink(file) && !targets.has(reachableTarget(file, projectDir)?.path),
  );
  // In a file that was there and empty, our block has no final line ending.
  const isOurFile = (text: string) => text.endsWith("\n");
  return [...links, ...files].map((file) => ({ file, projectDir, change, leftBehindLink: "", isOurFile }));
}

/**
 * The real file, beside which the sidecar lies.
 * @returns undefined if it leads nowhere, or where no writer of ours writes
 * @throws {Refusal} {the system's error} if the system does not tell where it leads
 */
export function reachableTarget(file: string, projectDir?: string): TargetPath | undefined {
  try {
    return resolveTarget(file, projectDir);
  } catch (error) {
    if (isUnknown(error)) throw error;
    return undefined;
  }
}
