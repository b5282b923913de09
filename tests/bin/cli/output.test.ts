/** No name or text of a file, a folder or a journal reaches the terminal as anything but visible characters. */
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { run } from "../../helpers/commandLine.ts";
import { payload, runHook } from "../../helpers/hookProcess.ts";
import { failedOpen, journalFile, writeJournal } from "../../helpers/journal.ts";
import { type Sandbox, sandbox } from "../../helpers/sandbox.ts";

/** ESC, CSI as one character, direction marks, zero-width characters, tags that spell "x", and a forged line. */
const NASTY = "a\u001b[31m\u009b2J\u202e\u2066\u061c\u200b\u2060\u{e0078}\nok  healthy";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const UNSAFE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\u{e0000}-\u{e0fff}]/u;

/** A project whose name, files and journal are nasty. */
function nastyProject(): Sandbox {
  const box = sandbox(NASTY);
  const file = path.join(box.projectDir, "CLAUDE.md");
  fs.writeFileSync(file, `# ${NASTY}\n`);
  runHook("sessionStart", payload("startup", box), box);
  fs.appendFileSync(file, `${NASTY}\n<!-- PACT_ROUTING_START -->\n`);
  const hooks = { SessionStart: [{ hooks: [{ type: "command", command: NASTY }] }] };
  fs.mkdirSync(path.join(box.projectDir, ".claude"));
  fs.writeFileSync(path.join(box.projectDir, ".claude/pact-hooks.md"), `---\n"${NASTY}": 1\n---\n`);
  fs.writeFileSync(path.join(box.projectDir, ".claude/settings.json"), JSON.stringify({ hooks }));
  const holder = { pid: 7, command: NASTY, source: "proc", alive: true };
  writeJournal(journalFile(box, "s-2"), failedOpen(NASTY, { target: `/p/${NASTY}`, message: NASTY, holder }));
  return box;
}

const COMMANDS = [
  ["doctor"],
  ["doctor", "--json"],
  ["try"],
  ["try", "--here"],
  ["install"],
  ["install", "--shared", "--dry-run"],
  ["uninstall", "--dry-run"],
  ["uninstall"],
  ["restore"],
  ["restore", "--list"],
  ["audit"],
  ["audit", "--json"],
  ["audit", "--project", NASTY],
  ["journal", "read"],
  ["journal", "read", "--json"],
  ["journal", "prune", "--older-than", "1d"],
  ["journal", "write", NASTY],
  ["audit", "--html", NASTY],
  [NASTY],
];

test.each(COMMANDS.map((args) => ({ args, name: args.join(" ").replace(NASTY, "NASTY") })))(
  "$name prints only what can be seen",
  ({ args }) => {
    const box = nastyProject();
    for (const env of [{}, { LC_ALL: "C.UTF-8" }]) {
      const { stdout, stderr } = run(args, box, { env });
      expect(stdout + stderr).not.toMatch(UNSAFE);
      expect(stdout + stderr).not.toMatch(/^ok {2}healthy/m);
    }
  },
);

test("the colours of a command are the only escape sequences", () => {
  const { stdout } = run(["try"], nastyProject(), { env: { FORCE_COLOR: "1" } });
  expect(stdout).toContain("\u001b[32m+");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  expect(stdout.replace(/\u001b\[(?:1|2|22|3[1-6]|39)m/g, "")).not.toMatch(UNSAFE);
});

test("JSON keeps the text, with escapes", () => {
  const box = nastyProject();
  const { findings } = JSON.parse(run(["doctor", "--json"], box).stdout);
  const messages = findings.map(({ message }: { message: string }) => message).join("");
  expect(messages).toContain(NASTY);
});

test("the audit's page has no invisible characters", () => {
  const box = nastyProject();
  const page = path.join(box.configDir, "audit.html");
  expect(run(["audit", "--html", page], box).status).toBe(0);
  expect(fs.readFileSync(page, "utf8")).not.toMatch(UNSAFE);
});

test("the answer of a hook, and what it writes to standard error, have no invisible characters", () => {
  const box = nastyProject();
  fs.rmSync(box.configDir, { recursive: true });
  fs.writeFileSync(box.configDir, "");
  const { stdout, stderr } = runHook("sessionStart", payload("startup", box), box);
  expect(stderr).toContain('"type":"session_start"');
  expect(stdout + stderr).not.toMatch(UNSAFE);
});
