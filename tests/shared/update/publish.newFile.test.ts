/** The publish of a new file: by a hard link, and where there are none. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { systemError } from "../../../shared/system/errors.ts";
import { updateFile } from "../../../shared/update/updateFile.ts";
import { beforeCall } from "../../helpers/beforeCall.ts";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import { injecting } from "../../helpers/machine.ts";
import { entriesOf, tempDir } from "../../helpers/tempDir.ts";
import { waitUntil } from "../../helpers/waitUntil.ts";

const { lstatSync } = fs;
const read = (file: string) => fs.readFileSync(file, "utf8");

test("a writer that is fenced right after it has created the file has created it", async (context) => {
  useJournal();
  const target = path.join(tempDir(), "CLAUDE.md");
  const under = injecting(context, "?link,?linkat:delay_exit=1000000");
  const child = startProgram("update", { target, line: "ours" }, { under });
  await waitUntil(() => fs.existsSync(target), "the file");
  expect(updateFile(target, (text) => `${text}next\n`, { timeoutMs: 0 }).outcome).toBe("written");
  expect(await child.message("result")).toMatchObject({ outcome: "written", rounds: 1 });
  expect(read(target)).toBe("ours\nnext\n");
});

test("a new file that is deleted right after the link stays deleted", () => {
  useJournal();
  const target = path.join(tempDir(), "CLAUDE.md");
  beforeCall(fs, "lstatSync", (file) => {
    if (file === target) fs.rmSync(target, { force: true });
  });
  expect(updateFile(target, () => "ours\n")).toMatchObject({ outcome: "written", rounds: 1 });
  expect(fs.existsSync(target)).toBe(false);
});

describe("without hard links,", () => {
  /** Creates a file where each link fails, and calls `act` before the first one. */
  const createWithout = (code: string, act?: (target: string) => void) => {
    const { events } = useJournal();
    const target = path.join(tempDir(), "CLAUDE.md");
    let links = 0;
    beforeCall(fs, "linkSync", () => {
      if (++links === 1) act?.(target);
      throw systemError(code, "no link");
    });
    const result = updateFile(target, (text) => `${text ?? ""}ours\n`);
    expect(entriesOf(path.dirname(target)).filter((name) => name !== "CLAUDE.md")).toEqual([]);
    return { result, target, resolutions: events().map(({ resolution }) => resolution) };
  };

  test.each([
    "EPERM",
    "EACCES",
    "EXDEV",
    "EINVAL",
    "EIO",
    "EISDIR",
    "ENOSYS",
    "ENOTSUP",
    "EOPNOTSUPP",
    "EMLINK",
  ])("a new file is created where a link fails with %s", (code) => {
    const { result, target, resolutions } = createWithout(code);
    expect([result.outcome, result.rounds, result.message, resolutions]).toEqual([
      "written",
      1,
      undefined,
      [],
    ]);
    expect(read(target)).toBe("ours\n");
  });

  test("a file that another program creates meanwhile stays", () => {
    const theirs = (target: string) => fs.writeFileSync(target, "theirs\n");
    const { result, target, resolutions } = createWithout("EPERM", theirs);
    expect(result).toMatchObject({ outcome: "written", rounds: 2 });
    expect([read(target), resolutions]).toEqual(["theirs\nours\n", ["reread"]]);
  });

  test("a full disk is no reason to rename", () => {
    const { result, target } = createWithout("ENOSPC");
    expect([result.outcome, result.rounds, fs.existsSync(target)]).toEqual(["abandoned", 1, false]);
  });

  /** Makes links as PRoot does: both names become symbolic ones to a file beside the first. */
  const linkAsPRoot = (existing: string, added: string) => {
    if (fs.existsSync(added)) throw systemError("EEXIST", added);
    const real = path.join(path.dirname(existing), `.l2s.${path.basename(existing)}0001`);
    fs.renameSync(existing, real);
    for (const name of [existing, added]) fs.symlinkSync(real, name);
  };

  test.each<[string, (target: string, claim: string) => void]>([
    ["shown as one", () => {}],
    [
      "shown as what it leads to",
      (target) => {
        vi.spyOn(fs, "lstatSync").mockImplementation(((file: string, options: object) =>
          file === target ? fs.statSync(file, options) : lstatSync(file, options)) as typeof fs.lstatSync);
      },
    ],
    ["taken by a fence", (_target, claim) => fs.rmSync(claim, { recursive: true })],
  ])("a new file is created where a link is a symbolic one into the claim, %s", async (_what, act) => {
    useJournal();
    // It knows no more that links are none.
    vi.resetModules();
    const fresh = await import("../../../shared/update/updateFile.ts");
    onTestFinished(() => void vi.restoreAllMocks());
    const dir = tempDir();
    const create = (name: string) => fresh.updateFile(path.join(dir, name), (text) => `${text ?? ""}ours\n`);
    vi.spyOn(fs, "linkSync").mockImplementation(((existing: string, added: string) => {
      linkAsPRoot(existing, added);
      act(added, path.dirname(existing));
    }) as typeof fs.linkSync);
    expect(create("CLAUDE.md")).toMatchObject({ outcome: "written", rounds: 2 });
    expect(create("AGENTS.md")).toMatchObject({ outcome: "written", rounds: 1 });
    vi.restoreAllMocks();
    expect(entriesOf(dir)).toEqual(["AGENTS.md", "CLAUDE.md"]);
    for (const name of entriesOf(dir)) {
      const file = path.join(dir, name);
      expect([read(file), fs.lstatSync(file).isFile()]).toEqual(["ours\n", true]);
    }
  });
});
