/**
 * Waits for a process to end.
 * @param {import("node:child_process").ChildProcess} child
 * @returns its output, its exit status, and the signal that ended it
 */
export function outputOf(child) {
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name]?.setEncoding("utf8").on("data", (text) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ ...output, status, signal }));
  });
}
