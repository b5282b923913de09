/**
 * Crashes a hook or command before its system calls, and makes these fail. The suite takes some of the calls; `npm run sweep`
 * (SWEEP=all) takes all calls with all failures, in all scenarios, for hooks with each way to the lock.
 */
import { describe, expect, test } from "vitest";
import { native } from "../../shared/system/native.ts";
import { answerOf } from "../helpers/hookProcess.ts";
import { BACKENDS, HAS_STRACE } from "../helpers/machine.ts";
import type { Output } from "../helpers/outputOf.mjs";
import { SCENARIOS, type Scenario } from "./scenarios.ts";
import { type Call, CHANGING, OF_BINDING, Sweep, TOUCHING } from "./sweep.ts";

const ALL = process.env.SWEEP === "all";
const FAILURES = ["ENOSPC", "EIO", "EACCES", "EROFS", "EMFILE", "ENOLCK"];
/** Of how many calls one is made to fail, and before how many changes one crash comes: a command makes more of both. */
const eachFailure = ({ command }: Scenario) => (ALL ? 1 : command ? 67 : 11);
const eachCrash = ({ command }: Scenario) => (ALL || !command ? 1 : 7);
const IN_ALL_ONLY = ["a link to AGENTS.md", "the user's own file"];
const backends = ALL ? BACKENDS : BACKENDS.slice(0, 1);
const scenarios = ALL ? SCENARIOS : SCENARIOS.filter(({ name }) => !IN_ALL_ONLY.includes(name));

// The hooks go each way to the lock; a command has far more calls.
const cases = backends.flatMap((backend, index) =>
  scenarios
    .filter(({ command }) => !command || index === 0)
    .map((scenario) => ({ name: scenario.name, backend, scenario })),
);

describe.runIf(HAS_STRACE)("every system call", () => {
  test.for(cases)(
    "a crash before a change leaves the old file or the new one: $name, with the lock by $backend",
    { timeout: 600_000 },
    ({ scenario, backend }) => {
      const sweep = new Sweep(scenario, backend);
      expect(sweep.types).toEqual(scenario.events);
      const modeOfNew = (0o666 & ~process.umask()).toString(8);
      expect(sweep.after?.slice(0, 4)).toBe(sweep.before === null ? `${modeOfNew} ` : "640 ");
      const calls = sweep
        .calls(CHANGING)
        .filter(({ name, line }) => name !== "openat" || /O_CREAT|O_TRUNC/.test(line))
        .filter((_call, number) => number % eachCrash(scenario) === 0);
      const wrong: string[] = [];
      let hits = 0;
      for (const call of calls) {
        const run = sweep.disturb(call, "signal=SIGKILL");
        if (!run) continue;
        hits++;
        wrong.push(
          ...[
            ...wrongText(sweep),
            ...(sweep.isSidecarShown ? ["git shows the sidecar"] : []),
            ...sweep.wrongAfterNextRun(),
          ].map((what) => `${what}, after a crash at ${call.line}`),
        );
      }
      expect(wrong).toEqual([]);
      expect(hits).toBeGreaterThan(calls.length * 0.9);
      expect(calls.length).toBeGreaterThan(0);
    },
  );

  test.for(cases)(
    "a failing call is harmless or reported: $name, with the lock by $backend",
    { timeout: 3_600_000 },
    ({ scenario, backend }) => {
      const sweep = new Sweep(scenario, backend);
      const calls = sweep.calls(TOUCHING);
      const wrong: string[] = [];
      const failed = new Set<string>();
      const each = eachFailure(scenario);
      let [tries, hits] = [0, 0];
      for (const [number, call] of calls.entries()) {
        if (number % each > 0 && (scenario.command || !OF_BINDING.includes(call.name))) continue;
        for (const failure of ALL
          ? FAILURES
          : [FAILURES[Math.floor(number / each) % FAILURES.length] as string]) {
          tries++;
          const run = sweep.disturb(call, `error=${failure}`);
          if (!run) continue;
          hits++;
          failed.add(call.name);
          wrong.push(
            ...[...wrongAfterFailure(sweep, run), ...sweep.wrongAfterNextRun()].map((what) =>
              describeCase(what, failure, call),
            ),
          );
        }
      }
      expect(wrong).toEqual([]);
      expect(hits).toBeGreaterThan(tries * 0.9);
      if (native() && sweep.hasAttributes) expect([...failed]).toEqual(expect.arrayContaining(OF_BINDING));
    },
  );
});

const describeCase = (what: string, failure: string, { line }: Call) =>
  `${what}, after ${failure} in ${line}`;

function wrongText(sweep: Sweep): string[] {
  return [sweep.before, sweep.after].includes(sweep.text()) ? [] : ["neither the old file nor the new one"];
}

function wrongAfterFailure(sweep: Sweep, run: Output): string[] {
  const wrong: string[] = wrongText(sweep);
  if (sweep.scenario.command) return [...wrong, ...wrongExit(sweep, run)];
  let systemMessage: string | undefined;
  try {
    systemMessage = answerOf(run).systemMessage;
  } catch (error) {
    return [...wrong, String(error)];
  }
  const onStderr = run.stderr.split("\n").filter((line) => line.startsWith("{"));
  const events = [...sweep.events(), ...onStderr.map((line) => JSON.parse(line))];
  const ofType = (type: string) => events.filter((event) => event.type === type);
  const done = events.findLast(
    ({ type, session_id }) => type === sweep.doneType && session_id === sweep.scenario.sessionId,
  );
  if (!done && ofType("hook_failed").length === 0)
    wrong.push(`no ${sweep.doneType}, in the journal or on standard error`);
  if (sweep.text() !== sweep.after && !systemMessage)
    wrong.push("not updated, and the answer does not say so");
  const failedOpen = (done?.lock as { outcome?: string } | undefined)?.outcome === "fail_open";
  if (failedOpen && ofType("lock_fail_open").length !== 1) wrong.push("failed open without one event");
  return wrong;
}

/** A command says with its exit code whether it did its work, and if not, why. */
function wrongExit(sweep: Sweep, { status, stderr }: Output): string[] {
  if (status === 0) return sweep.isDone() ? [] : ["not done, and the exit code does not say so"];
  const isMessage = /^pact-hooks: [^\n]+\n/.test(stderr) && !/^ +at |is a defect/m.test(stderr);
  return status === 1 && isMessage ? [] : [`exit ${status}: ${stderr}`];
}
