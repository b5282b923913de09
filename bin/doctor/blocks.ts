/** The checks of our blocks in CLAUDE.md. */
import fs from "node:fs";
import type { Block } from "../../shared/claudeMd/blocks.ts";
import { lineNumbers, parseDocument } from "../../shared/claudeMd/document.ts";
import { findBlockAbove, isUserFile, secondFileOf } from "../../shared/claudeMd/place.ts";
import { updateProjectText } from "../../shared/claudeMd/projectText.ts";
import { isNamedLikeUs } from "../../shared/claudeMd/session.ts";
import { resolveProjectClaudeMd } from "../../shared/claudeMdManager.ts";
import { isTracked } from "../../shared/git/tracked.ts";
import { isOwnRoot } from "../../shared/install/ownHooks.ts";
import { readProjectSettings, TEAM_FILE } from "../../shared/settings.ts";
import { readRegularFile } from "../../shared/system/snapshot.ts";
import { resolveTarget, type TargetPath } from "../../shared/system/targetPath.ts";
import { decode } from "../../shared/update/change.ts";
import { type Found, note, ok, problem } from "./finding.ts";

/** The real CLAUDE.md, or null if there is none. @throws {Refusal} if it must not be written */
export function existingTarget(projectDir: string): TargetPath | null {
  const named = resolveProjectClaudeMd(projectDir);
  return fs.lstatSync(named, { throwIfNoEntry: false }) ? resolveTarget(named, projectDir) : null;
}

/** Why no session adds a block to the project's CLAUDE.md; undefined if the next one does. */
export function whyNoBlock(projectDir: string): string | undefined {
  if (!readProjectSettings(projectDir).settings.enabled) return "the project has disabled the plugin";
  if (isUserFile(resolveProjectClaudeMd(projectDir))) return "the user's own file gets none";
  const above = findBlockAbove(projectDir);
  return above && `sessions use the one in ${above}`;
}

export function checkBlocks(projectDir: string): Found[] {
  const target = existingTarget(projectDir);
  const content = target && readRegularFile(target.path);
  if (!content) return [];
  const text = decode(content.bytes, target.path);
  const { settings } = readProjectSettings(projectDir);
  const { managed, routing, sessions, memory, strays } = parseDocument(text).blocks;
  const blocks = [managed, ...routing, ...sessions, ...memory].filter((block) => block !== null);
  const { changes, problem: damage } = updateProjectText(text, {
    routingBlock: settings.routingBlock,
    projectRouting: settings.projectRouting,
    removeSessionBlock: !settings.sessionBlock,
    isOurRoot: (root) => isOwnRoot(root) === true || isNamedLikeUs(root),
  });
  const next = "The next session repairs this.";
  if (damage) return [...blocks.map(describeBlock), problem(damage, "Edit the lines that it names.")];
  if (!managed) {
    const why = whyNoBlock(projectDir);
    return why ? [ok(`no managed block: ${why}`)] : [note("no managed block yet: the next session adds it")];
  }
  const found = blocks.map(describeBlock);
  if (strays.length > 0) found.push(problem(`orphan markers in ${lineNumbers(strays)}`, next));
  else if (changes.length > 0) found.push(note(`not up to date: ${changes.join("; ")}`, next));
  if (sessions[0] && isTracked(target.path)) {
    found.push(describeTracked(target.path, sessions[0], settings.sessionBlock));
  }
  return found;
}

function describeBlock({ kind, first, last }: Block): Found {
  return ok(`${kind} block, lines ${first.line} to ${last.line}`);
}

function describeTracked(file: string, { first }: Block, isWanted: boolean): Found {
  return note(
    `git tracks ${file}, and its session block (line ${first.line}) shows one person's session and folders`,
    isWanted ? `Remove \`sessionBlock: true\` from ${TEAM_FILE}.` : "Commit the file without that block.",
  );
}

/** A project has one block. An older session may have used the other file. */
export function checkSecondFile(projectDir: string): Found[] {
  const file = resolveProjectClaudeMd(projectDir);
  const second = secondFileOf(projectDir, file);
  if (second === undefined) return [];
  return [
    note(
      `${second} holds a managed block, too, but sessions use ${file}`,
      "The next session moves its memory and removes that block.",
    ),
  ];
}
