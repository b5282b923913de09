/** A hook as a whole process, beside a bare Node: the cost of a session start. */
import fs from "node:fs";
import path from "node:path";
import { fetchOtherNodes } from "../scripts/nodes.mjs";
import { installPlugin, newProject, payload, timeProcess } from "./place.mjs";
import { roundRobin, spread } from "./stats.mjs";

const GOALS = {
  unchanged: 0.2,
  "first session": 0.45,
  "updating session": 0.35,
};
const FLOCK_ALONE = `require("child_process").spawnSync("flock", ["-xn", "3"], {
  stdio: ["ignore", "ignore", "pipe", require("fs").openSync("alone.lock", "w")],
})`;
/** The goals are for Node 22 and later, which have a compile cache. */
const isMeant = (version) => Number.parseInt(version, 10) >= 22;

export async function measureHook({ quick, progress }) {
  const own = { version: process.versions.node, program: process.execPath };
  const tables = [];
  for (const node of [own, ...fetchOtherNodes()])
    tables.push(await measureOn(node, quick ? 15 : 60, progress));
  return {
    title: "Hook",
    note:
      "A whole process, its payload on standard input, in a scrubbed environment, on the file system of the temporary " +
      "folder. *On top* is the time beyond a bare `node -e 0` of the same round, as a share of it. *Unchanged* is a new " +
      "session in a project that has its block; the *first session* adds the block; an *updating session* finds one that " +
      "must change. Without the native binding, an update also waits 3 ms and starts a `flock` process; the row without a " +
      "hook shows that start alone.",
    tables: tables.map(({ table }) => table),
    goals: tables.flatMap(({ goals }) => goals),
    ratios: Object.assign({}, ...tables.map(({ ratios }) => ratios)),
  };
}

async function measureOn(node, rounds, progress) {
  const cases = casesOf(node.program, installPlugin());
  const times = await roundRobin(cases, rounds, (done) => progress(`hook, Node ${node.version}: ${done}`));
  const ratios = {};
  const goals = [];
  const rows = Object.entries(times).map(([name, values]) => {
    const { median, low, high } = spread(values);
    const row = [name, `${median.toFixed(1)} ms`, `${low.toFixed(1)} to ${high.toFixed(1)} ms`];
    if (name === "bare Node") return [...row, ""];
    const onTop = spread(values.map((value, round) => value / times["bare Node"][round] - 1));
    const major = Number.parseInt(node.version, 10);
    ratios[`hook, Node ${major}: ${name}`] = { ...onTop, better: "lower" };
    if (name in GOALS && isMeant(node.version)) {
      goals.push({
        what: `${name}, on top, Node ${major}`,
        goal: `at most ${GOALS[name]}`,
        measured: onTop.median.toFixed(2),
        met: onTop.median <= GOALS[name],
      });
    }
    return [...row, onTop.median.toFixed(2)];
  });
  return {
    table: { title: `Node ${node.version}`, head: ["case", "median", "quartiles", "on top"], rows },
    goals,
    ratios,
  };
}

function casesOf(program, plugin) {
  const run = (args, place, input, env) => timeProcess(program, args, place, input, env);
  const hook = (place, id, env, event = "SessionStart") =>
    run([path.join(plugin, `hooks/s${event.slice(1)}.cjs`)], place, payload(place, id, event), env);
  const same = newProject();
  const old = newProject();
  const oldWithout = newProject();
  let sessions = 0;
  const session = (place, env) => hook(place, `session-${++sessions}`, env);
  const updating = (place, env) => {
    makeOlder(place);
    return session(place, env);
  };
  const withoutBinding = { PACT_HOOKS_NATIVE: "off" };
  for (const place of [same, old, oldWithout]) session(place);
  return {
    "bare Node": () => run(["-e", "0"], same, ""),
    unchanged: () => session(same),
    "first session": () => session(newProject()),
    "updating session": () => updating(old),
    "new file": () => session(newProject(null)),
    "session end": () => hook(same, "the-same", {}, "SessionEnd"),
    "first session, without the binding": () => session(newProject(), withoutBinding),
    "updating session, without the binding": () => updating(oldWithout, withoutBinding),
    "no hook, just a `flock` process": () => run(["-e", FLOCK_ALONE], same, ""),
  };
}

/** Gives the routing block of a project the number of an older version, which the next session brings up to date. */
function makeOlder({ projectDir }) {
  const file = path.join(projectDir, ".claude/CLAUDE.md");
  const text = fs.readFileSync(file, "utf8");
  const older = text.replace(/(?<=<!-- pact-hooks routing )\d+/, "0");
  if (older === text) throw new Error(`${file} has no routing version above 0`);
  fs.writeFileSync(file, older);
}
