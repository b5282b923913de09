import fs from "node:fs";
import { expect, test } from "vitest";
import { JournalFollower } from "../../../bin/journal/follower.ts";
import { lineOf } from "../../helpers/journal.ts";
import { tempFile } from "../../helpers/tempDir.ts";

test("a follower does not take the rest of an overlong line for an event", () => {
  const file = tempFile("x".repeat((8 * 1024 + 64) * 1024));
  const follower = new JournalFollower(file, true);
  expect([...follower.newEvents()]).toEqual([]);
  fs.appendFileSync(file, lineOf({ type: "mytool.rest" }));
  fs.appendFileSync(file, lineOf({ type: "mytool.next" }));
  expect([...follower.newEvents()].map(({ type }) => type)).toEqual(["mytool.next"]);
  follower.close();
});
