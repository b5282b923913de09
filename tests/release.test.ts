/** Tests the check that a release needs: tag, version, changelog and dist/ agree. */
import fs from "node:fs";
import { expect, test } from "vitest";
import { problemsOf } from "../scripts/checkRelease.mjs";

const release = {
  tag: "v1.2.0",
  manifest: { version: "1.2.0", repository: "github:OWNER/REPOSITORY" },
  built: { version: "1.2.0" },
  changelog: "# Changelog\n\nNewest first.\n\n## 1.2.0, 2026-12-01\n\n- A.\n\n## 1.1.0, 2026-11-01\n",
};

test("a release whose tag, version and changelog agree has no problem", () => {
  expect(problemsOf(release)).toEqual([]);
});

test.each([
  [
    "the tag is another version",
    { tag: "v1.3.0" },
    /^The tag is v1\.3\.0, but package\.json says version 1\.2\.0\.$/,
  ],
  ["the tag lacks its v", { tag: "1.2.0" }, /^The tag is 1\.2\.0/],
  ["dist/ is older", { built: { version: "1.1.0" } }, /^dist\/ has version 1\.1\.0/],
  [
    "the changelog is older",
    { changelog: "## 1.1.0, 2026-11-01\n" },
    /starts with version 1\.1\.0, not 1\.2\.0/,
  ],
  [
    "the changelog has no date",
    { changelog: "## 1.2.0, not released yet\n" },
    /has no date of version 1\.2\.0/,
  ],
  ["no repository is named", { manifest: { version: "1.2.0" } }, /names no repository/],
])("a release is refused if %s", (_name, changes, problem) => {
  expect(problemsOf({ ...release, ...changes })).toEqual([expect.stringMatching(problem)]);
});

test("the changelog starts with the version of package.json", () => {
  const read = (name: string) => fs.readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
  const { version } = JSON.parse(read("package.json"));
  const problems = problemsOf({
    ...{ ...release, tag: `v${version}`, changelog: read("CHANGELOG.md") },
    ...{ manifest: { version, repository: "named" }, built: { version } },
  });
  expect(problems.filter((problem) => !problem.includes("has no date"))).toEqual([]);
});
