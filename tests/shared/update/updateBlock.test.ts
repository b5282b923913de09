import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { removeBlock, updateBlock } from "../../../shared/update/updateBlock.ts";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import { entriesOf, modeOf, tempDir, tempFile } from "../../helpers/tempDir.ts";
import { FORMATS } from "../text/blockCases.ts";

const block = { start: "<!-- BEGIN:mine -->", end: "<!-- END:mine -->", body: "body" };
const BLOCK = "<!-- BEGIN:mine -->\nbody\n<!-- END:mine -->";
const read = (file: string) => fs.readFileSync(file, "utf8");

test("an update adds the block under the lock, and a second one writes nothing, not even the time", () => {
  useJournal();
  const target = tempFile("# Team\r\n", "AGENTS.md");
  expect(updateBlock(target, block)).toMatchObject({ outcome: "written", lock: { outcome: "locked" } });
  expect(read(target)).toBe(`# Team\r\n\r\n${BLOCK.replaceAll("\n", "\r\n")}\r\n`);
  fs.utimesSync(target, 0, 0);
  const { ino, mtimeMs } = fs.statSync(target);
  expect(updateBlock(target, block)).toMatchObject({ outcome: "unchanged", lock: { outcome: "not_needed" } });
  expect(fs.statSync(target)).toMatchObject({ ino, mtimeMs });
  expect(entriesOf(path.dirname(target))).toEqual(["AGENTS.md"]);
});

describe("a removal gives back the bytes", () => {
  test.each([["# Team\n"], ["# Team"], [""], ["\uFEFFa\r\n\r\n"], ["---\nk: v\n---\n```\n"], [" \t"]])(
    "of a file that held %j",
    (text) => {
      useJournal();
      const target = tempFile(text, "AGENTS.md");
      fs.chmodSync(target, 0o640);
      updateBlock(target, block);
      expect(read(target)).toContain(BLOCK.split("\n")[0]);
      expect(removeBlock(target, block)).toMatchObject({ outcome: "written" });
      expect(read(target)).toBe(text);
      expect(modeOf(target)).toBe(0o640);
      expect(removeBlock(target, block)).toMatchObject({ outcome: "unchanged" });
    },
  );

  test("of a file that the update created: it is gone, and what others have added to it stays", () => {
    useJournal();
    const target = path.join(tempDir(), "AGENTS.md");
    expect(removeBlock(target, block)).toMatchObject({ outcome: "unchanged" });
    expect(updateBlock(target, block)).toMatchObject({ outcome: "written" });
    expect(read(target)).toBe(`${BLOCK}\n`);
    expect(modeOf(target)).toBe(0o666 & ~process.umask());
    expect(removeBlock(target, block)).toMatchObject({ outcome: "removed" });
    expect(entriesOf(path.dirname(target))).toEqual([]);
    updateBlock(target, block);
    fs.appendFileSync(target, "\nmine\n");
    expect(removeBlock(target, block)).toMatchObject({ outcome: "written" });
    expect(read(target)).toBe("mine\n");
  });

  test("of a file behind a link: the file stays, so that the link leads somewhere", () => {
    useJournal();
    const target = path.join(tempDir(), "AGENTS.md");
    const link = path.join(path.dirname(target), "CLAUDE.md");
    fs.writeFileSync(target, "");
    fs.symlinkSync("AGENTS.md", link);
    fs.writeFileSync(target, `${BLOCK}\n`);
    expect(removeBlock(link, block)).toMatchObject({ outcome: "written" });
    expect([read(target), fs.readlinkSync(link)]).toEqual(["", "AGENTS.md"]);
  });
});

