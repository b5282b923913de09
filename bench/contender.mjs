/**
 * One of several writers on one file: adds to a number of its own in the file, each time as a full durable update. Prints
 * `ready`; then, at each `go`, makes updates for some seconds, and prints the moments of these and how many failed.
 * Parameters: rival, target, name, seconds (0: one update), options, workMs (how long a change takes; the writer's name is
 * in a file meanwhile).
 */
import fs from "node:fs";

const { rival, target, name, seconds, workMs, options } = JSON.parse(process.argv[2]);
const { update } = await import(`./rivals/${rival}.mjs`);
const now = () => Number(process.hrtime.bigint()) / 1e6;

const line = new RegExp(`^${name} (\\d+)$`, "m");
const pause = new Int32Array(new SharedArrayBuffer(4));
const addOne = (text) => {
  if (workMs > 0) {
    fs.writeFileSync(`${target}.inside`, name);
    Atomics.wait(pause, 0, 0, workMs);
  }
  return text.replace(line, (_, count) => `${name} ${Number(count) + 1}`);
};

fs.writeSync(1, "ready\n");
while (fs.readSync(0, Buffer.alloc(16)) > 0) {
  const moments = [];
  let failed = 0;
  const end = now() + seconds * 1000;
  do {
    if (await update(target, addOne, options)) moments.push(now());
    else failed++;
  } while (now() < end);
  // A long line takes more than one write to a pipe.
  const result = Buffer.from(`${JSON.stringify({ moments, failed })}\n`);
  for (let at = 0; at < result.length; ) at += writeSome(result, at);
}

function writeSome(bytes, at) {
  try {
    return fs.writeSync(1, bytes, at);
  } catch (error) {
    if (error.code !== "EAGAIN") throw error;
    return 0;
  }
}
