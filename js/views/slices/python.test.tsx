import { describe, expect, test } from "vitest";
import type { ErrorHeatMap, SliceComparison, SliceMeasure } from "../../contract/generated";
import type { BuilderColumn } from "../../contract/slices";
import { HOSTILE_NAMES, workbench } from "../../gallery/fixtures";
import { slicesTraits } from "../../gallery/slices_fixtures";
import { staticState } from "../../host/static";
import { draw, settle } from "../../testing/draw";
import { type Condition, conditionQuery, newCondition, operatorsOf, type Range } from "./builder/conditions";
import { moment, parseQuery } from "./builder/parse";
import fixture from "./fixture.json";
import { cellRows, cellsOf } from "./heatmap/cells";
import { Slices } from "./view";

const columns = fixture.columns as unknown as BuilderColumn[];
const heatmap = fixture.heatmap as unknown as ErrorHeatMap;
const comparison = fixture.comparison as unknown as SliceComparison;
const measure = fixture.measure as unknown as SliceMeasure;
const [HOSTILE = ""] = HOSTILE_NAMES;

describe("what Python writes", () => {
  test("is drawn: slices, tree, heat map and comparison, with hostile names as text", async () => {
    const traits = slicesTraits({ ...fixture.alone, columns, scopes: ["all"], scope: "all", status: {} });
    const shared = staticState(workbench({ panel: "slices" }));
    const answers = { compare: () => comparison, heatmap: () => heatmap, what_next: () => [] };
    const drawn = await draw(Slices, traits, { shared, answers });
    const { slices, tree } = fixture.alone.result;
    expect(drawn.all("tr.slice")).toHaveLength(slices.length);
    drawn.all<HTMLButtonElement>("tr.slice .link")[0]?.click();
    await settle();
    expect(drawn.one(".details p").textContent).toBe(slices[0]?.description);
    drawn.button("Compare with the rest").click();
    await settle();
    expect(drawn.all(".distribution")).toHaveLength(comparison.features.length);
    expect(drawn.one(".distributions").textContent).toContain(HOSTILE);
    drawn.button("Tree").click();
    await settle();
    expect(drawn.all(".tree tbody tr")).toHaveLength(tree.length);
    drawn.button("Two features").click();
    await settle();
    expect(drawn.all(".heat-grid td")).toHaveLength(heatmap.x_labels.length * heatmap.y_labels.length);
    expect(drawn.all("img")).toHaveLength(0);
  });
  test("its counts come out: cells of the heat map hold every row once", () => {
    const cells = cellsOf(heatmap);
    let rows = 0;
    for (let y = 0; y < cells.rows; y++) {
      for (let x = 0; x < cells.columns; x++) rows += cells.at(x, y).count;
    }
    expect(rows).toBe(fixture.alone.result.n);
    expect(cellRows(heatmap, cells.at(0, 0)).query).toBe(
      `(${heatmap.x_queries[0]}) and (${heatmap.y_queries[0]})`,
    );
    expect([comparison.n_first, comparison.n_first + comparison.n_second]).toEqual([measure.n, rows]);
  });
});

/** The conditions that Python counted the rows of, as they are clicked together. */
function clicked(column: BuilderColumn): Condition[] {
  const base = newCondition(column);
  const literals = column.values.slice(0, 2).map(({ query_literal }) => query_literal);
  const range = (low: number, high: number | null, lowOpen = false): Range => ({
    low,
    high,
    lowOpen,
    highOpen: false,
  });
  const conditions: Condition[] = [];
  if (column.missing > 0) conditions.push({ ...base, operator: "missing" });
  if (column.kind === "text") conditions.push({ ...base, operator: "contains", text: "note 1" });
  if (literals.length > 0) conditions.push({ ...base, operator: "values", values: literals.slice(0, 1) });
  if (literals.length === 2)
    conditions.push({ ...base, operator: "values", values: literals, negated: true });
  if (column.kind === "numeric") {
    conditions.push({ ...base, operator: "range", range: range(30, 60.5) });
    conditions.push({ ...base, operator: "range", range: range(30, null, true) });
  }
  if (column.kind === "datetime") {
    const [from, to] = [moment("2020-06-01"), moment("2021-03-04 05:06")];
    conditions.push({ ...base, operator: "range", range: range(from, to) });
  }
  return conditions;
}

test("what is clicked together is what Python understands, and reads back", () => {
  const queries = columns.flatMap(clicked).map((condition) => conditionQuery(condition, columns));
  expect(new Set(queries)).toEqual(new Set(Object.keys(fixture.found)));
  for (const query of queries) expect(parseQuery(query, columns)).not.toBeNull();
});

test("every column can be asked something", () => {
  for (const column of columns) expect(operatorsOf(column).length).toBeGreaterThan(0);
});