describe("refused, with a message and an event, and unchanged is", () => {
  const conflict = `<<<<<<< a\n${BLOCK}\n=======\n>>>>>>> b\n`;

  test.each([
    [
      "a text with a merge conflict",
      Buffer.from(conflict),
      /unresolved merge conflict in lines 1 to 6; .* Resolve it\.$/,
    ],
    ["a text that is not UTF-8", Buffer.from([0x61, 0xff]), /is not UTF-8 text/],
    ["a text in UTF-16", Buffer.from("a\0b\0"), /is not UTF-8 text: byte 2 is NUL/],
  ])("%s", (_what, bytes, message) => {
    const { events } = useJournal();
    const target = tempFile(bytes, "AGENTS.md");
    for (const run of [updateBlock, removeBlock]) {
      const result = run(target, block);
      expect(result).toMatchObject({ outcome: "refused", message: expect.stringMatching(message) });
      expect(result.message?.startsWith(`${target} `)).toBe(true);
    }
    expect(fs.readFileSync(target)).toEqual(bytes);
    expect(events().map(({ type, target }) => [type, target])).toEqual(
      Array(2).fill(["write_refused", target]),
    );
  });

  test("a link that leads outside", () => {
    useJournal();
    const target = path.join(tempDir(), "AGENTS.md");
    const file = tempFile(`a\n\n${BLOCK}\n`);
    fs.symlinkSync(file, target);
    for (const run of [updateBlock, removeBlock]) {
      expect(run(target, { ...block, body: "new" })).toMatchObject({
        outcome: "refused",
        message: expect.stringContaining("outside of"),
      });
    }
    expect(read(file)).toBe(`a\n\n${BLOCK}\n`);
  });

  test("a file in a folder that does not exist", () => {
    useJournal();
    const target = path.join(tempDir(), "docs", "AGENTS.md");
    expect(updateBlock(target, block)).toMatchObject({ outcome: "refused" });
    expect(fs.existsSync(path.dirname(target))).toBe(false);
  });
});

test("a senseless call throws before any file is touched", () => {
  useJournal();
  const target = path.join(tempDir(), "AGENTS.md");
  expect(() => updateBlock(target, { ...block, body: block.end })).toThrow(TypeError);
  expect(() => updateBlock(target, { ...block, end: block.start })).toThrow("end must differ from start");
  expect(() => removeBlock(target, { start: "", end: "x" })).toThrow("start must be a line of text");
  expect(fs.readdirSync(path.dirname(target))).toEqual([]);
});

describe("six processes with six blocks in one file", () => {
  const text = "# Team\r\n\r\nTheir own words";
  const tools = Object.entries(FORMATS).slice(0, 6);

  async function runAll(target: string, remove: boolean) {
    const programs = tools.map(([name, markers]) =>
      startProgram("updateBlocks", { target, block: { ...markers, body: name }, times: 8, remove }),
    );
    for (const program of programs) await program.message("ready");
    for (const program of programs) program.end();
    return Promise.all(programs.map((program) => program.message("outcomes")));
  }

  test("keep each other's blocks and the text", async () => {
    const { events } = useJournal();
    const target = tempFile(text, "AGENTS.md");
    expect((await runAll(target, false)).flat()).toEqual(Array(48).fill("written"));
    const lines = read(target).split("\r\n");
    expect(lines.slice(0, 3).join("\r\n")).toBe(text);
    for (const [name, { start, end }] of tools) {
      const at = lines.indexOf(start);
      expect(lines.slice(at, at + 3)).toEqual([start, `${name} 8`, end]);
    }
    // Three lines of text, six blocks of three, and a blank line above each.
    expect(lines).toHaveLength(27);
    expect(events()).toEqual([]);
    for (const [, markers] of tools) removeBlock(target, markers);
    expect(read(target)).toBe(text);
  }, 60_000);

  test("that create the file, and remove their blocks while others update, leave no file", async () => {
    useJournal();
    const target = path.join(tempDir(), "AGENTS.md");
    await runAll(target, true);
    expect(entriesOf(path.dirname(target))).toEqual([]);
  }, 60_000);

  test("that remove them while others update leave the file as it was", async () => {
    useJournal();
    const target = tempFile(text, "AGENTS.md");
    await runAll(target, true);
    expect(read(target)).toBe(text);
    expect(entriesOf(path.dirname(target))).toEqual(["AGENTS.md"]);
  }, 60_000);
});
