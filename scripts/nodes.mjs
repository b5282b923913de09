// Fetches the supported versions of Node besides the one that runs this, and compiles the addon for each.
import fs from "node:fs";
import path from "node:path";
import { fetchFromNpm } from "./fetchFromNpm.mjs";

const VERSIONS = ["22.23.3", "24.21.0", "26.10.0"];
/** Those that run nothing of ours but the message that says so. */
const OLD_VERSIONS = ["14.21.3", "18.20.8"];
const ADDON = "fs-ext@2.1.1";

/** @returns {{ version: string, program: string }[]} one for each version, fetched on first use */
export function fetchOtherNodes() {
  return VERSIONS.filter((version) => version !== process.versions.node).map(fetchNode);
}

/** @returns {{ version: string, program: string }[]} versions that are too old for us */
export function fetchOldNodes() {
  return OLD_VERSIONS.map(fetchNode);
}

function fetchNode(version) {
  return { version, program: path.join(fetchFromNpm(`node@${version}`), "node_modules/node/bin/node") };
}

/**
 * @param {{ version: string, program: string }} node
 * @returns {string | null} a `node_modules` with the addon compiled for that Node, or null if it cannot be compiled
 */
export function fetchAddon({ version, program }) {
  const modules = path.join(path.dirname(program), "../node_modules");
  const packageOfPlatform = fs
    .readdirSync(modules)
    .find((name) => /^node-\w+-\w+$/.test(name) && !/setup/.test(name));
  if (!packageOfPlatform) return null;
  // The headers come with that Node.
  const home = path.join(modules, packageOfPlatform);
  const env = { PATH: `${home}/bin:${process.env.PATH}`, npm_config_nodedir: home };
  const dir = fetchFromNpm(ADDON, { name: `${ADDON} for node ${version}`, env });
  return withAddon(path.join(dir, "node_modules"));
}

/** @returns {string | null} `modules`, a `node_modules`, if it has the compiled addon */
export function withAddon(modules) {
  return fs.existsSync(path.join(modules, "fs-ext/build/Release/fs_ext.node")) ? modules : null;
}
