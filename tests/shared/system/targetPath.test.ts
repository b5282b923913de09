import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { Refusal } from "../../../shared/system/errors.ts";
import { isFolderInside, nameOnWindows, resolveTarget } from "../../../shared/system/targetPath.ts";
import { startProgram } from "../../helpers/child.ts";
import { useJournal } from "../../helpers/journal.ts";
import { CAN_BE_NOBODY, NOBODY } from "../../helpers/machine.ts";
import { tempDir } from "../../helpers/tempDir.ts";

/** A project beside other folders: `project/`, `project-2/` and `outside/`, with a file in each. */
function layout() {
  const root = tempDir();
  const at = (name: string) => path.join(root, name);
  for (const dir of ["project", "project/docs", "project-2", "outside"]) {
    fs.mkdirSync(at(dir));
    fs.writeFileSync(at(`${dir}/AGENTS.md`), "text\n");
  }
  return at;
}

type Layout = ReturnType<typeof layout>;

/** Makes CLAUDE.md a link to another file of the project, which it makes, too. */
function linkTo(name: string) {
  return (at: Layout) => {
    fs.mkdirSync(path.dirname(at(`project/${name}`)), { recursive: true });
    fs.writeFileSync(at(`project/${name}`), "");
    fs.symlinkSync(name, at("project/CLAUDE.md"));
  };
}

describe("the real file", () => {
  test.each<[string, string, (at: Layout) => void, string]>([
    ["is the file itself", "project/AGENTS.md", () => {}, "project/AGENTS.md"],
    ["may be absent", "project/CLAUDE.md", () => {}, "project/CLAUDE.md"],
    ["may lie in a subfolder", "project/docs/AGENTS.md", () => {}, "project/docs/AGENTS.md"],
    [
      "is the file that a link leads to",
      "project/CLAUDE.md",
      (at) => fs.symlinkSync("AGENTS.md", at("project/CLAUDE.md")),
      "project/AGENTS.md",
    ],
    [
      "is at the end of a chain of links, even if one lies outside the project",
      "project/CLAUDE.md",
      (at) => {
        fs.symlinkSync(at("outside/link"), at("project/CLAUDE.md"));
        fs.symlinkSync(at("project/docs/AGENTS.md"), at("outside/link"));
      },
      "project/docs/AGENTS.md",
    ],
    [
      "is found through a folder that is a link within the project",
      "project/link/AGENTS.md",
      (at) => fs.symlinkSync("docs", at("project/link")),
      "project/docs/AGENTS.md",
    ],
    ...[
      "README.MD",
      "docs/guide.md",
      ".claude/CLAUDE.md",
      ".claude/AGENTS.md",
      ".claude/a/CLAUDE.md",
      ".github/x.md",
    ].map((name): [string, string, (at: Layout) => void, string] => [
      `is the Markdown file ${name} that a link leads to`,
      "project/CLAUDE.md",
      linkTo(name),
      `project/${name}`,
    ]),
    ["is found through dots in the path", "project/docs/../AGENTS.md", () => {}, "project/AGENTS.md"],
  ])("%s", (_what, target, prepare, real) => {
    const at = layout();
    prepare(at);
    expect(resolveTarget(at(target), at("project"))).toEqual({
      dir: path.dirname(at(real)),
      base: path.basename(real),
      path: at(real),
    });
  });

  test("is found when the project folder itself is a link", () => {
    const at = layout();
    fs.symlinkSync("project", at("alias"));
    for (const project of ["alias", "project"]) {
      expect(resolveTarget(at("alias/AGENTS.md"), at(project)).path).toBe(at("project/AGENTS.md"));
      expect(resolveTarget(at("project/AGENTS.md"), at(project)).path).toBe(at("project/AGENTS.md"));
    }
  });

  test("must lie in the target's own folder or below if there is no project", () => {
    const at = layout();
    fs.symlinkSync("docs/AGENTS.md", at("project/inside.md"));
    fs.symlinkSync("../outside/AGENTS.md", at("project/outside.md"));
    expect(resolveTarget(at("project/inside.md")).path).toBe(at("project/docs/AGENTS.md"));
    expect(() => resolveTarget(at("project/outside.md"))).toThrow(Refusal);
  });
});

