/** What a new version of a file keeps of the old one, beside its owner and mode: updateFile.faults.test.ts. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { native } from "../../../shared/system/native.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { attributesOf, setAttributes } from "../../helpers/attributes.ts";
import { useJournal } from "../../helpers/journal.ts";
import { HAS_PYTHON } from "../../helpers/machine.ts";
import { tempFile } from "../../helpers/tempDir.ts";

const modeOf = (file: string) => fs.statSync(file).mode & 0o777;
const addLine = (text: string | null) => `${text}new\n`;

describe.runIf(native() && HAS_PYTHON)("a new version of a file", () => {
  test("keeps its access control list and its extended attributes", ({ skip }) => {
    useJournal();
    const target = tempFile("old\n");
    const why = setAttributes(target, { "user.mine": "value", "system.posix_acl_access": "ACCESS_LIST" });
    skip(why !== undefined, `this file system keeps no attributes: ${why}`);
    const before = [attributesOf(target), modeOf(target)];
    expect(updateFile(target, addLine)).toMatchObject({ outcome: "written" });
    expect([attributesOf(target), modeOf(target)]).toEqual(before);
  });

  test("gets nothing of the default list of its folder, which the old one did not have", ({ skip }) => {
    useJournal();
    const target = tempFile("old\n");
    fs.chmodSync(target, 0o640);
    const why = setAttributes(path.dirname(target), { "system.posix_acl_default": "ACCESS_LIST" });
    skip(why !== undefined, `this file system keeps no lists: ${why}`);
    expect(updateFile(target, addLine)).toMatchObject({ outcome: "written" });
    expect([attributesOf(target), modeOf(target)]).toEqual(["{}", 0o640]);
  });
});
