import { expect, test } from "vitest";

import { Histogram } from "../../src/metrics/histogram.ts";

test("a value is counted in the first bucket whose bound is not below it", () => {
  const histogram = new Histogram({}, [1, 2, 4]);
  // 1 and 2 are on their bounds, 5 is above them all
  for (const value of [0, 1, 1.5, 2, 3, 5]) histogram.record(value);
  expect(histogram.points()).toEqual([{ labels: {}, counts: [2, 2, 1, 1], count: 6, sum: 12.5 }]);
});

test("what is no duration is left out, since it would spoil the sum for good", () => {
  const histogram = new Histogram({}, [1]);
  for (const value of [Number.NaN, Infinity, -1]) histogram.record(value);
  expect(histogram.points()).toEqual([]);
  histogram.record(0.5);
  expect(histogram.points()).toEqual([{ labels: {}, counts: [1, 0], count: 1, sum: 0.5 }]);
});

test("a page once made does not change with the next value", () => {
  const histogram = new Histogram({}, [1]);
  histogram.record(0.5);
  const [before] = histogram.points();
  histogram.record(0.5);
  expect(before!.counts).toEqual([1, 0]);
});
