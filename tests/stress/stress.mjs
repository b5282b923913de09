/**
 * Many processes update one file at the same time, in several scenarios. Then each update that was acknowledged must be in
 * the file. `npm run stress -- --help` lists the options. Exit code 1 if anything is wrong in any scenario.
 */
import fs from "node:fs";
import os from "node:os";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readArguments } from "../../scripts/readArguments.mjs";
import { newPlace, slotsFor, sweepUp, withCrowd } from "./crowd.mjs";
import { linesIn, verdictOf } from "./verdict.mjs";

const USAGE = `Usage: npm run stress -- [options]
  --seconds N       run for N seconds in all (default 40)
  --scenario TEXT   run only the scenarios whose name contains TEXT
  --writers N       start N writers in each scenario
  --backends A,B    give the writers these backends in turn: native, addon, exlock, flock,
                    none
  --dir DIR         put the files into DIR (default: memory, where writers collide more often than on a disk)
  --json            print one line of JSON for each scenario
  --help            print this text
`;
const KILL_EVERY_MS = 100;

const scenarios = JSON.parse(
  fs.readFileSync(fileURLToPath(new URL("scenarios.json", import.meta.url)), "utf8"),
);

/** Runs one scenario. @returns the counts, and what is wrong */
async function run(scenario, seconds, parent) {
  const place = newPlace(parent, "stress");
  try {
    fs.writeFileSync(place.target, slotsFor(scenario));
    // An empty file that was written within the last second would be taken for one that an editor has truncated.
    fs.utimesSync(place.target, 0, 0);
    const crowd = await withCrowd(scenario, place, (crowd) => {
      const until = Date.now() + seconds * 1000;
      return Promise.all([
        setTimeout(seconds * 1000),
        scenario.suspendMs && crowd.suspendHolders(scenario.suspendMs, until),
        scenario.kill && crowd.killWriters(KILL_EVERY_MS, until),
      ]);
    });
    sweepUp(place);
    return count(crowd, scenario, place);
  } finally {
    fs.rmSync(place.dir, { recursive: true, force: true });
  }
}

function count(crowd, { suspendMs }, place) {
  const { wrong, check, lines, counted } = verdictOf(crowd, place);
  // An event that is appended while another one is half visible begins with a line end, which makes an empty line.
  const events = linesIn(place.configDir)
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  const ofType = (type, fields = {}) =>
    events.filter(
      (event) =>
        event.type === type && Object.entries(fields).every(([name, value]) => event[name] === value),
    ).length;
  const all = {
    ...counted,
    twice: lines.length - new Set(lines).size,
    torn: lines.filter(
      (line) => !/^(writer|appender|mapper|editor|truncator|flockHolder|fcntlHolder)\d+:\d+;$/.test(line),
    ).length,
    failOpenEvents: ofType("lock_fail_open"),
    evicted: ofType("lock_reaped", { reason: "expired" }),
    merged: ofType("outside_edit", { resolution: "merged" }),
    reread: ofType("outside_edit", { resolution: "reread" }),
  };
  // A version that cannot be merged gets our change once more.
  check(all.twice <= all.saved, "lines that are there twice");
  check(all.torn === 0, "torn lines");
  check(all.failOpenEvents >= all.failedOpen, "a lock failed open without its event");
  check(!suspendMs || all.suspended > 0, "no holder was suspended");
  return { ...all, wrong };
}

function report(name, { wrong, ...counted }) {
  const numbers = Object.entries(counted).filter(([, number]) => number > 0);
  console.log(
    `${wrong.length > 0 ? "WRONG" : "fine "} ${name}: ${numbers.map(([what, n]) => `${what} ${n}`).join(", ")}`,
  );
  for (const what of wrong) console.log(`      ${what}`);
}

const options = {
  seconds: { type: "string", default: "40" },
  scenario: { type: "string", default: "" },
  writers: { type: "string" },
  backends: { type: "string" },
  dir: { type: "string", default: fs.existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir() },
  json: { type: "boolean", default: false },
};
const args = readArguments(USAGE, { options }, ({ values }) => {
  const changes = {
    ...(values.writers && { writers: Number(values.writers) }),
    ...(values.backends && { backends: values.backends.split(",") }),
  };
  const chosen = scenarios
    .filter(({ name }) => name.includes(values.scenario))
    .map((scenario) => ({ share: 1, ...scenario, ...changes }));
  if (chosen.length === 0) throw new Error("no scenario has that name");
  if (!(Number(values.seconds) > 0)) throw new Error("--seconds must be a number above 0");
  return { ...values, chosen };
});
if (args) {
  const shares = args.chosen.reduce((sum, { share }) => sum + share, 0);
  for (const scenario of args.chosen) {
    const result = await run(scenario, (Number(args.seconds) * scenario.share) / shares, args.dir);
    if (result.wrong.length > 0) process.exitCode = 1;
    if (args.json) console.log(JSON.stringify({ name: scenario.name, ...result }));
    else report(scenario.name, result);
  }
}
