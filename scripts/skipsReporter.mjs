/** For vitest: says at the end how much ran in each folder, what was skipped and why, and which file did not end. */
import path from "node:path";

export default class SkipsReporter {
  onTestRunEnd(modules) {
    const folders = new Map();
    const reasons = new Map();
    const unfinished = [];
    for (const module of modules) {
      const counts = of(folders, folderOf(module), { files: 0, passed: 0, failed: 0, skipped: 0 });
      counts.files++;
      for (const test of module.children.allTests()) {
        const { state, note = "the test's own condition" } = test.result();
        if (state !== "pending") counts[state]++;
        if (state === "skipped") of(reasons, note, { tests: 0 }).tests++;
      }
      if (["pending", "queued"].includes(module.state())) unfinished.push(module.relativeModuleId);
    }
    console.log("\nRan on Windows, by folder:");
    for (const [folder, counts] of sorted(folders)) {
      const { files, passed, failed, skipped } = counts;
      console.log(`  ${folder}: ${files} files, ${passed} passed, ${failed} failed, ${skipped} skipped`);
    }
    console.log("\nSkipped, by reason:");
    for (const [reason, { tests }] of sorted(reasons)) console.log(`  ${tests}: ${reason}`);
    for (const file of unfinished) console.log(`\nDid not end: ${file}`);
  }
}

function folderOf({ relativeModuleId }) {
  return path.posix.dirname(relativeModuleId.replaceAll("\\", "/"));
}

function of(map, key, initial) {
  if (!map.has(key)) map.set(key, initial);
  return map.get(key);
}

function sorted(map) {
  return [...map].sort(([a], [b]) => a.localeCompare(b));
}
