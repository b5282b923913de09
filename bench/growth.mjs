/** How the time of a hook, and of the audit, grows with the files and events that they find. */
import fs from "node:fs";
import path from "node:path";
import { makeEvent } from "../dist/index.mjs";
import { installPlugin, newProject, payload, timeProcess } from "./place.mjs";
import { growthExponent, median } from "./stats.mjs";

/** Above this exponent, twice the size takes clearly more than twice the time. */
const LINEAR = 1.15;
/** A case that takes less than this factor of the smallest one differs from it by noise alone. */
const NOISE = 1.15;

/** What grows, its sizes, the unit of the constant, and how to make a place with it. */
const SUBJECTS = [
  {
    what: "abandoned claims beside CLAUDE.md, swept up",
    sizes: [0, 10, 100, 1000],
    unit: { name: "100 claims", size: 100 },
    make: (size) => {
      const place = newProject();
      for (let i = 0; i < size; i++) {
        const claim = path.join(
          place.projectDir,
          `.claude/.CLAUDE.md.${i.toString(16).padStart(16, "0")}.claim`,
        );
        fs.mkdirSync(claim);
        fs.writeFileSync(path.join(claim, "next"), "left by a crash");
      }
      return place;
    },
  },
  {
    what: "files in CLAUDE.md's folder, a new session",
    sizes: [0, 1000, 10_000, 100_000],
    unit: { name: "10,000 files", size: 10_000 },
    make: (size) => {
      const place = newProject();
      for (let i = 0; i < size; i++) fs.writeFileSync(path.join(place.projectDir, `.claude/file-${i}`), "");
      return place;
    },
  },
  {
    what: "events in the session's journal, a session start",
    sizes: [0, 1000, 100_000, 1_000_000],
    unit: { name: "100,000 events", size: 100_000 },
    make: withJournal,
  },
  {
    what: "events in the journals, the audit",
    sizes: [0, 1000, 100_000, 1_000_000],
    unit: { name: "100,000 events", size: 100_000 },
    make: withJournal,
    run: runAudit,
  },
];

export function measureGrowth({ quick, progress }) {
  const plugin = installPlugin(null);
  const goals = [];
  const ratios = {};
  const rows = SUBJECTS.map(({ what, sizes, unit, make, run = runHook }) => {
    const times = sizes.map((size) => {
      progress(`growth: ${what}, ${size.toLocaleString("en")}`);
      // A run changes its place, so that each gets a new one.
      const once = () => {
        const place = make(size);
        const tookMs = run(plugin, place);
        fs.rmSync(path.dirname(place.projectDir), { recursive: true });
        return tookMs;
      };
      return median(Array.from({ length: quick || size >= 100_000 ? 3 : 7 }, once));
    });
    const [base] = times;
    const [size, largest] = sizes.slice(-2);
    const [time, longest] = times.slice(-2);
    const slope = ((longest - base) / largest) * unit.size;
    // A growth that noise hides counts as none.
    const isFlat = longest < base * 1.5;
    const exponent = isFlat
      ? 0
      : growthExponent([size, Math.max(time, base * NOISE)], [largest, longest], base);
    ratios[`growth: ${what}, largest to smallest`] = {
      ...{ median: longest / base, low: longest / base, high: longest / base, better: "lower" },
    };
    goals.push({
      what: `growth with ${what}`,
      goal: "linear or better",
      measured: isFlat ? "none to be seen" : `exponent ${exponent.toFixed(2)}`,
      met: exponent <= LINEAR,
    });
    const shown = times.map((ms, at) => `${sizes[at].toLocaleString("en")}: ${ms.toFixed(0)}`).join(", ");
    return [what, shown, isFlat ? "none" : `${slope.toFixed(1)} ms for ${unit.name}`];
  });
  return {
    title: "Growth",
    note: "Whole processes, the start of Node included; medians, in milliseconds. The constant is the slope from the smallest size to the largest.",
    tables: [{ head: ["what grows", "milliseconds", "constant"], rows }],
    goals,
    ratios,
  };
}

function runHook(plugin, place) {
  return timeProcess(
    process.execPath,
    [path.join(plugin, "hooks/sessionStart.cjs")],
    place,
    payload(place, "the-session"),
  );
}

function runAudit(plugin, place) {
  return timeProcess(process.execPath, [path.join(plugin, "bin/pact-hooks"), "audit", "--json"], place, "");
}

/** Makes a place with one journal: one event in ten is a session start, one in a hundred a lock that failed open. */
function withJournal(events) {
  const place = newProject();
  const dir = path.join(place.configDir, "pact-sessions/project/the-session");
  fs.mkdirSync(dir, { recursive: true });
  const lock = { outcome: "locked", waited_ms: 0.4, backend: "flock" };
  const start = makeEvent("session_start", {
    session_id: "the-session",
    project_dir: place.projectDir,
    lock,
  });
  const failed = makeEvent("lock_fail_open", {
    target: "CLAUDE.md",
    reason: "timeout",
    waited_ms: 5000,
    pid: 1,
  });
  const note = makeEvent("note", { text: "something else that a plugin has written into its journal" });
  const lines = Array.from({ length: 1000 }, (_, i) =>
    JSON.stringify(i % 100 === 1 ? failed : i % 10 === 0 ? start : note),
  );
  const block = `${lines.join("\n")}\n`;
  const fd = fs.openSync(path.join(dir, "session-journal.jsonl"), "w");
  for (let written = 0; written < events; written += lines.length) fs.writeSync(fd, block);
  fs.closeSync(fd);
  return place;
}
