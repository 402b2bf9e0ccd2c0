import { describe, expect, test } from "vitest";
import type { BrushCube, CarriedPairs, CrossfilterResult } from "../../contract/generated";
import fixture from "./fixture.json";
import { carriedRows, cubeOfPairs } from "./pairs";
import { emptyBins, follow, fullAt, type Range, readCube, readStrip, totalOf, wordsOf } from "./strip";

const live = readStrip(fixture.live.result as unknown as CrossfilterResult);
const cubes = {
  free: fixture.cube as unknown as BrushCube,
  fixed: fixture.fixed_cube as unknown as BrushCube,
};

describe("a brush", () => {
  test.each(fixture.expected)(
    "$range, with another one fixed: $fixed, shows what pandas counts",
    (expected) => {
      const out = emptyBins(live.size);
      follow(
        live,
        readCube(expected.fixed ? cubes.fixed : cubes.free),
        expected.range as unknown as Range,
        out,
      );
      expect([...out.counts]).toEqual(expected.counts);
      expected.errors.forEach((sum, bin) => {
        expect(out.errors[bin]).toBeCloseTo(sum, 3);
      });
    },
  );
});

describe("a file", () => {
  const strip = readStrip(fixture.report.result as unknown as CrossfilterResult);
  const carried = fixture.report.embedded as unknown as CarriedPairs;

  test.each(fixture.file_cubes.map((cube) => cube.active))(
    "makes the kernel's cube of %i out of pairs",
    (active) => {
      const wanted = readCube(
        fixture.file_cubes.find((cube) => cube.active === active) as unknown as BrushCube,
      );
      const found = cubeOfPairs(strip, carried, active);
      expect([...found.counts]).toEqual([...wanted.counts]);
      expect([...found.errors].map((sum) => Math.round(sum))).toEqual([...wanted.errors].map(Math.round));
    },
  );

  test.each(Object.entries(fixture.carried))("knows which of its rows are in bin %s", (bin, rows) => {
    const active = fixture.file_cubes[1]?.active ?? -1;
    expect(carriedRows(strip, carried, active, [Number(bin), Number(bin)])).toEqual(rows);
  });
});

describe("words", () => {
  const named = (changes: object) => ({
    ...live.histograms[0],
    kind: "numeric",
    starts: [],
    ends: [],
    ...changes,
  });
  const whole = named({ labels: ["6", "7", "8", "missing"], nValues: 3, size: 4 }) as never;
  const wide = named({
    labels: ["up to 5", "5 to 10", "10 and more"],
    starts: ["0", "5", "10"],
    ends: ["5", "10", "15"],
    nValues: 3,
    size: 3,
  }) as never;
  const towns = named({ kind: "categorical", labels: ["EWR", "LGA", "other"], nValues: 3, size: 3 }) as never;

  test.each([
    [whole, [0, 0], "6"],
    [whole, [1, 2], "7 and more"],
    [whole, [0, 1], "up to 7"],
    [whole, [0, 2], "any value"],
    [whole, [2, 3], "8 or missing"],
    [whole, [3, 3], "missing"],
    [wide, [0, 1], "up to 10"],
    [wide, [1, 2], "5 and more"],
    [wide, [2, 2], "10 and more"],
    [towns, [0, 1], "EWR or LGA"],
  ])("of %#", (histogram, range, words) => {
    expect(wordsOf(histogram, range as unknown as Range)).toBe(words);
  });
});

test("a total is rows and mean of its bins, and has no mean without rows", () => {
  const [first] = live.histograms;
  if (first === undefined) throw new Error("no histogram");
  const whole = totalOf(live.all, first, [0, first.size - 1]);
  expect(whole.rows).toBe(live.n);
  expect(whole.mean).toBeCloseTo(live.overall ?? -1, 5);
  expect(totalOf(emptyBins(live.size), first, [0, 1])).toEqual({ rows: 0, mean: null });
});

test.each([
  [0.2, true, 1],
  [0.02, true, 0.08],
  [0.001, true, 0.004],
  [0, true, 1],
  [null, true, 1],
  [13.1, false, 60],
  [0.024, false, 0.1],
])("a bar of errors with mean %f is full at %f", (overall, binary, full) => {
  expect(fullAt(overall, binary)).toBeCloseTo(full);
});
