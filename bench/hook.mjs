/** A hook as a whole process, beside a bare Node: the cost of a session start. */
import fs from "node:fs";
import path from "node:path";
import { fetchAddon, fetchOtherNodes, withAddon } from "../scripts/nodes.mjs";
import { installPlugin, newProject, payload, root, timeProcess } from "./place.mjs";
import { roundRobin, spread } from "./stats.mjs";

const GOALS = {
  unchanged: 0.25,
  "first session": 0.45,
  "updating session": 0.35,
  "updating session, with the addon": 0.3,
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
      "must change. Two parts of an update cannot become faster: the 3 ms in which the displaced file settles, and, " +
      "without the addon, Node's start of a `flock` process. The row without a hook shows that start alone.",
    tables: tables.map(({ table }) => table),
    goals: tables.flatMap(({ goals }) => goals),
    ratios: Object.assign({}, ...tables.map(({ ratios }) => ratios)),
  };
}

async function measureOn(node, rounds, progress) {
  const isOwn = node.program === process.execPath;
  const addon = isOwn ? withAddon(path.join(root, "node_modules")) : fetchAddon(node);
  const cases = casesOf(node.program, installPlugin(null), addon && installPlugin(addon));
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

function casesOf(program, plugin, pluginWithAddon) {
  const run = (args, place, input) => timeProcess(program, args, place, input);
  const hook = (place, id, from = plugin, event = "SessionStart") =>
    run([path.join(from, `hooks/s${event.slice(1)}.cjs`)], place, payload(place, id, event));
  const same = newProject();
  const old = newProject();
  const oldWithAddon = newProject();
  let sessions = 0;
  const session = (place, from) => hook(place, `session-${++sessions}`, from);
  const updating = (place, from) => {
    makeOlder(place);
    return session(place, from);
  };
  for (const place of [same, old, oldWithAddon]) session(place);
  const cases = {
    "bare Node": () => run(["-e", "0"], same, ""),
    unchanged: () => session(same),
    "first session": () => session(newProject()),
    "updating session": () => updating(old),
    "new file": () => session(newProject(null)),
    "session end": () => hook(same, "the-same", plugin, "SessionEnd"),
    "no hook, just a `flock` process": () => run(["-e", FLOCK_ALONE], same, ""),
  };
  if (pluginWithAddon) {
    cases["first session, with the addon"] = () => session(newProject(), pluginWithAddon);
    cases["updating session, with the addon"] = () => updating(oldWithAddon, pluginWithAddon);
  }
  return cases;
}

/** Gives the routing block of a project the number of an older version, which the next session brings up to date. */
function makeOlder({ projectDir }) {
  const file = path.join(projectDir, ".claude/CLAUDE.md");
  const text = fs.readFileSync(file, "utf8");
  const older = text.replace(/(?<=<!-- pact-hooks routing )\d+/, "0");
  if (older === text) throw new Error(`${file} has no routing version above 0`);
  fs.writeFileSync(file, older);
}
