/** What is asked of the lock, and what a lease says of other holders. */
import { expect, test } from "vitest";
import { foreignHolderOf, type Lease, NOT_NEEDED, requestOf } from "../../../shared/lock/lease.ts";

const [OURS, THEIRS] = [
  { pid: 1, source: "record", alive: true } as const,
  { pid: 2, source: "proc", alive: true } as const,
];

test.each<[string, Partial<Lease>, object | undefined]>([
  ["was free", {}, undefined],
  ["could not be written", { reason: "permission" }, undefined],
  ["was held by a holder of this package", { reason: "timeout", holder: OURS }, undefined],
  ["was held by another holder", { reason: "timeout", holder: THEIRS }, THEIRS],
  ["was held by an unknown process", { reason: "timeout" }, {}],
  ["was taken from a holder of this package", { evicted: OURS }, undefined],
  ["was taken from another holder", { evicted: THEIRS }, THEIRS],
  ["was taken from an unknown process", { evicted: {} }, {}],
])("a writer whose lock %s has a foreign holder beside it or not", (_how, lease, expected) => {
  expect(foreignHolderOf({ outcome: "locked", waitedMs: 0, backend: "native", ...lease })).toEqual(expected);
});

test("a writer that needs no lock has waited for none", () => {
  expect(NOT_NEEDED).toEqual({ outcome: "not_needed", waitedMs: 0, backend: "none" });
});

test("a request has its defaults", () => {
  expect(requestOf({})).toEqual({ timeoutMs: 5000, ttlMs: 30_000, journal: {} });
});

test.each([
  [0, 0],
  [0.5, 0.5],
  [-1, undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
])("a time of %s milliseconds is %s", (ms, expected) => {
  const { timeoutMs, ttlMs } = requestOf({ timeoutMs: ms, ttlMs: ms });
  expect([timeoutMs, ttlMs]).toEqual([expected ?? 5000, expected ?? 30_000]);
});

test("a journal of its own goes before that of the project and session", () => {
  const address = { projectDir: "/project", sessionId: "one" };
  expect(requestOf(address)).toMatchObject({ anchor: "/project", journal: address });
  const journal = { projectDir: "/other", sessionId: "two" };
  expect(requestOf({ ...address, journal })).toMatchObject({ anchor: "/project", journal });
});
