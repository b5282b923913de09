import fs from "node:fs";

import { claudeMdPaths } from "../claudeMd/place.ts";
import { removeManagedBlock } from "../claudeMd/removeManaged.ts";
import { Refusal } from "../system/errors.ts";
import { isThere } from "../system/files.ts";
import { resolveTarget, type TargetPath } from "../system/targetPath.ts";
import type { FileChange } from "./fileChange.ts";

const ADVICE =
  "Remove these lines, or let `pact-hooks try --here` repair them; then run `pact-hooks uninstall` again.";

/** The removal of our block from each CLAUDE.md of a project. A file that holds nothing else goes. */
export function claudeMdRemovals(projectDir: string, options: { purge: boolean }): FileChange[] {
  const change = (text: string | null) => {
    if (text === null) return null;
    const { text: left, problem } = removeManagedBlock(text, options);
    if (problem) throw new Refusal(problem, ADVICE);
    return left;
  };
  const named = claudeMdPaths(projectDir).filter(isThere);
  // Where one is a link to the other, the link counts: then the file stays, or the link would lead nowhere.
  const isLink = (file: string) => fs.lstatSync(file).isSymbolicLink();
  const links = named.filter(isLink);
  const targets = new Set(links.map((link) => reachableTarget(link, projectDir)?.path));
  const files = named.filter(
    (file) => !isLink(file) && !targets.has(reachableTarget(file, projectDir)?.path),
  );
  return [...links, ...files].map((file) => ({ file, projectDir, change, leftBehindLink: "" }));
}

/** The real file, which the sidecar lies beside; undefined if it cannot be reached, and so was never written. */
export function reachableTarget(file: string, projectDir?: string): TargetPath | undefined {
  try {
    return resolveTarget(file, projectDir);
  } catch {
    return undefined;
  }
}
