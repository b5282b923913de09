// Checks that a tag, the version, the changelog and dist/ agree, before a release: node scripts/checkRelease.mjs v1.2.3
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @param {{ tag: string, manifest: { version: string, repository?: unknown }, built: { version: string }, changelog: string }} release
 * @returns {string[]} what does not agree, one sentence each
 */
export function problemsOf({ tag, manifest, built, changelog }) {
  const { version, repository } = manifest;
  const [, newest = "none", state = ""] = /^## (\S+), (.*)$/m.exec(changelog) ?? [];
  const problems = [];
  if (tag !== `v${version}`) problems.push(`The tag is ${tag}, but package.json says version ${version}.`);
  if (built.version !== version) problems.push(`dist/ has version ${built.version}. Run npm run build.`);
  if (newest !== version) problems.push(`CHANGELOG.md starts with version ${newest}, not ${version}.`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(state)) problems.push(`CHANGELOG.md has no date of version ${newest}.`);
  if (!repository) problems.push("package.json names no repository, which npm's provenance needs.");
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
  const read = (name) => fs.readFileSync(path.join(root, name), "utf8");
  const problems = problemsOf({
    tag: process.argv[2] ?? "",
    manifest: JSON.parse(read("package.json")),
    built: JSON.parse(read("dist/package.json")),
    changelog: read("CHANGELOG.md"),
  });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
