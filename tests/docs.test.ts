/** Tests that the documents say about the code what is true of it. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS } from "../shared/fileLock.ts";
import { DEFAULT_SETTINGS, parseSettings } from "../shared/settings.ts";
import { SETTLE_MS } from "../shared/update/displaced.ts";
import { MAX_ROUNDS } from "../shared/update/updateFile.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (name: string) => fs.readFileSync(path.join(root, name), "utf8");
const manifest = JSON.parse(read("package.json"));
const DOCUMENTS = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "dist/README.md"],
  ...["docs/how-it-works.md", "docs/journal.md", "dist/docs/how-it-works.md"],
];

describe.each(DOCUMENTS)("%s", (name) => {
  const text = read(name);

  test("links only to files that exist", () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = ""]) => link);
    const missing = links.filter((link) => !fs.existsSync(path.join(root, path.dirname(name), link)));
    expect(missing).toEqual([]);
  });

  test("names only scripts that exist", () => {
    const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script);
    expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });
});

describe("README.md", () => {
  const readme = read("README.md");

  test("gives the lock's times as the code has them", () => {
    expect(readme).toContain(`at most ${LOCK_TIMEOUT_SECONDS} seconds for the lock`);
    expect(readme).toContain(`touched for ${LOCK_TTL_SECONDS} seconds`);
    expect(readme).toContain(`more than ${SETTLE_MS} ms after it`);
  });

  test("the oldest Node is that of package.json", () => {
    expect(manifest.engines.node).toBe(">=20.17");
    expect(readme).toContain("Node 20.17 or later");
  });

  test("gives the cost that the benchmark measured last", () => {
    const measured = JSON.parse(read("bench/results.json"));
    const costOf = (name: string) => measured[`hook, Node 22: ${name}`].median.toFixed(2);
    const prose = readme.replaceAll("\n", " ");
    expect(prose).toContain(`${costOf("unchanged")} of that time for a session that changes nothing`);
    expect(prose).toContain(`${costOf("new session")} for a new one,`);
    expect(prose).toContain(`${costOf("new session, with the addon")} for a new one with the`);
  });

  const settings = readme.match(/```markdown\n(---[\s\S]*?)```/)?.[1] ?? "";

  test("the settings are shown with their defaults", () => {
    const { projectRouting, ...shown } = parseSettings(settings).settings;
    expect(shown).toEqual({ ...DEFAULT_SETTINGS, projectRouting: undefined });
    expect(projectRouting).toBe("Ask before you change anything in migrations/.");
    expect(parseSettings(settings).problems).toEqual([]);
  });

  test.each(
    [...settings.matchAll(/^(\w+): .*# (\d+) to (\d+)$/gm)].map(([, key, least, most]) => [key, least, most]),
  )("the bounds of %s are %s to %s", (key, least, most) => {
    const problemsOf = (value: number) => parseSettings(`---\n${key}: ${value}\n---\n`).problems.length;
    expect([Number(least), Number(most), Number(least) - 1, Number(most) + 1].map(problemsOf)).toEqual([
      0, 0, 1, 1,
    ]);
  });
});

test("the model of the protocol names functions of the source", () => {
  const head =
    read("tests/model/protocol.ts")
      .split("*/")[0]
      ?.replaceAll(/\s+\*\s+/g, " ") ?? "";
  const named = [...head.matchAll(/([\w/]+\.ts) \(([\w, ]+)\)/g)].flatMap(([, file = "", names = ""]) =>
    names.split(", ").map((name) => [file, name] as const),
  );
  expect(named.length).toBeGreaterThan(10);
  const isThere = ([file, name]: readonly [string, string]) =>
    new RegExp(`function ${name}\\b|\\b${name}[:(]`).test(read(`shared/${file}`));
  expect(named.filter((one) => !isThere(one))).toEqual([]);
});

describe("docs/how-it-works.md", () => {
  const text = read("docs/how-it-works.md");

  test("names only functions that exist", () => {
    const sources = fs
      .readdirSync(path.join(root, "shared"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => read(`shared/${name}`))
      .join("\n");
    const steps = [...text.matchAll(/^\| \d+ \|.*\| `(\w+)` \|$/gm)].map(([, step = ""]) => step);
    expect(steps.length).toBe(9);
    for (const step of steps) expect(sources).toMatch(new RegExp(`function ${step}\\b|\\b${step}[:(]`));
  });

  test("the figures are those of the code", () => {
    expect(MAX_ROUNDS).toBe(10);
    expect(text).toContain("ten times at most");
    expect(text).toContain(`| 9 | ${SETTLE_MS} ms later`);
    expect(text).toContain(`older than ${LOCK_TTL_SECONDS} s`);
    expect(text).toContain(`After ${LOCK_TIMEOUT_SECONDS} s`);
  });
});
