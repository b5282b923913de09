/** Programs of the system that do what Node cannot. */
import fs from "node:fs";
import { os } from "./dependencies.ts";
import { quietly } from "./errors.ts";
import { inFolder, isAccessible } from "./files.ts";
import { IS_WINDOWS } from "./platform.ts";

/** Fixed places: a PATH, or a HOME that a project's settings set, could lead into the project. */
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

/** For every program: it speaks English, and sees nothing of the session's environment or folder. */
export const PROGRAM_OPTIONS = { cwd: "/", env: { LC_ALL: "C" } };

const excluded = new Set<string>();

/** @returns the program's absolute path; undefined if this machine lacks it */
export function findProgram(name: string): string | undefined {
  // There, /usr/bin is a folder of the current drive, which anyone may make.
  if (IS_WINDOWS) return undefined;
  const usable = (file: string) => !excluded.has(file) && isAccessible(file, fs.constants.X_OK);
  return FOLDERS.map((dir) => `${dir}/${name}`).find(usable) ?? ofProfile(name, usable);
}

/** Never finds this program again: it turned out to be another one. */
export function excludeProgram(file: string): void {
  excluded.add(file);
}

function ofProfile(name: string, usable: (file: string) => boolean): string | undefined {
  let found: string | undefined;
  quietly(() => {
    // From the system's list of users, not from the environment.
    const { homedir } = os().userInfo();
    const files = PROFILES.map((dir) => inFolder(homedir, `${dir}/${name}`)).filter(usable);
    found = files
      .map((file) => fs.realpathSync.native(file))
      .find((file) => STORE.test(file) && usable(file));
  });
  return found;
}

/** The code of the system's error in what a program says: it gives no number. */
export function codeFromText(text: string): string {
  if (/no locks available/i.test(text)) return "ENOLCK";
  if (/not supported/i.test(text)) return "ENOTSUP";
  if (/not permitted/i.test(text)) return "EPERM";
  if (/no space left/i.test(text)) return "ENOSPC";
  if (/not implemented/i.test(text)) return "ENOSYS";
  if (/cannot allocate memory/i.test(text)) return "ENOMEM";
  if (/bad file descriptor/i.test(text)) return "EBADF";
  return "EIO";
}
