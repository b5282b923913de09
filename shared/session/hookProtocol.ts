/**
 * The protocol between Claude Code and a hook: one JSON object on standard input, one on standard output, exit 0.
 * Whatever fails, the session continues; the answer and the journal hold the reason.
 */
import fs from "node:fs";
import path from "node:path";
import { isSessionId } from "../journal/sessionFolder.ts";
import { journalProblem, report } from "../journal/sessionJournal.ts";
import { isCode, messageOf } from "../system/errors.ts";
import { IS_WINDOWS } from "../system/platform.ts";
import { sleepMs } from "../system/time.ts";
import { printable, shortenPaths } from "../text/characters.ts";
import { type Received, receivePayload } from "./standardInput.ts";

/** The fields of a payload that our hooks use, checked. */
export interface HookPayload {
  sessionId: string;
  /** Absolute: `$CLAUDE_PROJECT_DIR`, else the payload's `cwd`, else the working directory. */
  projectDir: string;
  /** SessionStart: `startup`, `resume`, `clear`, `compact`, `fork`, or one that Claude Code adds later. */
  source?: string;
  /** The agent that the session runs as, if it was started with one. */
  agent?: string;
  /** SessionEnd: why the session ended. */
  reason?: string;
}

export interface HookAnswer {
  /** Context for the model. */
  additionalContext?: string | undefined;
  /** Message for the person, only if there is something to act on. */
  systemMessage?: string | undefined;
}

const MAX_WORD = 64;
/** An agent's name becomes an argument of a command that we show: no more than a plugin's and an agent's name. */
const AGENT = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;

/** A payload that cannot be used. */
class PayloadError extends Error {}

/** Receives the payload, runs the hook, answers, and ends the process. Never throws. */
export function runHook(eventName: string, run: (payload: HookPayload) => HookAnswer): void {
  receivePayload((received) => {
    writeAnswer(eventName, withJournalProblem(answerTo(received, eventName, run)));
    // Exit at once: Node would first check for more work, and free resources that the kernel frees faster.
    process.exit(0);
  });
}

function answerTo(
  received: Received,
  eventName: string,
  run: (payload: HookPayload) => HookAnswer,
): HookAnswer {
  try {
    if ("problem" in received) throw new PayloadError(received.problem);
    return run(parsePayload(received.text));
  } catch (error) {
    const isPayload = error instanceof PayloadError;
    const type = isPayload ? "bad_payload" : "hook_failed";
    report(type, { message: messageOf(error) }, { hook: eventName, journal: {} });
    const what = isPayload
      ? `could not use the input from Claude Code: ${messageOf(error)}. CLAUDE.md is unchanged`
      : `failed: ${messageOf(error)}${journalProblem() ? "" : ". See unattributed.jsonl in the journal folder"}`;
    return { systemMessage: `pact-hooks: the ${eventName} hook ${what}; the session continues.` };
  }
}

/** Standard error of a hook that exits 0 is shown to nobody. */
function withJournalProblem(answer: HookAnswer): HookAnswer {
  const problem = journalProblem();
  if (problem === undefined) return answer;
  const before = answer.systemMessage ?? "pact-hooks:";
  return { ...answer, systemMessage: `${before} Could not write the session journal ${problem}.` };
}

/** @throws {PayloadError} with the reason, for a person */
export function parsePayload(text: string): HookPayload {
  if (text.trim() === "") throw new PayloadError("the payload is empty");
  let payload: Record<string, unknown>;
  try {
    payload = JSON.parse(text);
  } catch {
    throw new PayloadError("the payload is not JSON");
  }
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) {
    throw new PayloadError("the payload is not a JSON object");
  }
  const { session_id: sessionId, cwd, source, reason, agent_type: agent } = payload;
  if (sessionId === undefined) throw new PayloadError("the payload has no session_id");
  if (!isSessionId(sessionId)) {
    throw new PayloadError(
      "the payload's session_id is not a session id (letters, digits, dots and hyphens, at most 128)",
    );
  }
  return {
    sessionId,
    projectDir: projectDirOf(cwd),
    ...(typeof source === "string" ? { source: source.slice(0, MAX_WORD) } : {}),
    ...(typeof agent === "string" && AGENT.test(agent) ? { agent } : {}),
    ...(typeof reason === "string" ? { reason: reason.slice(0, MAX_WORD) } : {}),
  };
}

function projectDirOf(cwd: unknown): string {
  const dir = process.env.CLAUDE_PROJECT_DIR || (typeof cwd === "string" && cwd) || process.cwd();
  if (!path.isAbsolute(dir) || !fs.statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new PayloadError(`the project folder ${dir} is not the absolute path of a folder`);
  }
  const resolved = path.resolve(dir);
  // Terminals and editors spell a drive in either case. It stays one project.
  return IS_WINDOWS ? resolved.replace(/^[a-z]:/, (drive) => drive.toUpperCase()) : resolved;
}

function belowHome(message: string): string {
  const home = process.env.HOME ?? process.env.USERPROFILE;
  return home ? shortenPaths(message, home, `~${path.sep}`) : message;
}

function writeAnswer(hookEventName: string, { additionalContext, systemMessage }: HookAnswer): void {
  const answer = {
    ...(additionalContext ? { hookSpecificOutput: { hookEventName, additionalContext } } : {}),
    ...(systemMessage ? { systemMessage: printable(belowHome(systemMessage)) } : {}),
  };
  const bytes = Buffer.from(`${printable(JSON.stringify(answer))}\n`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += fs.writeSync(1, bytes, written);
    } catch (error) {
      // Claude Code no longer reads the answer. The hook has done its work, so the error does not matter.
      if (!isCode(error, "EAGAIN")) return;
      sleepMs(1);
    }
  }
}
