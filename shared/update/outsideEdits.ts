/** Publishes what other programs write into the files that an update has displaced, or put in the target's place. */
import fs from "node:fs";
import { messageOf, quietly } from "../system/errors.ts";
import { isThere } from "../system/files.ts";
import { monotonicMs } from "../system/time.ts";
import { settle } from "./atRest.ts";
import type { Change } from "./change.ts";
import { findOutsideEdit, mergeOutsideEdit, type OutsideEdit, saveBeside } from "./displaced.ts";
import type { Displaced } from "./publish.ts";
import { TornError } from "./result.ts";
import { keepPrevious, reportOutsideEdit, tellSaved, type Update } from "./update.ts";

/** After so many, we only save what arrives: each merge displaces a file that the next program may have open. */
const MAX_MERGES = 10;
const MAX_EDITS = 3 * MAX_MERGES;

/** Publishes a change in rounds of its own. */
type Publish = (merge: Change) => void;

/** Repeats until no more arrives. Never throws, because the update itself is done. */
export function bringInOutsideEdits(update: Update, publish: Publish): void {
  const { displaced } = update;
  try {
    for (let edits = 0; displaced.length > 0; edits++) {
      const open = settle(displaced, update.publishedAtMs);
      const edit = findOutsideEdit(displaced, open);
      if (!edit) {
        dropMerged(update, open);
        if (open.length > 0) tellOpen(update, open);
        return;
      }
      if (edits === MAX_EDITS) throw new Error(`other programs wrote to it ${MAX_EDITS} times`);
      const isLate = edits >= MAX_MERGES || monotonicMs() > update.deadlineMs;
      bringIn(edit, update, isLate ? refuseMerge : publish);
    }
  } catch (error) {
    giveUp(update, messageOf(error));
  }
}

function refuseMerge(): void {
  throw new Error("other programs kept writing to it");
}

/** All of it is in the target. */
function dropMerged(update: Update, open: readonly Displaced[]): void {
  for (const displaced of update.displaced) {
    const { file, isBeside } = displaced;
    if (!isBeside || file === undefined || open.includes(displaced)) continue;
    keepPrevious(update, displaced);
    // Unless it is the backup by now.
    quietly(() => fs.rmSync(file));
  }
}

/** Tells of a program that still has a displaced file open. */
function tellOpen(update: Update, open: readonly Displaced[]): void {
  reportOutsideEdit(update, "open");
  const files = open.flatMap(({ file }) => (file !== undefined && isThere(file) ? [file] : []));
  const isLost = open.some(({ fd }) => fs.fstatSync(fd).nlink === 0);
  const where =
    files.length === open.length ? files.join(" and ") : "a file beside it, which a fence has moved";
  update.messages.push(
    `Another program still has the old ${update.target.path} open: what it writes there from now on ${isLost ? "will be lost" : `goes into ${where}`}.`,
  );
}

/** Publishes one outside edit. @throws if we could not even save it */
function bringIn(edit: OutsideEdit, update: Update, publish: Publish): void {
  const target = update.target.path;
  let saved: string | undefined;
  const merge: Change = (now) => {
    const { bytes, isConflict } = mergeOutsideEdit(edit, now, update.change, update.published);
    if (isConflict && now) saved = saveBeside(target, now, saved);
    return bytes;
  };
  try {
    publish(merge);
  } catch (error) {
    if (saved !== undefined) dropUnlessTorn(update, saved, error);
    saved = saveVersion(edit, target);
    reportOutsideEdit(update, "saved", saved);
    update.messages.push(
      `Another program changed ${target} at the same moment, and the two versions could not be merged (${messageOf(error)}). The other program's version is in ${saved}; merge the two by hand.`,
    );
    return;
  }
  reportOutsideEdit(update, saved ? "conflict" : "merged", saved);
  if (!saved) return;
  update.messages.push(
    `Another program changed ${target} at the same moment. Its version is in place; ours is in ${saved}.`,
  );
}

/** What a failed merge has saved: the target still holds it, unless that merge has overwritten a part of it. */
function dropUnlessTorn(update: Update, saved: string, error: unknown): void {
  if (!(error instanceof TornError)) {
    quietly(() => fs.rmSync(saved));
    return;
  }
  reportOutsideEdit(update, "saved", saved);
  update.messages.push(`A part of ${update.target.path} may be overwritten: as it was, it is in ${saved}.`);
}

/** A version that lies beside the target already stays there. What the program writes later replaces what was saved. */
function saveVersion({ from, outside }: OutsideEdit, target: string): string {
  if (from.isBeside && from.file !== undefined) from.savedAs = from.file;
  delete from.isBeside;
  if (from.savedAs === undefined || from.savedAs !== from.file) {
    from.savedAs = saveBeside(target, outside, from.savedAs);
  }
  return from.savedAs;
}

/** What a program writes into a file that lies beside the target is not lost. */
function giveUp(update: Update, why: string): void {
  const files = update.displaced
    .flatMap(({ isBeside, file = "" }) => (isBeside ? [file] : []))
    .filter(isThere);
  for (const file of files) tellSaved(update, file);
  if (files.length > 0) return;
  reportOutsideEdit(update, "lost");
  update.messages.push(
    `Updated ${update.target.path}, but lost what another program wrote into it at the same moment (${why}). Check that program's last changes.`,
  );
}
