/** Preloaded into a process: writes the most memory that it has used, in KB, to a file when it exits. */
const fs = require("node:fs");
process.on("exit", () => fs.writeFileSync(process.env.MAX_MEMORY_FILE, String(maxMemory())));

/** On Linux, `maxRSS` may be that of the process which started this one. */
function maxMemory() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]);
}
