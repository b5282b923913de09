/** Random arguments: the exit code means something, wrong ones get the usage, and no command prints a stack trace. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "../helpers/commandLine.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { check, nasty, timeout } from "./fuzz.ts";

const COMMANDS = [
  "doctor",
  "audit",
  "journal",
  "journal read",
  "journal write",
  "journal prune",
  "restore",
  "install",
  "uninstall",
];
const OPTIONS = [
  "--json",
  "--since",
  "--max-fail-open-rate",
  "--html",
  "--type",
  "--dry-run",
  "--user",
  "--project",
  "--help",
  "--purge",
  "--",
  "-",
];
const VALUES = ["", "-1", "NaN", "1e999", "7d", "0x10", ".", "/dev/null", "nowhere", "🚀", "--", "'", "a=b"];

/** These commands write: an argument that is taken for a folder must lie in the sandbox. */
const isHarmless = (text: string) => !text.includes("\0") && !text.startsWith("/") && !text.includes("..");

test("every command ends without a stack trace, and shows the usage if it exits with 2", { timeout }, () => {
  const box = sandbox();
  const word = fc.oneof(fc.constantFrom(...OPTIONS), fc.constantFrom(...VALUES), nasty.filter(isHarmless));
  const all = fc.tuple(
    fc.oneof(fc.constantFrom(...COMMANDS), nasty.filter(isHarmless)),
    fc.array(word, { maxLength: 4 }),
  );
  check(
    40,
    fc.property(all, ([command, words]) => {
      const { status, stdout, stderr } = run([...command.split(" "), ...words], box);
      expect([0, 1, 2]).toContain(status);
      expect(stderr).not.toMatch(/^ +at |is a defect/m);
      expect(stdout + stderr).not.toContain("\u001b");
      if (status === 2) expect(stderr).toContain("Usage: pact-hooks");
    }),
  );
});
