import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { MANAGED_START, ROUTING_END, ROUTING_START } from "../../shared/claudeMd/markers.ts";
import {
  ensureProjectMemory,
  migrateToManagedStructure,
  resolveProjectClaudeMd,
  stripOrphanKernelBlock,
  stripOrphanRoutingMarkers,
  updatePactRouting,
  updateSessionInfo,
} from "../../shared/claudeMdManager.ts";
import { TEAM_FILE } from "../../shared/settings.ts";
import { journalEvents } from "../helpers/journal.ts";
import { type Sandbox, sandbox } from "../helpers/sandbox.ts";
import { listing } from "../helpers/tempDir.ts";

let box: Sandbox;
let file: string;
const session = {
  id: "3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b",
  dir: "/journals/demo/3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b",
  pluginRoot: "/plugin",
  startedAt: new Date("2026-01-02T03:04:05Z"),
};

beforeEach(() => {
  box = sandbox();
  file = path.join(box.projectDir, "CLAUDE.md");
  vi.stubEnv("CLAUDE_CONFIG_DIR", box.configDir);
  return () => vi.unstubAllEnvs();
});

const put = (text: string) => fs.writeFileSync(file, text);
const text = () => fs.readFileSync(file, "utf8");

describe("resolveProjectClaudeMd", () => {
  test("prefers .claude/CLAUDE.md, even a dangling link, then CLAUDE.md, then a new .claude/CLAUDE.md", () => {
    const inner = path.join(box.projectDir, ".claude/CLAUDE.md");
    expect(resolveProjectClaudeMd(box.projectDir)).toBe(inner);
    put("");
    expect(resolveProjectClaudeMd(box.projectDir)).toBe(file);
    fs.mkdirSync(path.dirname(inner));
    fs.symlinkSync("nowhere", inner);
    expect(resolveProjectClaudeMd(box.projectDir)).toBe(inner);
  });
});

describe("in a project,", () => {
  const orphan = `top\n${ROUTING_END}\nbottom\n`;
  const old = `${MANAGED_START}\n${ROUTING_START}\nold words\n${ROUTING_END}\n<!-- PACT_MEMORY_START -->\n## Pinned Context\npin\n<!-- PACT_MEMORY_END -->\n<!-- PACT_MANAGED_END -->\nmine\n`;
  const cases: [string, string, () => string | null, (after: string) => void][] = [
    [
      "ensureProjectMemory",
      "mine\n",
      () => ensureProjectMemory(box.projectDir),
      (after) => expect(after).toMatch(/^mine\n\n[\s\S]*PACT_MEMORY_START/),
    ],
    [
      "migrateToManagedStructure",
      "intro\n## Pinned Context\npin\n",
      () => migrateToManagedStructure(box.projectDir),
      (after) => expect(after).toMatch(/^intro\n[\s\S]*## Pinned Context\npin\n[\s\S]*PACT_MEMORY_END/),
    ],
    [
      "stripOrphanRoutingMarkers",
      orphan,
      () => stripOrphanRoutingMarkers(box.projectDir),
      (after) => expect(after).toBe("top\nbottom\n"),
    ],
    [
      "updatePactRouting",
      old,
      () => updatePactRouting(box.projectDir),
      (after) => expect(after).not.toContain("old words"),
    ],
    [
      "updateSessionInfo",
      old,
      () => {
        fs.mkdirSync(path.join(box.projectDir, ".claude"), { recursive: true });
        fs.writeFileSync(path.join(box.projectDir, TEAM_FILE), "---\nsessionBlock: true\n---\n");
        return updateSessionInfo(box.projectDir, session);
      },
      (after) => expect(after).toContain(`claude --resume ${session.id}`),
    ],
  ];

  test.each(cases)(
    "%s makes its one change, reports it, and then finds nothing to do",
    (_name, before, run, check) => {
      put(before);
      expect(run()).toEqual(expect.any(String));
      check(text());
      expect(run()).toBeNull();
    },
  );

  test("updateSessionInfo does nothing where the session block is off, which it is by default", () => {
    put(old);
    expect(updateSessionInfo(box.projectDir, session)).toBeNull();
    expect(text()).toBe(old);
  });

  test("a function with nothing to do creates no file", () => {
    expect(stripOrphanRoutingMarkers(box.projectDir)).toBeNull();
    expect(migrateToManagedStructure(box.projectDir)).toBeNull();
    expect(listing(box.projectDir)).toEqual([]);
  });

  test("a CLAUDE.md that cannot be written gives a status line, not an exception", () => {
    fs.mkdirSync(file);
    expect(ensureProjectMemory(box.projectDir)).toContain("a folder");
    expect(ensureProjectMemory("/no/such/project")).toContain("/no/such/project");
  });
});

describe("stripOrphanKernelBlock", () => {
  const kernel = "before\n<!-- PACT_START: kernel -->\nold\n<!-- PACT_END -->\nafter\n";

  function putUserLevel(content: string): string {
    const own = path.join(box.configDir, "CLAUDE.md");
    fs.mkdirSync(box.configDir);
    fs.writeFileSync(own, content);
    return own;
  }

  test("removes a well-formed obsolete block from the user's own CLAUDE.md", () => {
    const own = putUserLevel(kernel);
    expect(stripOrphanKernelBlock()).toContain("removed");
    expect(fs.readFileSync(own, "utf8")).toBe("before\nafter\n");
    expect(stripOrphanKernelBlock()).toBeNull();
  });

  test("leaves a damaged obsolete block alone, and reports its lines", () => {
    const damaged = kernel.replace("<!-- PACT_END -->\n", "");
    const own = putUserLevel(damaged);
    expect(stripOrphanKernelBlock()).toBe(
      `${own} is unchanged: the obsolete block between <!-- PACT_START … --> and <!-- PACT_END --> is damaged ` +
        "(marker line 2). Remove it by hand.",
    );
    expect(fs.readFileSync(own, "utf8")).toBe(damaged);
  });

  test("follows a link to dotfiles outside the configuration folder, and keeps the link", () => {
    const dotfile = path.join(path.dirname(box.configDir), "dotfiles.md");
    fs.writeFileSync(dotfile, kernel);
    fs.mkdirSync(box.configDir);
    fs.symlinkSync(dotfile, path.join(box.configDir, "CLAUDE.md"));
    expect(stripOrphanKernelBlock()).toContain("removed");
    expect(fs.readFileSync(dotfile, "utf8")).toBe("before\nafter\n");
    expect(fs.readlinkSync(path.join(box.configDir, "CLAUDE.md"))).toBe(dotfile);
  });

  test("reports a link that leads in a circle, and does not treat it as an absent file", () => {
    fs.mkdirSync(box.configDir);
    fs.symlinkSync("CLAUDE.md", path.join(box.configDir, "CLAUDE.md"));
    expect(stripOrphanKernelBlock()).toMatch(/^could not be checked \(ELOOP/);
  });

  test("does nothing when the user has no CLAUDE.md", () => {
    expect(stripOrphanKernelBlock()).toBeNull();
    expect(fs.existsSync(box.configDir)).toBe(false);
  });
});

test("a refused write is journaled even without a session", () => {
  fs.mkdirSync(file);
  ensureProjectMemory(box.projectDir, { hook: "installer" });
  expect(journalEvents(box)).toMatchObject([{ type: "write_refused", hook: "installer" }]);
});
