/** Tests of the time of day as the journal writes it. */
import { expect, test } from "vitest";
import { timestamp } from "../../../shared/system/time.ts";

test.each([
  ["2026-01-02T03:04:05.006Z"],
  ["2024-02-29T23:59:59.999Z"],
  ["1970-01-01T00:00:00.000Z"],
  ["0099-12-31T00:00:00.070Z"],
])("a timestamp is written as toISOString writes it: %s", (iso) => {
  expect(timestamp(new Date(iso))).toBe(iso);
});

test("a timestamp without a date is the present time", () => {
  const before = new Date().toISOString();
  const now = timestamp();
  expect([before, now, new Date().toISOString()].toSorted()).toEqual([before, now, expect.any(String)]);
});
