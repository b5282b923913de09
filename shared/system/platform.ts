/** The operating systems that need code of their own. */

export const IS_LINUX = process.platform === "linux";
export const IS_WINDOWS = process.platform === "win32";
