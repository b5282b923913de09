/** Finds the `flock` program, in fixed places: a PATH, or a HOME that a project's settings set, could lead into the project. */
import fs from "node:fs";
import os from "node:os";
import { quietly } from "../system/errors.ts";
import { inFolder } from "../system/files.ts";

const FOLDERS = [
  "/usr/bin",
  "/bin",
  "/usr/local/bin",
  // NixOS, and Nix elsewhere.
  "/run/current-system/sw/bin",
  "/nix/var/nix/profiles/default/bin",
  // Guix System.
  "/run/current-system/profile/bin",
  // Termux, whose $PREFIX is always this.
  "/data/data/com.termux/files/usr/bin",
];
/** What a user has installed, below the home folder. Only a link into a store counts: a project may lie around it. */
const PROFILES = [".nix-profile/bin", ".guix-profile/bin"];
const STORE = /^\/(nix|gnu)\/store\//;

const excluded = new Set<string>();

/** The absolute path of the program; undefined if this machine has none. */
export function flockProgram(): string | undefined {
  const usable = (file: string) => !excluded.has(file) && isExecutable(file);
  return FOLDERS.map((dir) => `${dir}/flock`).find(usable) ?? ofProfile(usable);
}

/** Never uses this program again: it turned out to be no flock. */
export function excludeProgram(file: string): void {
  excluded.add(file);
}

function ofProfile(usable: (file: string) => boolean): string | undefined {
  let found: string | undefined;
  quietly(() => {
    // From the system's list of users, not from the environment.
    const { homedir } = os.userInfo();
    const files = PROFILES.map((dir) => inFolder(homedir, `${dir}/flock`)).filter(usable);
    found = files
      .map((file) => fs.realpathSync.native(file))
      .find((file) => STORE.test(file) && usable(file));
  });
  return found;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
