/** Publishes what other programs write into the files that an update has displaced, or put in the target's place. */
import fs from "node:fs";
import { messageOf, quietly } from "../system/errors.ts";
import { settle } from "./atRest.ts";
import type { Change } from "./change.ts";
import { findOutsideEdit, mergeOutsideEdit, type OutsideEdit, saveBeside } from "./displaced.ts";
import type { Displaced } from "./publish.ts";
import { keepPrevious, reportOutsideEdit, type Update } from "./update.ts";

const MAX_MERGES = 10;

/** Publishes a change in rounds of its own. */
type Publish = (merge: Change) => void;

/** Repeats until no more arrives. Never throws, because the update itself is done. */
export function bringInOutsideEdits(update: Update, publish: Publish): void {
  const { displaced } = update;
  try {
    for (let merges = 0; displaced.length > 0; merges++) {
      const open = settle(displaced, update.publishedAtMs);
      const edit = findOutsideEdit(displaced, open);
      if (!edit) {
        dropMerged(update, open);
        if (open.length > 0) tellOpen(update, open);
        return;
      }
      if (merges === MAX_MERGES) throw new Error(`that program wrote to it ${MAX_MERGES} times`);
      bringIn(edit, update, publish);
    }
  } catch (error) {
    giveUp(update, messageOf(error));
  }
}

/** All of it is in the target. */
function dropMerged(update: Update, open: readonly Displaced[]): void {
  for (const displaced of update.displaced) {
    const { file, isOutside } = displaced;
    if (!isOutside || file === undefined || open.includes(displaced)) continue;
    keepPrevious(update, displaced);
    if (displaced.file === file) quietly(() => fs.rmSync(file));
  }
}

/** Tells of a program that still has a displaced file open. */
function tellOpen(update: Update, open: readonly Displaced[]): void {
  reportOutsideEdit(update, "open");
  const files = open.flatMap(({ fd, file }) =>
    file !== undefined && fs.fstatSync(fd).nlink > 0 ? [file] : [],
  );
  const where = files.length === open.length ? `goes into ${files.join(" and ")}` : "will be lost";
  update.messages.push(
    `Another program still has the old ${update.target.path} open: what it writes there from now on ${where}.`,
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
    saved = edit.from.isOutside ? edit.from.file : undefined;
    delete edit.from.isOutside;
    saved ??= saveBeside(target, edit.outside);
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

function giveUp(update: Update, why: string): void {
  reportOutsideEdit(update, "lost");
  update.messages.push(
    `Updated ${update.target.path}, but lost what another program wrote into it at the same moment (${why}). Check that program's last changes.`,
  );
}
