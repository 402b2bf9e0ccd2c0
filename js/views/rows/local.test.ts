import { describe, expect, test } from "vitest";
import type { ColumnValues, RowsResult, TableColumn } from "../../contract/generated";
import { values } from "../../contract/values";
import type { Selection } from "../../contract/workbench";
import { f8, i4 } from "../../gallery/fixtures";
import { canNarrow, localSource } from "./local";

const CLASSES = ["on time", "late"];

function column(key: TableColumn["role"], kind: string): TableColumn {
  return { key, label: key, role: key, kind, low: 0, high: 1 };
}

function texts(...cells: (string | null)[]): ColumnValues {
  return { numbers: null, texts: cells };
}

function numbers(...cells: number[]): ColumnValues {
  return { numbers: f8(cells), texts: [] };
}

const EMBEDDED: RowsResult = {
  kind: "rows",
  start: 0,
  total: 900,
  n_rows: 1000,
  sort: "loss",
  ascending: false,
  query: "",
  rows: i4([70, 71, 72, 73]),
  columns: [
    column("row", "numeric"),
    column("split", "categorical"),
    column("target", "categorical"),
    column("predicted", "categorical"),
    column("score", "numeric"),
    column("loss", "numeric"),
  ],
  values: [
    numbers(70, 71, 72, 73),
    texts("test", "test", "train", null),
    texts("late", "late", "on time", "late"),
    texts("on time", "late", "on time", "late"),
    numbers(0.2, 0.7, 0.4, Number.NaN),
    numbers(1.6, 0.3, 0.5, Number.NaN),
  ],
};

async function rowsFor(selection: Selection | null, params: Record<string, unknown> = {}): Promise<number[]> {
  const source = localSource(EMBEDDED, selection, CLASSES);
  const request = { start: 0, count: 100, sort: "loss", ascending: false, query: "", ...params };
  const page = await source(request, new AbortController().signal);
  return [...values(page.rows)];
}

function selection(changes: Partial<Selection>): Selection {
  return { kind: "cell", label: "", n: null, token: 1, ...changes };
}

describe("order and text", () => {
  test("missing values come last both ways", async () => {
    expect(await rowsFor(null)).toEqual([70, 72, 71, 73]);
    expect(await rowsFor(null, { ascending: true })).toEqual([71, 72, 70, 73]);
    expect(await rowsFor(null, { sort: "split", ascending: true })).toEqual([70, 71, 72, 73]);
  });
  test("text is found in any column, whatever its case", async () => {
    expect(await rowsFor(null, { query: "TRAIN" })).toEqual([72]);
    expect(await rowsFor(null, { query: "0.7" })).toEqual([71]);
    expect(await rowsFor(null, { query: "<b>" })).toEqual([]);
  });
  test("a part of it is a page that says how many there are", async () => {
    const source = localSource(EMBEDDED, null, CLASSES);
    const params = { start: 1, count: 2, sort: "row", ascending: true, query: "" };
    const page = await source(params, new AbortController().signal);
    expect([page.total, page.n_rows, [...values(page.rows)]]).toEqual([4, 1000, [71, 72]]);
    expect(page.values[3]?.texts).toEqual(["late", "on time"]);
  });
});

describe("the selection", () => {
  test("a confusion cell, at its own threshold", async () => {
    const cell = { truth: 1, predicted: 1 };
    expect(await rowsFor(selection(cell))).toEqual([71, 73]);
    expect(await rowsFor(selection({ ...cell, threshold: 0.1 }))).toEqual([70, 71]);
    expect(await rowsFor(selection({ ...cell, threshold: 0.1, split: "train" }))).toEqual([]);
  });
  test("listed rows, ranges, everything", async () => {
    expect(await rowsFor(selection({ kind: "python", rows: [73, 70, 5] }))).toEqual([70, 73]);
    expect(await rowsFor(selection({ kind: "range", field: "loss", low: 0.4, high: 2 }))).toEqual([70, 72]);
    expect(await rowsFor(selection({ kind: "all" }))).toHaveLength(4);
  });
  test("errors of a regression are predicted minus actual", async () => {
    const regression = {
      ...EMBEDDED,
      columns: [column("target", "numeric"), column("predicted", "numeric")],
      values: [numbers(1, 2, 3, 4), numbers(2, 2, 9, Number.NaN)],
    };
    const source = localSource(regression, selection({ kind: "range", field: "error", low: 0.5 }), []);
    const params = { start: 0, count: 9, sort: "", ascending: true, query: "" };
    expect([...values((await source(params, new AbortController().signal)).rows)]).toEqual([70, 72]);
  });
  test("what only a kernel can work out narrows nothing, and is said", async () => {
    const query = selection({ kind: "query", query: "distance > 5" });
    expect(await rowsFor(query)).toHaveLength(4);
    expect(canNarrow(EMBEDDED, query, CLASSES)).toBe(false);
    expect(canNarrow(EMBEDDED, selection({ truth: 1, predicted: 7 }), CLASSES)).toBe(false);
    expect(canNarrow(EMBEDDED, selection({ kind: "range", field: "__proto__" }), CLASSES)).toBe(false);
    expect(canNarrow(EMBEDDED, selection({ truth: 1, predicted: 0 }), CLASSES)).toBe(true);
  });
});
