/** The most memory that a process had at a time. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { hookEnvOf } from "../tests/helpers/sandboxEnv.mjs";
import { withJournal } from "./growth.mjs";
import { installPlugin, newProject, payload } from "./place.mjs";
import { roundRobin, spread } from "./stats.mjs";

const peak = fileURLToPath(new URL("peak.cjs", import.meta.url));
const GOAL_MB = 15;
const EVENTS = 1_000_000;

export async function measureMemory({ quick, progress }) {
  const plugin = installPlugin(null);
  const place = newProject();
  const long = withJournal(EVENTS);
  const hook = path.join(plugin, "hooks/sessionStart.cjs");
  let sessions = 0;
  const cases = {
    "bare Node": () => peakMb(["-e", "0"], place, ""),
    "hook, unchanged": () => peakMb([hook], place, payload(place, "the-same")),
    "hook, new session": () => peakMb([hook], newProject(), payload(place, `session-${++sessions}`)),
    "audit, a million events": () => peakMb([path.join(plugin, "bin/pact-hooks"), "audit"], long, ""),
  };
  const values = await roundRobin(cases, quick ? 3 : 9, (done) => progress(`memory: ${done}`));
  const bare = spread(values["bare Node"]).median;
  const goals = [];
  const ratios = {};
  const rows = Object.entries(values).map(([name, megabytes]) => {
    const { median, low, high } = spread(megabytes);
    const above = median - bare;
    if (name !== "bare Node") {
      ratios[`memory: ${name}`] = {
        median: median / bare,
        low: low / bare,
        high: high / bare,
        better: "lower",
      };
      goals.push({
        what: `${name}: memory above bare Node`,
        goal: `at most ${GOAL_MB} MB`,
        measured: `${above.toFixed(1)} MB`,
        met: above <= GOAL_MB,
      });
    }
    return [
      name,
      `${median.toFixed(1)} MB`,
      `${low.toFixed(1)} to ${high.toFixed(1)} MB`,
      `${above.toFixed(1)} MB`,
    ];
  });
  return {
    title: "Memory",
    note: "The peak of what is resident, of the process alone.",
    tables: [{ head: ["process", "median", "quartiles", "above bare Node"], rows }],
    goals,
    ratios,
  };
}

function peakMb(args, place, input) {
  const { status, output } = spawnSync(process.execPath, ["--require", peak, ...args], {
    cwd: place.projectDir,
    env: hookEnvOf(place),
    input,
    stdio: ["pipe", "ignore", "inherit", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
  return Number(output[3]) / 1024;
}
