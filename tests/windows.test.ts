/** What is different on Windows: the lock and the publish. `npm run test:windows` runs it elsewhere, under Wine. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { sidecarOf as sidecarOfTarget, withFileLock } from "../shared/fileLock.ts";
import { copyOf } from "../shared/lock/holder.ts";
import { findProgram } from "../shared/system/programs.ts";
import { closeSnapshot, openSnapshot } from "../shared/system/snapshot.ts";
import { resolveTarget } from "../shared/system/targetPath.ts";
import { createClaim, discardClaim, fence, listClaims } from "../shared/update/claim.ts";
import { publish } from "../shared/update/publish.ts";
import { removeSidecar } from "../shared/update/removeFile.ts";
import { stage } from "../shared/update/stage.ts";
import { updateFile } from "../shared/update/updateFile.ts";
import { startProgram } from "./helpers/child.ts";
import { useJournal } from "./helpers/journal.ts";
import { BACKENDS } from "./helpers/machine.ts";
import { dated, HOUR, newTarget, startHolder } from "./helpers/sidecar.ts";
import { entriesOf, listing, sidecarOf, tempFile } from "./helpers/tempDir.ts";
import { waitUntil } from "./helpers/waitUntil.ts";

const WRITERS = 6;
/** `WRITES=200` is the long form. */
const WRITES = Number(process.env.WRITES) || 20;

const append = (line: string) => (text: string | null) => `${text ?? ""}${line}\n`;

