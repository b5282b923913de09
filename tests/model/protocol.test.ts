/**
 * Every interleaving of the protocol's steps. `npm run model` (MODEL_ROUNDS=4) searches further: a writer may start over
 * more often, and three of them crash or meet an outsider.
 */
import { describe, expect, test } from "vitest";
import { type Options, WITHOUT_BINDING } from "./options.ts";
import { run, type Setting } from "./run.ts";

const rounds = Number(process.env.MODEL_ROUNDS || 3);
const isLong = rounds > 3;
/** Enough for what is searched beside the main protocol. */
const fewer = rounds - 1;

type Case = [what: string, setting: Setting, options: Partial<Options>];

const cases: Case[] = [
  ["two writers, each of which may crash", {}, { crashes: 2 }],
  ["two writers that create the file", { exists: false }, { crashes: 1 }],
  ["two writers and an appender", { outsiders: ["open"] }, { crashes: 1 }],
  ["two writers and an outsider that replaces the file", { outsiders: ["replace"] }, { crashes: 1 }],
  ["a writer and two appenders", { writers: 1, outsiders: ["open", "open"] }, { lock: true, crashes: 1 }],
  [
    "a writer, an appender and an outsider that replaces the file",
    { writers: 1, outsiders: ["open", "replace"] },
    { lock: true, crashes: 1 },
  ],
];

const moreCases: Case[] = [
  ["two writers with the lock, evicted, failing open, one crashing", {}, { lock: true, crashes: 1 }],
  ["three writers without the lock", { writers: 3 }, { maxRounds: isLong ? 2 : 1 }],
  ["three writers, one of which crashes", { writers: 3 }, { maxRounds: 1, crashes: 1 }],
  ["two writers and an outsider that deletes the file", { outsiders: ["delete"] }, { crashes: 1 }],
  [
    "two writers and an appender, which create the file",
    { outsiders: ["open"], exists: false },
    { maxRounds: fewer, crashes: 1 },
  ],
];

const longCases: Case[] = [
  ["three writers that create the file", { writers: 3, exists: false }, { maxRounds: 1, crashes: 1 }],
  ["three writers and an appender", { writers: 3, outsiders: ["open"] }, { maxRounds: 1 }],
  [
    "three writers with the lock, evicted, failing open, one crashing",
    { writers: 3 },
    { maxRounds: 1, lock: true, crashes: 1 },
  ],
  [
    "two writers, an appender and an outsider that replaces the file",
    { outsiders: ["open", "replace"] },
    { maxRounds: 2 },
  ],
];

function check([what, setting, options]: Case): void {
  const { broken, states } = run(setting, options);
  console.log(`${what}: ${states.toLocaleString("en")} states`);
  expect(broken).toBeUndefined();
  expect(states).toBeGreaterThan(100);
}

function testAll(all: Case[], options: Partial<Options>): void {
  test.each(all)("%s", { timeout: 1_200_000 }, (what, setting, own) => {
    check([what, setting, { ...options, ...own }]);
  });
}

const all = [...cases, ...moreCases, ...(isLong ? longCases : [])];

describe("nothing is lost, nothing is partial, and the next writer sweeps up, in every interleaving of", () => {
  testAll(all, { maxRounds: rounds, strict: true, givesUpWaiting: true });
});

describe("without the binding, too, nothing is lost in any interleaving of", () => {
  testAll(isLong ? all : cases, { ...WITHOUT_BINDING, maxRounds: fewer });
});

describe("when the kernel lets only one of the writers exchange, nothing is lost in any interleaving of", () => {
  const pairs = cases.filter(([, { writers }]) => writers === undefined);
  testAll(pairs, { publish: "either", maxRounds: isLong ? fewer : 1 });
});
