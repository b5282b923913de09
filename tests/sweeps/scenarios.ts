/** What the sweeps disturb: a hook or a command, and the project that it finds. */
import fs from "node:fs";
import path from "node:path";
import { run as runCommand } from "../helpers/commandLine.ts";
import { answerOf, type HookName, payload, runHook } from "../helpers/hookProcess.ts";
import type { Output } from "../helpers/outputOf.mjs";
import { repository } from "../helpers/repository.ts";
import type { Sandbox } from "../helpers/sandbox.ts";

/** Far above what a hook takes under strace. */
const TIMEOUT_MS = 15_000;

export interface Place extends Sandbox {
  /** The folder of both. */
  dir: string;
  /** The file whose text counts, links followed. */
  target: string;
}

export interface Scenario {
  name: string;
  hook?: HookName;
  /** The arguments of `pact-hooks`, which runs instead of a hook. */
  command?: string[];
  /** The command removes the claims of others, too. */
  isRemoval?: boolean;
  sessionId: string;
  /** The file whose text counts, from the folder of project and configuration. */
  target: string;
  /** Extended attributes of that file; the undisturbed run needs every call of the binding then. */
  attributes?: Record<string, string>;
  /** The types of the events that an undisturbed run journals, in order. */
  events: string[];
  prepare(place: Place): void;
}

const OLD = "# Mine\r\n\r\ntext that stays\n<!-- PACT_ROUTING_END -->\nthe last line, unended";
const write = (place: Place, name: string, text: string) => {
  const file = path.join(place.projectDir, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  // A new file gets another mode.
  fs.chmodSync(file, 0o640);
};

export const SCENARIOS: Scenario[] = [
  {
    name: "an updating session",
    sessionId: "second",
    target: "project/.claude/CLAUDE.md",
    attributes: { "user.mine": "value" },
    events: ["backup_kept", "session_start"],
    prepare: (place) => {
      write(place, ".claude/pact-hooks.md", "---\nsessionBlock: true\n---\n");
      afterFirst(place);
    },
  },
  {
    name: "a new file in a repository",
    sessionId: "first",
    target: "project/.claude/CLAUDE.md",
    events: ["session_start"],
    prepare: ({ projectDir }) => void repository(projectDir),
  },
  {
    name: "a link to AGENTS.md",
    sessionId: "first",
    target: "project/AGENTS.md",
    events: ["backup_kept", "session_start"],
    prepare: (place) => {
      write(place, "AGENTS.md", OLD);
      fs.symlinkSync("AGENTS.md", path.join(place.projectDir, "CLAUDE.md"));
    },
  },
  {
    name: "what a crash has left",
    sessionId: "first",
    target: "project/CLAUDE.md",
    events: ["lock_reaped", "backup_kept", "session_start"],
    prepare: (place) => {
      write(place, "CLAUDE.md", OLD);
      write(place, ".CLAUDE.md.0123456789abcdef.claim/next", "half of");
      const record = {
        pid: 999_999,
        start: "1",
        hook: "sessionStart",
        acquired_at: "2020-01-01T00:00:00.000Z",
      };
      write(place, ".CLAUDE.md.lock", `${JSON.stringify(record)}\n`);
      fs.utimesSync(path.join(place.projectDir, ".CLAUDE.md.lock"), 1e9, 1e9);
    },
  },
  {
    name: "an unchanged session",
    sessionId: "second",
    target: "project/.claude/CLAUDE.md",
    events: ["session_start"],
    prepare: afterFirst,
  },
  {
    name: "the user's own file",
    sessionId: "first",
    target: "config/CLAUDE.md",
    events: ["backup_kept", "session_start"],
    prepare: (place) => {
      afterFirst(place);
      const kernel = "<!-- PACT_START: obsolete -->\nold\n<!-- PACT_END -->\n";
      write(place, "../config/CLAUDE.md", `# My own\n${kernel}text that stays\n`);
    },
  },
  {
    name: "a session's end",
    hook: "sessionEnd",
    sessionId: "first",
    target: "project/.claude/CLAUDE.md",
    events: ["session_end"],
    prepare: afterFirst,
  },
  {
    name: "pact-hooks restore",
    command: ["restore", "--yes"],
    sessionId: "first",
    target: "project/.claude/CLAUDE.md",
    events: ["backup_kept"],
    prepare: afterFirst,
  },
  {
    name: "pact-hooks uninstall",
    command: ["uninstall"],
    isRemoval: true,
    sessionId: "first",
    target: "project/.claude/CLAUDE.md",
    events: [],
    prepare: (place) => {
      repository(place.projectDir);
      runCommand(["install"], place);
      afterFirst(place);
    },
  },
];

function afterFirst(place: Place): void {
  write(place, ".claude/CLAUDE.md", OLD);
  answerOf(run(place, { sessionId: "first" }));
  fs.chmodSync(path.join(place.projectDir, ".claude/CLAUDE.md"), 0o640);
}

/** Runs the hook or the command, under strace or as it is. */
export function run(
  place: Place,
  { hook = "sessionStart", command, sessionId }: Pick<Scenario, "hook" | "command" | "sessionId">,
  under: string[] = [],
  backend = "",
): Output {
  const input = payload(hook === "sessionEnd" ? hook : "startup", place, { session_id: sessionId });
  // Node's compile cache would change the calls from run to run.
  const env = { PACT_HOOKS_FLOCK: backend, NODE_DISABLE_COMPILE_CACHE: "1" };
  const limits = { timeout: TIMEOUT_MS, killSignal: "SIGKILL" } as const;
  const output = command
    ? runCommand(command, place, { env, under, ...limits })
    : runHook(hook, input, place, env, { under, ...limits });
  if (output.status === null) killStrays(place);
  return output;
}

/** Kills a hook that has survived its strace: it may hang in a call of Node's own. */
function killStrays({ projectDir }: Place): void {
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (fs.readlinkSync(`/proc/${pid}/cwd`) === projectDir) process.kill(Number(pid), "SIGKILL");
    } catch {
      // The process has ended, or belongs to another user.
    }
  }
}
