import { describe, expect, test } from "vitest";
import { geometryOf, ROW_HEIGHT, seenRows, topShowing } from "./scroll";

const VIEWPORT = 504;

describe("a table that a browser can lay out", () => {
  const geometry = geometryOf(1000, VIEWPORT);
  test("scrolls one to one", () => {
    expect([geometry.canvas, geometry.scaled]).toEqual([28_000, false]);
    expect([geometry.topOf(1234), geometry.scrollOf(1234)]).toEqual([1234, 1234]);
  });
  test("ends with the last row at the bottom", () => {
    expect(geometry.topOf(1e9)).toBe(28_000 - VIEWPORT);
    expect(seenRows(geometry.clamp(1e9), VIEWPORT, 1000)).toEqual([982, 1000]);
  });
});

describe.each([1_000_000, 300_000_000])("%s rows", (rows) => {
  const geometry = geometryOf(rows, VIEWPORT);
  test("keep the canvas below what browsers can lay out", () => {
    expect([geometry.canvas, geometry.scaled]).toEqual([8_000_000, true]);
  });
  test("reach the first and the last row", () => {
    expect(geometry.topOf(0)).toBe(0);
    const last = geometry.topOf(geometry.canvas - VIEWPORT);
    expect(seenRows(last, VIEWPORT, rows)[1]).toBe(rows);
  });
  test("come back to where they were", () => {
    for (const index of [0, 1, 17, rows / 2, rows - 1]) {
      const top = geometry.clamp(index * ROW_HEIGHT);
      expect(geometry.topOf(geometry.scrollOf(top))).toBeCloseTo(top, 3);
    }
  });
});

test("few rows, and no room yet", () => {
  expect(geometryOf(3, VIEWPORT).topOf(50)).toBe(0);
  expect(seenRows(0, VIEWPORT, 3)).toEqual([0, 3]);
  expect(seenRows(0, 0, 3)).toEqual([0, 0]);
  expect(geometryOf(0, VIEWPORT).canvas).toBe(0);
});

test("a row is brought into view with the least movement", () => {
  expect(topShowing(5, 0, VIEWPORT)).toBe(0);
  expect(topShowing(2, 1000, VIEWPORT)).toBe(56);
  expect(topShowing(20, 0, VIEWPORT)).toBe(21 * 28 - VIEWPORT);
});
