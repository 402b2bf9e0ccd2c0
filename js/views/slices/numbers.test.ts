import { describe, expect, test } from "vitest";
import { f8, HOSTILE_NAMES, i4 } from "../../gallery/fixtures";
import { comparison, heatmap, loss, noErrors, nothing, result, tree } from "../../gallery/slices_fixtures";
import { contrast, sharesOf } from "./compare/shares";
import { cellRows, cellSentence, cellsOf, colourOf } from "./heatmap/cells";
import { intervalText, metricText, metricWord, place, pText, scaleOf, scaleOfResult } from "./numbers";
import { footNotes, leadSentence, nothingFound, readersNotes } from "./sentence";
import { pathOf } from "./tree/error_tree";

describe("the scale of a metric", () => {
  test("ends round for shares of errors, and holds every value", () => {
    expect(scaleOf([0.47, 0.14, null])).toEqual({ low: 0, high: 0.5, decimals: 2 });
    expect(scaleOf([0.031])).toEqual({ low: 0, high: 0.05, decimals: 3 });
    expect(scaleOf([36.2]).decimals).toBe(1);
    expect(scaleOf([1250.4]).decimals).toBe(0);
    expect(scaleOf([])).toEqual({ low: 0, high: 0.05, decimals: 2 });
  });
  test("keeps zero inside where values are signed", () => {
    const scale = scaleOf([-3, 1]);
    expect([place(-3, scale), place(0, scale), place(1, scale), place(null, scale)]).toEqual([
      0,
      0.75,
      1,
      null,
    ]);
  });
  test("is called the same where it is chosen and where it is shown", () => {
    expect(["error", "loss", "absolute_residual", "residual"].map(metricWord)).toEqual([
      "error",
      "loss",
      "absolute error",
      "predicted minus actual",
    ]);
  });
  test("values, intervals and p", () => {
    const scale = scaleOf([0.47]);
    expect([metricText(0.4712, scale), metricText(null, scale)]).toEqual(["0.47", "–"]);
    expect([intervalText(-0.011, 0.24, scale), intervalText(null, 1, scale)]).toEqual(["−0.01 to 0.24", ""]);
    expect([1e-9, 0.034, 0.31, null].map(pText)).toEqual(["p < 0.001", "p 0.034", "p 0.31", ""]);
  });
});

describe("sentences", () => {
  test("say what was searched on what, and whether rows were held back", () => {
    expect(leadSentence(result, scaleOfResult(result))).toBe(
      "Where the model does worst on 84,194 test rows; error is 0.17 over all of them. 14,612 candidates searched on one half, confirmed on the other half.",
    );
    expect(leadSentence({ ...loss, direction: "better" }, scaleOfResult(loss))).toContain(
      "Where the model does best on 336,776 rows; loss is 0.52 over all of them. 14,612 candidates searched on all of them; no rows were held back",
    );
  });
  test("say why nothing was found", () => {
    expect(nothingFound(nothing).title).toBe("No slice stands out");
    expect(nothingFound(noErrors).title).toBe("No row is wrong");
    expect(nothingFound({ ...nothing, overall: 1 }).title).toBe("Every row is wrong");
    expect(nothingFound({ ...nothing, n: 0 }).title).toBe("There is no row to search");
    expect(nothingFound({ ...noErrors, direction: "better" }).title).toBe("No row is wrong");
    const few = { ...nothing, n: 169, total: 2 };
    expect(nothingFound(few)).toMatchObject({
      title: "Few rows are wrong",
      text: expect.stringContaining("2 rows of 169: not enough"),
    });
    expect(nothingFound({ ...few, total: 10 }).title).toBe("No slice stands out");
    expect(nothingFound({ ...few, n_confirmation: 0 }).title).toBe("No slice stands out");
  });
  test("say why nothing was searched, once, and promise no confirmation", () => {
    const unsearched = { ...nothing, n_searched: 0, n_columns: 0, notes: ["why", "rows were left out"] };
    const few = nothingFound({ ...unsearched, n_discovery: 7, n_confirmation: 6, min_rows: 20 });
    expect(few.title).toBe("There are too few rows");
    expect(few.text).toContain("needs 20 rows, and the search sees 7: 6 more are held back");
    expect(nothingFound(unsearched).title).toBe("No column gives a condition");
    const constant = { ...unsearched, skipped: [], metric_name: "loss", metric_label: "log loss" };
    expect(nothingFound(constant).title).toBe("The log loss is the same in every row");
    expect(leadSentence(unsearched, scaleOfResult(unsearched))).toMatch(/\. Nothing was searched\.$/);
    expect(footNotes(unsearched)).toEqual(["2 columns left out"]);
    expect(readersNotes(unsearched)).toEqual(["rows were left out"]);
    expect(readersNotes(nothing)).toEqual(nothing.notes);
  });
  test("say that chance may explain what did not hold", () => {
    const slices = result.slices.slice(0, 3).map((slice) => ({ ...slice, confirmed: false }));
    const lead = (count: number) =>
      leadSentence({ ...result, slices: slices.slice(0, count) }, scaleOfResult(result));
    expect(lead(3)).toContain("none of the 3 found held on the other half, so chance may explain them.");
    expect(lead(1)).toContain("the one found did not hold on the other half, so chance may explain it.");
  });
  test("how it was ranked", () => {
    expect(footNotes(result)).toEqual([
      "ranked by SliceLine score, alpha 0.95",
      "at least 169 rows per slice",
      "21 columns searched",
      "2 columns left out",
      "0.41 s, seed 0",
    ]);
  });
  test("a node of the tree is named by its way from the root", () => {
    expect(pathOf(tree, 3)).toBe("sched_dep_time > 1712 and origin = EWR and month in 6..8");
    expect(pathOf(tree, 0)).toBe("");
  });
});

