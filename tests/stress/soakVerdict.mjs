/** What became of one project of the soak: its lines, its file, the sessions' answers, and what the audit says of all this. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { envOf } from "../helpers/sandboxEnv.mjs";
import { linesIn, verdictOf } from "./verdict.mjs";

const COMMAND = fileURLToPath(new URL("../../dist/bin/pact-hooks", import.meta.url));

/** @returns what is wrong, and the totals, under the names that are printed */
export function count(place, crowd, seen, { holdMs }) {
  const { wrong, check, lines, counted } = verdictOf(crowd, place);
  // On the full disk an appender may leave half a line, but a writer may not.
  check(
    lines.filter((line) => line.startsWith("writer")).every((line) => /^writer\d+:\d+;$/.test(line)),
    "torn lines",
  );
  check(isWellFormed(fs.readFileSync(place.target, "utf8")), `${place.target} is damaged`);
  check(
    seen.answers.every(({ status, stdout }) => status === 0 && isOneObject(stdout)),
    "a session did not start",
  );
  check(seen.stderr.length === 0, `on standard error: ${seen.stderr[0]}`);

  const audit = auditOf(place);
  const evicted = audit.byReapReason.expired ?? 0;
  const failedOpen = counted.failedOpen + failOpenStarts(place);
  const gone = crowd.killed + seen.killedSessions;
  const between = (value, least, most, what) =>
    check(value >= least && value <= most, `the audit has ${value} ${what}, expected ${least} to ${most}`);
  between(audit.sessionStarts, seen.sessions, seen.sessions + seen.killedSessions, "session starts");
  // A merge acquires the lock once more, and its writer does not report how that went.
  between(audit.failOpen, failedOpen, failedOpen + gone + audit.outsideEdits, "locks that failed open");
  const atLeast = (value, least, what) =>
    check(value >= least, `the audit has ${value} ${what}, the writers ${least}`);
  atLeast(evicted, counted.evicted, "evicted holders");
  atLeast(audit.abandoned, counted.abandoned, "abandoned updates");
  check(audit.badLines <= gone, `${audit.badLines} bad lines in the journals`);
  const totals = {
    ...{ "session starts": seen.sessions, "updates acknowledged": counted.acknowledged },
    [holdMs ? "by slow appenders" : "by quick appenders"]: counted["by appenders"],
    "by mappers": counted["by mappers"],
    ...{ "replacements by an editor": counted["by editors"], "rewrites in place": counted["by truncators"] },
    "under the lock by flock(1)": counted["by flockHolders"],
    "under the lock by Python": counted["by fcntlHolders"],
    ...{ "of all these lost": counted.lost, "lost with a killed writer": counted.lostWithKilled },
    ...{ "overwritten by the editor, which had not read them": counted.overwritten },
    ...{ "not promised, and lost": counted.known, "versions saved beside the file": counted.saved },
    "of these without an event": countUntold(place),
    ...{ abandoned: audit.abandoned, "failed open": audit.failOpen, evicted },
    ...{ "outside edits seen": audit.outsideEdits, killed: gone, suspended: crowd.suspended },
    "overwritten, and told at the session's end": audit.overwritten,
    ...{ "times the disk was full": seen.full, "clock jumps": seen.jumps },
  };
  return { wrong, totals };
}

function isWellFormed(text) {
  const markers = [
    ...text.matchAll(/^<!-- (PACT_MANAGED|PACT_ROUTING|SESSION|PACT_MEMORY)_(START|END)\b/gm),
  ].map(([, kind, edge]) => `${kind} ${edge}`);
  const kinds = ["PACT_MANAGED", "PACT_ROUTING", "SESSION", "PACT_MEMORY"];
  return (
    markers.length === 8 &&
    kinds.every((kind) => markers.includes(`${kind} START`) && markers.includes(`${kind} END`))
  );
}

function isOneObject(stdout) {
  try {
    return stdout.indexOf("\n") === stdout.length - 1 && typeof JSON.parse(stdout) === "object";
  } catch {
    return false;
  }
}

function auditOf(place) {
  const { stdout } = spawnSync(COMMAND, ["audit", "--json"], {
    env: envOf(place),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

/** How many versions beside the file no event names: a writer that was killed may have saved one. */
function countUntold({ projectDir, configDir }) {
  const named = linesIn(configDir).flatMap((line) => /"saved":"[^"]*?([^"/]+)"/.exec(line)?.[1] ?? []);
  const saved = fs.readdirSync(projectDir).filter((name) => name.endsWith(".saved"));
  return saved.filter((name) => !named.includes(name)).length;
}

/** How many session starts in the journals say that their lock failed open. */
function failOpenStarts({ configDir }) {
  return linesIn(configDir)
    .filter((line) => line.startsWith('{"v":1,"type":"session_start"'))
    .filter((line) => JSON.parse(line).lock.outcome === "fail_open").length;
}
