import fc from "fast-check";
import { expect, test } from "vitest";
import { Quantiles } from "../../../bin/audit/quantiles.ts";

function quantilesOf(values: unknown[]): Quantiles {
  const quantiles = new Quantiles();
  for (const value of values) quantiles.add(value);
  return quantiles;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test("quantiles of nothing are null", () => {
  expect(quantilesOf([]).at(0.5, 0.99)).toEqual([null, null]);
  expect(quantilesOf([]).max).toBeNull();
});

test("quantiles of few and of many values are exact for small numbers", () => {
  expect(quantilesOf([7]).at(0, 0.5, 1)).toEqual([7, 7, 7]);
  expect(quantilesOf([1, 2]).at(0.5, 0.51)).toEqual([1, 2]);
  expect(quantilesOf(upTo(100)).at(0.5, 0.95, 0.99)).toEqual([50, 95, 99]);
  expect(quantilesOf([...upTo(999), 5000.3]).max).toBe(5000.3);
});

test("values that are not times do not count", () => {
  const quantiles = quantilesOf([1, -1, Number.NaN, "5", null, undefined, {}]);
  expect(quantiles.count).toBe(1);
});

test("quantiles are within half a percent, or half a tenth of a millisecond, and rise", () => {
  const time = fc.double({ min: 0, max: 1e8, noNaN: true });
  fc.assert(
    fc.property(fc.array(time, { minLength: 1 }), (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      const shares = [0.5, 0.95, 0.99, 1];
      const found = quantilesOf(values).at(...shares) as number[];
      for (const [i, share] of shares.entries()) {
        const exact = sorted[Math.max(Math.ceil(share * values.length) - 1, 0)] as number;
        expect(Math.abs((found[i] as number) - exact)).toBeLessThanOrEqual(
          Math.max(exact * 0.005, 0.05) + 1e-9,
        );
      }
      expect(found).toEqual(found.toSorted((a, b) => a - b));
    }),
  );
});

test("each value is in one bar of the histogram, whose upper end is inclusive", () => {
  expect(quantilesOf([0, 1, 1.1, 10, 11, 1e12]).histogram([1, 10])).toEqual([2, 2, 2]);
});

test("quantiles are rounded to a tenth of a millisecond below 100 ms, and to three digits above", () => {
  expect(quantilesOf([99.94, 1000]).at(0.5)).toEqual([99.9]);
  expect(quantilesOf([100.4, 1000]).at(0.5)).toEqual([100]);
  expect(quantilesOf([1234, 5000]).at(0.5)).toEqual([1230]);
});