describe("the heat map's cells", () => {
  const cells = cellsOf(heatmap);
  test("know their rows, their mean, and the query that selects them", () => {
    const cell = cells.at(7, 0);
    expect(cell.count).toBe(1210);
    expect(cellRows(heatmap, cell)).toEqual({
      query: '(2100 <= sched_dep_time < 2400) and (origin == "EWR") and (split == "test")',
      label: "sched_dep_time > 1900 and origin EWR",
      n: 1210,
    });
    expect(cellSentence(heatmap, cell, cells.scale)).toBe(
      "sched_dep_time > 1900 and origin EWR: error 0.48 in 1,210 rows, 0.17 over all",
    );
    expect(cellSentence(heatmap, cells.at(0, 3), cells.scale)).toContain("origin missing: no rows");
  });
  test("are orange above and blue below the mean of all, paler with few rows, plain without rows", () => {
    expect(colourOf(cells.at(7, 0), cells, heatmap.overall)).toBe(
      "color-mix(in srgb, var(--hot) 55%, var(--bg))",
    );
    expect(colourOf(cells.at(0, 0), cells, heatmap.overall)).toContain("var(--bar-2)");
    const few = { ...cells.at(7, 0), count: 6 };
    expect(colourOf(few, cells, heatmap.overall)).toContain("var(--hot) 11%");
    expect(colourOf(cells.at(0, 3), cells, heatmap.overall)).toBeUndefined();
  });
  test("one cell alone has no deviation", () => {
    const one = {
      ...heatmap,
      x_labels: ["a"],
      y_labels: ["b"],
      counts: i4([40]),
      means: f8([0.3]),
      overall: 0.3,
    };
    expect(colourOf(cellsOf(one).at(0, 0), cellsOf(one), 0.3)).toContain(" 0%");
  });
});

describe("distributions side by side", () => {
  test("are shares of each side, with missing apart", () => {
    const gust = comparison.features[5];
    const shares = gust && sharesOf(gust);
    expect(shares?.ordered).toBe(14);
    expect(shares?.labels.slice(-2)).toEqual(["63 to 67", "missing"]);
    expect(shares?.first.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });
  test("say where they differ most", () => {
    const words = comparison.features.slice(0, 3).map((feature) => contrast(sharesOf(feature)));
    expect(words[0]).toBe("more EWR: 100% against 30%");
  });
  test("bins of whole numbers and of days are named by what they hold", () => {
    const feature = (kind: string, edges: number[]) => {
      const counts = edges.slice(1).map(() => 1);
      return {
        name: "x",
        kind,
        distance: 0,
        edges: f8(edges),
        labels: [],
        first: i4(counts),
        second: i4(counts),
      };
    };
    const day = Date.UTC(2021, 4, 1);
    expect(sharesOf(feature("numeric", [0.5, 1.5, 4.5])).labels).toEqual(["1", "2 to 4"]);
    expect(sharesOf(feature("numeric", [-1.5, -0.5, 0.5])).labels).toEqual(["−1", "0"]);
    expect(sharesOf(feature("numeric", [0.5, 1, 1.5])).labels).toEqual(["0.5 to 1", "1 to 1.5"]);
    expect(sharesOf(feature("datetime", [day + 4000, day + 90_000_000])).labels).toEqual([
      "2021-05-01 to 2021-05-02",
    ]);
    expect(sharesOf(feature("datetime", [day, day + 4000])).labels).toEqual([
      "2021-05-01 to 2021-05-01 00:00:04",
    ]);
  });
  test("an empty side and hostile categories are no trouble", () => {
    const feature = {
      name: "x",
      kind: "categorical",
      distance: null,
      edges: f8([]),
      labels: HOSTILE_NAMES,
      first: i4([0, 0, 0, 0, 0]),
      second: i4([0, 0, 0, 0, 0]),
    };
    expect(contrast(sharesOf(feature))).toBe("the same on both sides");
  });
});
