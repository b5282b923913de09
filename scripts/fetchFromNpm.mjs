// Fetches npm packages that are too large to be dependencies into a cache folder outside the project.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/**
 * @param {string} spec a package at an exact version: `node@22.23.3`
 * @param {{ name?: string, env?: Record<string, string> }} [options] the folder's name in the cache, where
 *   the same package is fetched in several environments
 * @returns {string} the folder with its `node_modules`
 */
export function fetchFromNpm(spec, { name = spec, env = {} } = {}) {
  const dir = cacheFolder(name.replaceAll(/[@/ ]/g, "-"));
  if (fs.existsSync(path.join(dir, "complete"))) return dir;
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, "package.json"), '{"private": true}\n');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", spec], {
    cwd: dir,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  fs.writeFileSync(path.join(dir, "complete"), "");
  return dir;
}

/** @returns a folder of the cache, which may not be there yet */
export function cacheFolder(name) {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  return path.join(cache, "pact-hooks", name);
}

/** Fetches a package for one of its programs. @returns the file of the program */
export function fetchProgram(spec, program) {
  return path.join(fetchFromNpm(spec), "node_modules/.bin", program);
}
