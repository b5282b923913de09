/**
 * The setup of every test file on Windows. Skips each test that needs what Windows or Wine lacks, with its reason, and ends a
 * file that hangs, so that the others still run.
 */
import path from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeEach, expect } from "vitest";
import "./skipWhereUsed.ts";

/** Why tests cannot run, and which: a file's path below tests/, and their full names. */
type Skips = Record<string, Record<string, RegExp>>;

/** The longest that a test file may take. */
const FILE_LIMIT_MS = Number(process.env.FILE_LIMIT_SECONDS ?? 600) * 1000;

const ALWAYS: Skips = {
  "a held sidecar can be neither read nor unlinked there, so no holder is evicted": {
    "hooks/sessionStart": /holder that was evicted/,
    "shared/fileLock.eviction":
      /replaces a stale|overwrites the record|evicts? a holder|fresh record|sidecar is replaced|reaps an abandoned|a ttlMs of|truncates it/,
    "shared/fileLock.failOpen": /removes the expired sidecar first/,
    "shared/lock/eviction": /^(?!a sidecar that this user)/,
    "shared/lock/flock": /exlock.*keeps the content/,
    "shared/lock/holder": /while the lock is held|finds no holder of a free/,
    "shared/update/removeFile": /just put in the place of the locked one/,
  },
  "no process knows another one's command or start there": {
    "shared/fileLock.failOpen": /does not release it in time/,
    "shared/lock/holder": /gives its command|same pid names a dead|that the record names/,
  },
  "the test itself has the file open there, or replaces one that is": {
    "bin/restore": /has late writes/,
    "shared/system/snapshot": /^for a file that was|another inode number/,
    "shared/update/atRest": /an append in the pause/,
    "shared/update/inPlace": /while we write it makes/,
    "shared/update/displaced": /that the publish has displaced/,
    "shared/update/updateFile.writers": /before it opens the target/,
    "shared/update/removeFile":
      /before it opens the file|after a fence has taken it|has removed the file if a fence has/,
  },
  "there, these errors tell of another program's open file": {
    "shared/update/result": /EACCES|EPERM|EBUSY|folder that is absent/,
  },
  "a program is no script there": {
    "bin/doctor/programs": /^the Node that|^no Node in|is the one that hooks get|^Claude Code that says/,
  },
  "modes say nothing there of who may do what": {
    "shared/update/fileChange": /makes a private folder/,
    "shared/update/stage": /is private while it is written/,
  },
  "rounds are repeated for a time there": {
    "shared/update/updateFile.writers": /the one overtaken ten times/,
  },
  "paths, sockets, errors or limits differ there": {
    "bin/doctor/journal": /^a file in a folder's place/,
    "bin/audit.test": /--project selects a project/,
    "bin/journal": /read selects by type/,
    "hooks/environment": /name has 200 characters/,
    "hooks/sessionStart": /a home folder that can never be made/,
    "hooks/unwritable": /stands in|a payload that cannot be used/,
    "shared/fileLock.failOpen": /is a socket|is a folder$/,
    "shared/settings.places": /an error of the system/,
    "shared/system/targetPath": /^isInside\(project, \/\)/,
    "shared/update/backup": /cannot be created/,
    "shared/update/update": /^a backup that fails is told/,
  },
};

const UNDER_WINE: Skips = {
  // Wine looks for the end of the file, and then writes there.
  "appends are not atomic under Wine": { "shared/journal/sessionJournal": /never torn or lost/ },
  "a thousand removals, or folders, take minutes under Wine": {
    "shared/update/claim": /does not try for ever|young claim with a folder/,
  },
};

const skips: Skips = { ...ALWAYS, ...(process.env.WINEPREFIX !== undefined && UNDER_WINE) };

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
