// Fetches other versions of Node than the one that runs this.
import fs from "node:fs";
import path from "node:path";
import { fetchFromNpm } from "./fetchFromNpm.mjs";

const VERSIONS = ["22.23.3", "24.21.0", "26.10.0"];
/** Those that run nothing of ours but the message that says so. */
const OLD_VERSIONS = ["14.21.3", "18.20.8"];

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

/** @returns {string | null} `modules`, a `node_modules`, if it has the compiled addon */
export function withAddon(modules) {
  return fs.existsSync(path.join(modules, "fs-ext/build/Release/fs_ext.node")) ? modules : null;
}
