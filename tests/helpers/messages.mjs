/** How a program talks to the test that has started it. Synchronous, like what it tests. */
import fs from "node:fs";

export const params = JSON.parse(process.argv[2] ?? "{}");

/** Tells the test. */
export function tell(message) {
  fs.writeSync(1, `${JSON.stringify(message)}\n`);
}

/** Blocks until the test sends a line, or ends our standard input. */
export function waitForTest() {
  fs.readSync(0, Buffer.alloc(1024));
}
