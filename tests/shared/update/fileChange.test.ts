/** Previews of changes, and changes that remove a file or make its folder. */
import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { Refusal } from "../../../shared/system/errors.ts";
import { resolveTarget } from "../../../shared/system/targetPath.ts";
import { createClaim, stagedName } from "../../../shared/update/claim.ts";
import { makeChange, previewChange, whyNot } from "../../../shared/update/fileChange.ts";
import { type Journal, useJournal } from "../../helpers/journal.ts";
import { entriesOf, tempDir, tempFile } from "../../helpers/tempDir.ts";

const read = (file: string) => fs.readFileSync(file, "utf8");
let journal: Journal;

beforeEach(() => {
  journal = useJournal();
});

describe("a preview", () => {
  const text = "ours\n";
  const empty = () => "";

  test("of no change is null", () => {
    for (const change of [() => null, (same: string | null) => same])
      expect(previewChange({ file: tempFile(text), change })).toBeNull();
  });

  test("of a new file says that it is created, also where its folder is absent", () => {
    for (const file of [path.join(tempDir(), "CLAUDE.md"), path.join(tempDir(), "absent", "CLAUDE.md")]) {
      const preview = previewChange({ file, change: (before) => `${before}new` });
      expect(preview).toEqual({ file, before: "", after: "nullnew", created: true, removed: false });
    }
  });

  test("of an empty new file does not fail", () => {
    const file = path.join(tempDir(), "CLAUDE.md");
    expect(previewChange({ file, leftBehindLink: "", change: empty })).toMatchObject({ created: true });
  });

  test("of an emptied file says that it is removed, if it may be, is ours, and no link leads to it", () => {
    const file = tempFile(text);
    const link = path.join(path.dirname(file), "LINK.md");
    fs.symlinkSync("CLAUDE.md", link);
    const left = { leftBehindLink: "left\n", change: empty };
    const told = { before: text, created: false };
    expect(previewChange({ file, ...left })).toEqual({ file, ...told, after: "", removed: true });
    expect(previewChange({ file: link, ...left })).toMatchObject({
      ...told,
      after: "left\n",
      removed: false,
    });
    const foreign = { file, ...left, isOurFile: (before: string) => before !== text };
    expect(previewChange(foreign)).toMatchObject({ ...told, after: "left\n", removed: false });
    expect(previewChange({ file, change: empty })).toMatchObject({ ...told, after: "", removed: false });
  });
});

describe("a change", () => {
  const ours = { leftBehindLink: "", change: (text: string | null) => text?.replace("ours\n", "") ?? null };

  test("removes a file of ours, and tells what it has found in a claim", () => {
    const file = tempFile("ours\n");
    const theirs = path.join(path.dirname(file), "theirs");
    fs.writeFileSync(theirs, "theirs\n");
    fs.renameSync(theirs, path.join(createClaim(resolveTarget(file)), stagedName(1n)));
    const { message, ...result } = makeChange({ file, ...ours }, {});
    expect(result).toMatchObject({ outcome: "removed", lock: { outcome: "not_needed" }, rounds: 1 });
    expect(message).toMatch(/Its version is in .*\.saved; merge the two by hand\.$/);
    expect(entriesOf(path.dirname(file))).toEqual([expect.stringMatching(/\.saved$/)]);
  });

  test("that has nothing to change says so, and has no message", () => {
    const result = makeChange({ file: tempFile("theirs\n"), ...ours }, {});
    expect(result).toEqual({ outcome: "unchanged", lock: expect.anything(), rounds: 0 });
  });

  test("that leaves a rest looks at the file once for the preview, once without the lock, and once under it", () => {
    const file = tempFile("ours\nrest\n");
    let calls = 0;
    const change = (text: string | null) => {
      calls++;
      return ours.change(text);
    };
    expect(makeChange({ ...ours, file, change }, {})).toMatchObject({ outcome: "written", rounds: 1 });
    expect([read(file), calls]).toEqual(["rest\n", 3]);
  });

  test("removes a file from which another writer takes the rest after the preview", () => {
    const file = tempFile("ours\nrest\n");
    const change = (text: string | null) => {
      if (text?.includes("rest")) fs.writeFileSync(file, "ours\n");
      return ours.change(text);
    };
    expect(makeChange({ ...ours, file, change }, {})).toMatchObject({ outcome: "removed" });
    expect(fs.existsSync(file)).toBe(false);
  });

  test.each<[string, string, (text: string | null) => string | null, string]>([
    ["with a rest", "ours\nrest\n", ours.change, "rest\n"],
    ["that is not ours", "theirs\n", () => "", ""],
  ])("removes no text %s that another writer puts there after the preview", (_what, theirs, then, left) => {
    const file = tempFile("ours\n");
    let calls = 0;
    const change = (text: string | null) => {
      if (++calls === 1) fs.writeFileSync(file, theirs);
      return text === "ours\n" ? "" : then(text);
    };
    const isOurFile = (text: string) => text.startsWith("ours\n");
    expect(makeChange({ ...ours, file, change, isOurFile }, {})).toMatchObject({ outcome: "written" });
    expect(read(file)).toBe(left);
  });

  test("leaves what it is told to behind a link", () => {
    const file = tempFile("ours\n");
    const link = path.join(path.dirname(file), "LINK.md");
    fs.symlinkSync("CLAUDE.md", link);
    const result = makeChange({ ...ours, file: link, leftBehindLink: "left\n" }, {});
    expect([result.outcome, read(file), fs.readlinkSync(link)]).toEqual(["written", "left\n", "CLAUDE.md"]);
  });

  test("leaves a file empty when it has met nine such writers", () => {
    const file = tempFile("ours\nrest\n");
    let met = 0;
    const change = (text: string | null) => {
      if (text?.includes("rest")) fs.writeFileSync(file, "ours\n");
      else if (++met < 10) fs.writeFileSync(file, "ours\nrest\n");
      return ours.change(text);
    };
    expect(makeChange({ ...ours, file, change }, {})).toMatchObject({ outcome: "written", rounds: 1 });
    // The last one was read without the lock, and then under it.
    expect([read(file), met]).toEqual(["", 11]);
  });

  test("that is refused names the file in its message and its event", () => {
    const file = tempFile("theirs\n");
    const change = () => {
      throw new Refusal("is odd", "Mend it.");
    };
    const message = `${file} is odd; left unchanged. Mend it.`;
    expect(makeChange({ file, change }, {})).toMatchObject({ outcome: "refused", message });
    expect(journal.events()).toMatchObject([{ type: "write_refused", target: file, message }]);
    expect(whyNot(file, new Refusal("is odd"))).toBe(`${file} is odd; left unchanged.`);
    expect(whyNot(file, new Error("said"))).toBe("said");
  });

  test("makes a private folder for the user's own file, and one as the umask says in a project", () => {
    const dir = tempDir();
    const create = (name: string, projectDir?: string) => {
      const file = path.join(dir, name, "CLAUDE.md");
      expect(makeChange({ file, projectDir, change: () => "new\n" }, {})).toMatchObject({
        outcome: "written",
      });
      return fs.statSync(path.dirname(file)).mode & 0o777;
    };
    expect(create("user")).toBe(0o700);
    expect(create("team", dir)).toBe(0o777 & ~process.umask());
    fs.rmSync(path.join(dir, "team", "CLAUDE.md"));
    expect(create("team", dir)).toBe(0o777 & ~process.umask());
  });
});
