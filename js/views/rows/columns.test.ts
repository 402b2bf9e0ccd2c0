import { describe, expect, test } from "vitest";
import type { TableColumn } from "../../contract/generated";
import { cellText, decimalsOf, layoutOf, seenColumns } from "./columns";
import type { Page } from "./pager";

function column(kind: string, role: TableColumn["role"] = "feature", label = "x"): TableColumn {
  return { key: label, label, role, kind, low: null, high: null };
}

function pageWith(numbers: number[]): Page {
  return {
    start: 0,
    rows: new Int32Array(numbers.length),
    columns: [column("numeric")],
    cells: [new Float64Array(numbers)],
  };
}

describe("the layout", () => {
  const columns = [column("numeric", "row"), ...Array.from({ length: 9 }, () => column("numeric"))];
  test("fills the room, and is as wide as it must be", () => {
    expect(layoutOf(columns, 2000).width).toBeCloseTo(2000);
    expect(layoutOf(columns, 300).width).toBe(84 + 9 * 104);
    expect(layoutOf([], 300)).toMatchObject({ width: 0, lefts: [] });
  });
  test("gives a long name more room, within reason", () => {
    const { widths } = layoutOf([column("numeric", "feature", "m".repeat(500)), column("numeric")], 0);
    expect(widths).toEqual([160, 104]);
  });
  test("only columns that are seen are drawn, the first stays", () => {
    const layout = layoutOf(columns, 300);
    expect(seenColumns(layout, 0, 300)).toEqual([1, 4]);
    expect(seenColumns(layout, 500, 300)).toEqual([5, 8]);
    expect(seenColumns(layout, 1e6, 300)[1]).toBe(10);
  });
});

describe("a cell's text", () => {
  test.each([
    ["numeric", 57.916, 2, "57.92"],
    ["numeric", -25, 0, "−25"],
    ["numeric", 3e15, 0, "3.0000e+15"],
    ["boolean", 1, 0, "true"],
    ["boolean", 0, 0, "false"],
    ["datetime", Date.UTC(2013, 0, 2, 5), 0, "2013-01-02 05:00"],
    ["categorical", "EWR", 0, "EWR"],
    ["text", "", 0, ""],
    ["numeric", Number.NaN, 2, null],
    ["categorical", null, 0, null],
  ] as const)("%s %s", (kind, cell, decimals, text) => {
    expect(cellText(column(kind), cell, decimals)).toBe(text);
  });
  test("a row number has separators", () => {
    expect(cellText(column("numeric", "row"), 48_201, 0)).toBe("48,201");
  });
});

test.each([
  [[1, 2, 300], 0],
  [[57.92, 39.5, Number.NaN], 2],
  [[0.1, 0.25], 2],
  [[0.123456, 0.9], 4],
  [[4983.123], 0],
  [[1 / 3], 4],
  [[0.00031, 0.00042], 5],
  [[Number.POSITIVE_INFINITY], 0],
  [[], 0],
])("numbers %s need %s decimals", (numbers, decimals) => {
  expect(decimalsOf(pageWith(numbers), 0)).toBe(decimals);
});