describe("resolveTarget says why it refuses", () => {
  test.each<[string, string, RegExp, (at: Layout) => void]>([
    ["a file outside the project", "outside/AGENTS.md", /outside of/, () => {}],
    ["a file above the project", "project/../CLAUDE.md", /outside of/, () => {}],
    [
      "a file in a folder whose name starts like the project's",
      "project-2/AGENTS.md",
      /outside of/,
      () => {},
    ],
    [
      "a link that leads outside",
      "project/CLAUDE.md",
      /outside of .*Replace the link/,
      (at) => fs.symlinkSync("../outside/AGENTS.md", at("project/CLAUDE.md")),
    ],
    [
      "a file in a folder that is a link to the outside",
      "project/.claude/CLAUDE.md",
      /outside of/,
      (at) => fs.symlinkSync("../outside", at("project/.claude")),
    ],
    [
      "a link that leads into .git, which a clone may hold",
      "project/CLAUDE.md",
      /inside of \.git; left unchanged\. Replace the link/,
      linkTo(".git/config"),
    ],
    [
      "a link to a Markdown file in a .GIT folder",
      "project/CLAUDE.md",
      /inside of \.git/,
      linkTo("a/.GIT/x.md"),
    ],
    ...[".claude/settings.local.json", "package.json", ".env", "Makefile", "src/main.mdx", "x.md.sh"].map(
      (name): [string, string, RegExp, (at: Layout) => void] => [
        `a link to ${name}`,
        "project/CLAUDE.md",
        /which is no \.md file; left unchanged\. Replace the link with a file\.$/,
        linkTo(name),
      ],
    ),
    ...["agents/a.md", "commands/c.md", "skills/s/SKILL.md", "pact-hooks.md", "hookify.x.local.md"].map(
      (name): [string, string, RegExp, (at: Layout) => void] => [
        `a link to .claude/${name}`,
        "project/CLAUDE.md",
        /which may be a settings file of Claude Code or a plugin; left unchanged\. Replace the link/,
        linkTo(`.claude/${name}`),
      ],
    ),
    [
      "a dangling link",
      "project/CLAUDE.md",
      /leads to nothing that exists/,
      (at) => fs.symlinkSync("absent", at("project/CLAUDE.md")),
    ],
    [
      "a loop of links",
      "project/CLAUDE.md",
      /leads in a circle/,
      (at) => {
        fs.symlinkSync("loop", at("project/CLAUDE.md"));
        fs.symlinkSync("CLAUDE.md", at("project/loop"));
      },
    ],
    ["a folder", "project/docs", /is a folder/, () => {}],
    [
      "a link to a folder",
      "project/CLAUDE.md",
      /is a folder/,
      (at) => fs.symlinkSync("docs", at("project/CLAUDE.md")),
    ],
    [
      "a pipe",
      "project/CLAUDE.md",
      /is a named pipe/,
      (at) => execFileSync("mkfifo", [at("project/CLAUDE.md")]),
    ],
    [
      "a link to a device",
      "project/CLAUDE.md",
      /is a device/,
      (at) => fs.symlinkSync("/dev/null", at("project/CLAUDE.md")),
    ],
    ["a file in an absent folder", "project/absent/CLAUDE.md", /cannot be reached/, () => {}],
    [
      "a file below another file",
      "project/AGENTS.md/CLAUDE.md",
      /cannot be reached: .* is not a folder/,
      () => {},
    ],
    [
      "a link to a name that is too long",
      "project/CLAUDE.md",
      /cannot be followed \(ENAMETOOLONG\)/,
      (at) => fs.symlinkSync("n".repeat(300), at("project/CLAUDE.md")),
    ],
  ])("%s", (_what, target, message, prepare) => {
    const at = layout();
    prepare(at);
    const resolve = () => resolveTarget(at(target), at("project"));
    expect(resolve).toThrow(Refusal);
    expect(resolve).toThrow(message);
  });
});

test("an update says why it refuses a link into a folder that this user may not enter", async ({ skip }) => {
  skip(!CAN_BE_NOBODY, "needs to be root, to become somebody else");
  useJournal();
  const at = layout();
  fs.chmodSync(at("."), 0o755);
  fs.chmodSync(at("outside"), 0o700);
  fs.symlinkSync("../outside/AGENTS.md", at("project/CLAUDE.md"));
  const child = startProgram("update", { target: at("project/CLAUDE.md"), line: "new" }, NOBODY);
  const message = expect.stringContaining("may not be read by this user");
  expect(await child.message("result")).toMatchObject({ outcome: "refused", message });
});

test.each([
  ["project", "project", true],
  ["project/docs", "project", true],
  ["project", "project/docs", false],
  ["project-2", "project", false],
  ["project", "/", true],
])("isInside(%s, %s) returns %s", (dir, anchor, inside) => {
  const at = layout();
  expect(isFolderInside(at(dir), anchor === "/" ? "/" : at(anchor))).toBe(inside);
});

test.each([
  ["CLAUDE.md", "CLAUDE.md"],
  ["CLAUDE.md. .", "CLAUDE.md"],
  [".a b", ".a b"],
])("on Windows, %j is the file %j", (base, name) => {
  expect(nameOnWindows(base, `C:\\p\\${base}`)).toBe(name);
});

test.each([
  ["CLAUDE.md:a", "has a colon in its name"],
  ["nul", "has the name of a device"],
  ["AUX.md", "has the name of a device"],
])("on Windows, %s is refused", (base, why) => {
  expect(() => nameOnWindows(base, `C:\\p\\${base}`)).toThrow(`C:\\p\\${base} ${why}`);
});
