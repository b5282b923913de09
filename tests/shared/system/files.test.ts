import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { writeWhole } from "../../../shared/system/files.ts";
import { mountTmpfs } from "../../helpers/machine.ts";
import { modeOf, tempDir } from "../../helpers/tempDir.ts";

test("writeWhole replaces a file with a private one", () => {
  const dir = tempDir();
  const file = path.join(dir, "saved");
  fs.writeFileSync(file, "before\n", { mode: 0o644 });
  writeWhole(file, Buffer.from("now\n"));
  expect(fs.readFileSync(file, "utf8")).toBe("now\n");
  expect(modeOf(file)).toBe(0o600);
  expect(fs.readdirSync(dir)).toEqual(["saved"]);
});

test("writeWhole leaves only the old file when the disk has room for a part", (context) => {
  const dir = mountTmpfs(context, "size=64k");
  const file = path.join(dir, "saved");
  fs.writeFileSync(file, "before\n");
  expect(() => writeWhole(file, Buffer.alloc(100 * 1024, "text\n"))).toThrow(/ENOSPC/);
  expect(fs.readFileSync(file, "utf8")).toBe("before\n");
  expect(fs.readdirSync(dir)).toEqual(["saved"]);
});
