/** Messages between a program and the test that has started it. Synchronous, like the code under test. */
import fs from "node:fs";

export const params = JSON.parse(process.argv[2] ?? "{}");

/** Sends the test a message. */
export function tell(message) {
  fs.writeSync(1, `${JSON.stringify(message)}\n`);
}

/** Blocks until the test sends a line, or ends standard input. */
export function waitForTest() {
  fs.readSync(0, Buffer.alloc(1024));
}
