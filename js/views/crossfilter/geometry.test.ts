import { describe, expect, test } from "vitest";
import { binAt, dragged, gripAt, keyed, layoutOf, leftOf, spanOf } from "./geometry";
import type { Histogram, Range } from "./strip";

function histogram(size: number, nValues = size): Histogram {
  return {
    index: 0,
    name: "x",
    role: "feature",
    kind: "numeric",
    labels: [],
    starts: [],
    ends: [],
    offset: 0,
    size,
    nValues,
    selectable: true,
  };
}

describe.each([
  ["many bins", histogram(40)],
  ["a bin for missing values", histogram(21, 20)],
  ["two categories", histogram(2)],
  ["only missing values", histogram(1, 0)],
  ["one bin", histogram(1)],
])("%s", (_, bins) => {
  const layout = layoutOf(bins, 130);

  test("are inside, one after the other, and found again under the pointer", () => {
    let end = 0;
    for (let bin = 0; bin < bins.size; bin++) {
      const [left, right] = spanOf(bins, layout, [bin, bin]);
      expect(left).toBeGreaterThanOrEqual(end - 1e-9);
      expect(right).toBeLessThanOrEqual(130 + 1e-9);
      expect(binAt(bins, layout, (left + right) / 2)).toBe(bin);
      end = right;
    }
  });

  test("the nearest one is found from outside", () => {
    expect(binAt(bins, layout, -50)).toBe(0);
    expect(binAt(bins, layout, 500)).toBe(bins.size - 1);
  });
});

test.each([
  [40, 130 / 40, 0],
  [12, 130 / 12, 1],
  [2, 26, 1],
])("%i bars fill the room, up to a width", (size, pitch, gap) => {
  expect(layoutOf(histogram(size), 130)).toMatchObject({ pitch, gap });
});

test("missing values stand apart", () => {
  const bins = histogram(21, 20);
  const layout = layoutOf(bins, 130);
  expect(leftOf(bins, layout, 20) - leftOf(bins, layout, 19)).toBeGreaterThan(layout.pitch + 2);
});

test("a brush is held by its ends and by its middle", () => {
  const bins = histogram(20);
  const layout = layoutOf(bins, 200);
  const brush: Range = [5, 9];
  expect([30, 48, 52, 75, 98, 103, 120].map((x) => gripAt(bins, layout, brush, x))).toEqual([
    null,
    "low",
    "low",
    "middle",
    "high",
    "high",
    null,
  ]);
  expect(gripAt(bins, layout, undefined, 75)).toBeNull();
});

test("a one-bin brush of a dense histogram can still be moved", () => {
  const bins = histogram(40);
  const layout = layoutOf(bins, 130);
  expect(gripAt(bins, layout, [10, 10], 10.5 * layout.pitch)).toBe("middle");
});

describe("a drag", () => {
  test("draws a new brush in either direction", () => {
    expect(dragged(20, undefined, null, 4, 9)).toEqual([4, 9]);
    expect(dragged(20, [1, 2], null, 9, 4)).toEqual([4, 9]);
  });
  test("moves a brush as far as it goes", () => {
    expect(dragged(20, [5, 9], "middle", 6, 8)).toEqual([7, 11]);
    expect(dragged(20, [5, 9], "middle", 6, 40)).toEqual([15, 19]);
    expect(dragged(20, [5, 9], "middle", 6, 0)).toEqual([0, 4]);
  });
  test("moves one end, past the other too", () => {
    expect(dragged(20, [5, 9], "low", 5, 2)).toEqual([2, 9]);
    expect(dragged(20, [5, 9], "high", 9, 3)).toEqual([3, 5]);
  });
});

test.each([
  [undefined, "ArrowRight", false, [0, 0]],
  [undefined, "ArrowLeft", false, [19, 19]],
  [[3, 5], "ArrowRight", false, [4, 6]],
  [[0, 2], "ArrowLeft", false, [0, 2]],
  [[3, 5], "ArrowRight", true, [3, 6]],
  [[3, 5], "ArrowLeft", true, [3, 4]],
  [[3, 3], "ArrowLeft", true, [3, 3]],
  [[3, 5], "End", false, [17, 19]],
  [[3, 5], "Home", false, [0, 2]],
  [[3, 5], "End", true, [3, 19]],
  [[3, 5], "Home", true, [3, 3]],
  [[3, 5], "Tab", false, null],
])("from %j the key %s (shift %s) leads to %j", (brush, key, shift, wanted) => {
  expect(keyed(20, brush as unknown as Range | undefined, key as string, shift as boolean)).toEqual(wanted);
});
