/**
 * A session starts within its time and in little memory, whatever lies in its project. `npm run monsters` meets more of them
 * (MONSTERS). A failure prints its seed, which MONSTER_SEED repeats.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { answerOf, payload, runHook } from "../helpers/hookProcess.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { makeMonster } from "./monsters.ts";

const COUNT = Number(process.env.MONSTERS ?? 6);
const SEED = Number(process.env.MONSTER_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Far above the second that the slowest takes: the hook is killed, and the test fails. */
const MAX_MS = 15_000;
const MAX_KB = 150 * 1024;
const PRELOAD = fileURLToPath(new URL("maxMemory.cjs", import.meta.url));

const seeds = Array.from({ length: COUNT }, (_, index) => SEED + index);

test.each(seeds)("a session starts beside the monster of seed %i", { timeout: 3 * MAX_MS }, (seed) => {
  const box = sandbox();
  const { place, about } = makeMonster(box.projectDir, seed);
  const file = path.join(box.projectDir, place);
  const log = path.join(box.projectDir, "max-memory");
  const env = { NODE_OPTIONS: `--require ${PRELOAD}`, MAX_MEMORY_FILE: log };
  const before = fs.readFileSync(file);
  // The second start meets what the first one has made of it.
  for (const _start of ["first", "second"]) {
    const limits = { timeout: MAX_MS, killSignal: "SIGKILL" } as const;
    const { systemMessage = "" } = answerOf(
      runHook("sessionStart", payload("startup", box), box, env, limits),
    );
    expect(Number(fs.readFileSync(log, "utf8")), about).toBeLessThan(MAX_KB);
    const isLeft = systemMessage.includes("unchanged");
    if (isLeft && place.endsWith("CLAUDE.md")) expect(fs.readFileSync(file).equals(before), about).toBe(true);
    before.equals(fs.readFileSync(file)) || before.copy(before);
  }
});
