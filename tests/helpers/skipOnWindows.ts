/**
 * The setup of every test file on Windows. Skips each test that needs what Windows or Wine lacks, with its reason, and ends a
 * file that hangs, so that the others still run.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeEach, expect } from "vitest";

/** Why tests cannot run, and which: a file's path below tests/, and their full names. */
type Skips = Record<string, Record<string, RegExp>>;

const ALL = /^/;

/** The longest that a test file may take. */
const FILE_LIMIT_MS = Number(process.env.FILE_LIMIT_SECONDS ?? 400) * 1000;

const WITHOUT_GIT: Skips[string] = {
  "hooks/goodGuest": ALL,
  "shared/git/": ALL,
  "shared/claudeMd/": /\bgit\b/,
  "shared/settings.places": /enabled: false|git|work tree|home folder|folder below it|nobody made/,
  "shared/text/conflict": /git has left/,
};

/** Under Wine, a link that was made is not there. On Windows, only some users may make one. */
const WITHOUT_LINKS: Skips[string] = {
  "hooks/sessionStart": /link/,
  "hooks/unwritable": /a link and a pipe/,
  "shared/claudeMdManager": /link/,
  "shared/fileLock": /symlink|link/,
  "shared/journal/": /link/,
  "shared/settings": /link|the user's own file > is found in the home folder/,
  "shared/system/snapshot": /link/,
  "shared/system/targetPath": /link|must lie in the target's own folder/,
  "shared/update/": /link/,
};

const ALWAYS: Skips = {
  "a held sidecar can be neither read nor unlinked there, so no holder is evicted": {
    "hooks/sessionStart": /message names the holder that was evicted/,
    "shared/fileLock.eviction": ALL,
    "shared/fileLock.foreign": ALL,
    "shared/fileLock.failOpen": /another process removes the expired sidecar first/,
    "shared/fileLock.test": /old records of crashed holders appear/,
    "shared/lock/eviction": ALL,
    "shared/lock/holder": ALL,
    "shared/update/updateFile.writers": /the one that is evicted/,
  },
  "modes, owners and the umask mean nothing there": {
    "hooks/environment": /umask|the cache lies/,
    "hooks/sessionStart": /keeps its mode|session's own private folder/,
    "shared/fileLock.rights": ALL,
    "shared/git/infoExclude": /rights/,
    "shared/journal/": /private|unattributed/,
    "shared/system/files": /private/,
    "shared/system/snapshot": /another mode/,
    "shared/update/": /mode|private|gives back the bytes/,
  },
  "it has no such program, signal, pipe, socket or limit": {
    "hooks/environment":
      /tells which Node|works with(out)? (binding and|an) addon|events to standard error when the hom|loads no module|changes nothing runs from the cache/,
    // It runs the command without cmd.
    "hooks/besidePact": /in that of/,
    "hooks/hardTimes": /limit of|each look at a file/,
    "hooks/standardInput": /end of a pipe/,
    "shared/fileLock.failOpen": /pipe|socket|descriptor left/,
    "shared/fileLock.test": /dies by|child process started/,
    "shared/install/ownHooks": /pipe/,
    "shared/journal/": /pipe|runs beside|endless device|descriptor open/,
    "shared/lock/flock.test": /child process|descriptor open|addon|pipe/,
    "shared/settings": /descriptor open|error of the system/,
    "shared/system/": /pipe|device/,
    "shared/update/": /pipe|limit on the file size|symbolic one|descriptor open/,
    "shared/update/atRest": ALL,
  },
  "there, these errors tell of another program's open file": {
    "shared/update/result": /EACCES|EPERM|EBUSY|folder that is absent/,
  },
  "the test itself has the file open, or replaces one that is": {
    "shared/system/snapshot": /isStill/,
    "shared/update/displaced": /before the publish|in the file that the publish has displaced/,
    "shared/update/removeFile": /while the caller judges|every other claim before|just put in the place/,
    "shared/update/updateFile": /overtaken|every other one, before it opens/,
  },
  "names and paths differ there": {
    "hooks/environment": /folder whose name has/,
    "hooks/sessionStart":
      /without CLAUDE.md gets|has its five lines|can never be made|changes, and the|routing text that is in|pointer of another|who held the lock|own CLAUDE.md is unchanged|bad payloads/,
    "hooks/unwritable": ALL,
    // The last one names the command of the holder.
    "shared/fileLock.failOpen": /a folder$|does not release it in time/,
    "shared/install/": /last file that mentions|another installer/,
    "shared/session/": /shortenPaths/,
    "shared/journal/": /every event that the hooks write|configuration folder|printed on standard error when/,
    "shared/system/targetPath": /below another file|too long|isInside/,
    "shared/update/backup": /cannot be created/,
    "shared/update/claim": /exact form|special characters/,
  },
};

const UNDER_WINE: Skips[string] = {
  "shared/journal/sessionJournal": /never torn or lost/,
};

const skips: Skips = {
  ...ALWAYS,
  ...(spawnSync("git", ["--version"]).status !== 0 && { "needs git": WITHOUT_GIT }),
  ...(!canLink() && { "needs symbolic links": WITHOUT_LINKS }),
  // Wine looks for the end of the file, and then writes there.
  ...(process.env.WINEPREFIX !== undefined && { "appends are not atomic under Wine": UNDER_WINE }),
};

// A thread of its own, because a test that hangs may block this one.
const watchdog = new Worker(
  `let last = "its beginning";
  require("node:worker_threads").parentPort.on("message", (name) => { last = name; });
  setTimeout(() => {
    require("node:fs").writeSync(2, "Ended after ${FILE_LIMIT_MS / 1000} s in: " + last + "\\n");
    process.kill(process.pid, "SIGKILL");
  }, ${FILE_LIMIT_MS});`,
  { eval: true },
);
watchdog.unref();
afterAll(async () => void (await watchdog.terminate()));

beforeEach(({ task, skip }) => {
  const file = path.relative(path.join(import.meta.dirname, ".."), task.file.filepath).replaceAll("\\", "/");
  const name = expect.getState().currentTestName ?? task.name;
  watchdog.postMessage(`${file} > ${name}`);
  for (const [reason, files] of Object.entries(skips)) {
    const isMeant = ([prefix, names]: [string, RegExp]) => file.startsWith(prefix) && names.test(name);
    skip(Object.entries(files).some(isMeant), reason);
  }
});

function canLink(): boolean {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-test-"));
  const link = path.join(dir, "link");
  try {
    fs.symlinkSync(os.tmpdir(), link);
    return fs.lstatSync(link).isSymbolicLink();
  } catch {
    return false;
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}