describe.skipIf(process.platform !== "win32")("on Windows", () => {
  describe("the lock", () => {
    test("is an exclusive open, and no program of /usr/bin is looked for", () => {
      expect(BACKENDS).toEqual(["exlock"]);
      expect(findProgram("flock")).toBeUndefined();
    });

    test("of a killed holder is free at once, whatever it left", async () => {
      const { events } = useJournal();
      const target = newTarget();
      const holder = await startHolder(target);
      holder.kill("SIGKILL");
      await holder.exited;
      expect(fs.readFileSync(sidecarOf(target), "utf8")).toContain(`"pid":${holder.pid}`);
      dated(sidecarOf(target), -HOUR);
      expect(withFileLock(target, (lease) => lease, { timeoutMs: 0 }).outcome).toBe("locked");
      expect(fs.readFileSync(sidecarOf(target), "utf8")).toBe("");
      expect(events()).toEqual([]);
    });

    test("names the holder that a waiter waited for in vain, and evicts none", async () => {
      const { events } = useJournal();
      const target = newTarget();
      const holder = await startHolder(target);
      const options = { timeoutMs: 1500, ttlMs: 1 };
      const lease = withFileLock(target, (given) => given, options);
      const known = { pid: holder.pid, source: "record", alive: true };
      expect(lease).toMatchObject({ outcome: "fail_open", reason: "timeout", holder: known });
      expect(events()).toMatchObject([{ type: "lock_fail_open", reason: "timeout", holder: known }]);
      holder.end();
      await holder.exited;
      expect(fs.existsSync(copyOf(sidecarOf(target)))).toBe(false);
      expect(withFileLock(target, (given) => given, options).outcome).toBe("locked");
    });

    test("leaves nothing behind when its free sidecar is removed, and a held one stays", async () => {
      const target = resolveTarget(newTarget());
      const holder = await startHolder(target.path);
      expect(removeSidecar(target)).toBe("another process holds it");
      holder.kill("SIGKILL");
      await holder.exited;
      expect(fs.existsSync(copyOf(sidecarOfTarget(target)))).toBe(true);
      expect(removeSidecar(target)).toBeUndefined();
      expect(listing(target.dir)).toEqual([]);
    });
  });

  describe("an update", () => {
    test(`of ${WRITERS} writers at the same time loses none, each with the lock`, async () => {
      const target = tempFile("existing\n");
      const writers = Array.from({ length: WRITERS }, (_, index) => {
        const options = { timeoutMs: 60_000 };
        return startProgram("updateMany", { target, name: `w${index}`, times: WRITES, options });
      });
      await Promise.all(writers.map((writer) => writer.exited));
      for (const writer of writers)
        expect(await writer.message("done")).toEqual({ "written locked": WRITES });
      const lines = fs.readFileSync(target, "utf8").split("\n");
      expect(lines.length).toBe(2 + WRITERS * WRITES);
      expect(new Set(lines).size).toBe(lines.length);
      expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
    }, 300_000);

    test("is retried while another program has the file open for a moment", async () => {
      const target = tempFile("existing\n");
      const other = startProgram("holdOpen", { file: target });
      await other.message("open");
      const writer = startProgram("update", { target, line: "ours" });
      await waitUntil(() => listClaims(resolveTarget(target)).length > 0, "a round");
      other.send("close");
      const result = await writer.message("result");
      expect(result).toMatchObject({ outcome: "written", lock: { outcome: "locked" } });
      expect(fs.readFileSync(target, "utf8")).toBe("existing\nours\n");
      expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
    });

    test.each(["r", "r+", 0x10000000])(
      "is given up with a message if a program keeps it open (%s)",
      async (flags) => {
        const { events } = useJournal();
        const target = tempFile("existing\n");
        const other = startProgram("holdOpen", { file: target, flags });
        await other.message("open");
        const result = updateFile(target, append("ours"));
        expect(result).toMatchObject({ outcome: "abandoned" });
        expect(result.message).toMatch(/^Could not update .*(has it open|EBUSY).* The file is unchanged\./);
        expect(events()).toMatchObject([{ type: "write_abandoned" }]);
        other.send("close");
        await other.message("closed");
        expect(fs.readFileSync(target, "utf8")).toBe("existing\n");
        expect(entriesOf(path.dirname(target))).toEqual(["CLAUDE.md"]);
        expect(updateFile(target, append("ours")).outcome).toBe("written");
      },
    );

    test("of a file under another case takes the lock of the name in the folder", () => {
      const target = tempFile("existing\n");
      const named = path.join(path.dirname(target).toUpperCase(), "claude.MD");
      expect(updateFile(named, append("ours"))).toMatchObject({ outcome: "written", target });
      expect(fs.readdirSync(path.dirname(target)).sort()).toEqual([".CLAUDE.md.lock", "CLAUDE.md"]);
    });

    test("finds what a program wrote into the file, or put in its place, just before the publish", () => {
      for (const change of [
        (file: string) => fs.appendFileSync(file, "theirs\n"),
        (file: string) => {
          fs.writeFileSync(`${file}.new`, "existing\ntheirs\n");
          fs.renameSync(`${file}.new`, file);
        },
      ]) {
        const target = resolveTarget(tempFile("existing\n"));
        const claim = createClaim(target);
        const old = openSnapshot(target.path);
        const staged = stage(target.path, claim, Buffer.from("ours\n"), old);
        // As an update does after it has read the file.
        closeSnapshot(old);
        change(target.path);
        const published = publish(staged, target.path, old, () => {});
        const [found] = published?.displaced ?? [];
        expect(found).toMatchObject({ bytes: Buffer.from("existing\n") });
        expect(fs.readFileSync(found?.file as string, "utf8")).toBe("existing\ntheirs\n");
        closeSnapshot(found ?? null);
        expect(discardClaim(claim, target.path)).toEqual([]);
        expect(fs.existsSync(claim)).toBe(false);
      }
    });

    test("fences a claim again that stays although its removal was no error, as under Wine", () => {
      const target = resolveTarget(tempFile("existing\n"));
      const theirs = createClaim(target);
      const removal = vi.spyOn(fs, "rmdirSync");
      onTestFinished(() => removal.mockRestore());
      removal.mockImplementationOnce((claim) =>
        fs.writeFileSync(path.join(String(claim), "next"), "theirs\n"),
      );
      expect(fence(target, "", 30_000)).toEqual({ inTheWay: null, saved: [] });
      expect(fs.existsSync(theirs)).toBe(false);
    });

    test("keeps a copy of the first displaced file as the backup", () => {
      const target = tempFile("existing\n");
      const backup = path.join(path.dirname(target), "kept", "CLAUDE.md.before");
      expect(updateFile(target, append("ours"), { backup }).outcome).toBe("written");
      expect(fs.readFileSync(backup, "utf8")).toBe("existing\n");
    });

    test("of a read-only file is refused with what to do", () => {
      const target = tempFile("existing\n");
      fs.chmodSync(target, 0o444);
      expect(updateFile(target, append("ours")).message).toContain(
        "is read-only; left unchanged. Make it writable: attrib -r",
      );
      fs.chmodSync(target, 0o666);
    });
  });
});
