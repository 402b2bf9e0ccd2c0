import { describe, expect, test } from "vitest";
import { dateTicks, numberTicks } from "./ticks";

const texts = (low: number, high: number, whole = false) =>
  numberTicks(low, high, whole).map(({ text }) => text);

describe("ticks", () => {
  test("of whole numbers are whole", () => {
    expect(texts(1, 12, true)).toEqual(["3", "6", "9", "12"]);
    for (const [low, high] of [
      [1, 12],
      [0, 1],
      [0, 23],
      [3, 5],
      [1, 7],
      [2_013, 2_014],
      [0.002, 0.998],
      [100, 4_983],
    ] as const) {
      const ticks = numberTicks(low, high, true);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(6);
      for (const { value, text } of ticks) {
        expect(Number.isInteger(value)).toBe(true);
        expect(text).not.toContain(".");
      }
    }
  });
  test("of other numbers are round, inside and evenly spaced", () => {
    expect(texts(0, 1)).toEqual(["0.00", "0.25", "0.50", "0.75", "1.00"]);
    expect(texts(1, 12)).toEqual(["2.5", "5.0", "7.5", "10.0"]);
    expect(texts(-3.2, 3.9)).toEqual(["−2", "0", "2"]);
    expect(texts(12_000, 98_000)).toEqual(["20,000", "40,000", "60,000", "80,000"]);
  });
  test("of one value are that value", () => {
    expect(texts(7, 7, true)).toEqual(["7"]);
  });
  test("of moments are days where they are far apart", () => {
    const [low, high] = [Date.UTC(2020, 0, 3, 7), Date.UTC(2020, 0, 13, 9)];
    expect(dateTicks(low, high).map(({ text }) => text)).toEqual(["2020-01-03", "2020-01-08", "2020-01-13"]);
    expect(dateTicks(low, low)).toHaveLength(1);
  });
});
