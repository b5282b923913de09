/** The operating systems that need code of their own. */

export const IS_LINUX = process.platform === "linux";
export const IS_WINDOWS = process.platform === "win32";

/** The command that lets a file's owner write it. */
export const MAKE_WRITABLE = IS_WINDOWS ? "attrib -r" : "chmod u+w";

/** What to compare of a path or a name: on Windows, both cases of a letter name the same file, and both slashes. */
export function comparable(path: string): string {
  return IS_WINDOWS ? path.toLowerCase().replaceAll("/", "\\") : path;
}

/** Whether Windows takes a file's name, with any extension, for a device. Windows shows no file that has such a name. */
export function isDeviceName(name: string): boolean {
  return /^(?:con|prn|aux|nul|(?:com|lpt)\d)(?:\.|$)/i.test(name);
}
