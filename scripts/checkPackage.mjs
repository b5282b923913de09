// Packs dist/ as npm would, and checks the package with publint and arethetypeswrong.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fetchProgram } from "./fetchFromNpm.mjs";

const PUBLINT = "publint@0.3.25";
const TYPES = "@arethetypeswrong/cli@0.18.5";
const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../dist");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-pack-"));

try {
  const run = (file, ...args) =>
    execFileSync(file, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  execFileSync("npm", ["pack", "--loglevel=error", dist], { cwd: folder, stdio: "pipe" });
  const [tarball = ""] = fs.readdirSync(folder);
  run(fetchProgram(PUBLINT, "publint"), "--strict", tarball);
  // The package is for import only; a CommonJS caller uses import().
  run(fetchProgram(TYPES, "attw"), "--profile", "esm-only", tarball);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
