import { describe, expect, test } from "vitest";
import type { AttributionsSummary, FeatureAttributions, RowAttributions } from "../../contract/attributions";
import { live, many, report, result } from "../../gallery/attributions_fixtures";
import { f8, i4 } from "../../gallery/fixtures";
import { across, cellText, dotAt, dotText, orderOf, readDots, rowOfDot, swarmOf } from "./dots";
import { decimalsOf, FIRST, folded, isFolded, waterfallOf } from "./steps";
import { dependenceSentence, footNotes, placeWords, whyNoSum } from "./words";

const row = live.local as unknown as RowAttributions;

describe("steps", () => {
  test("name the columns without a number, which keep them from adding up", () => {
    const steps = Array.from({ length: FIRST + 2 }, (_, position) => ({
      position,
      name: `c${position}`,
      cell: "",
      baseline: "",
      value: position > FIRST ? null : 0.1,
    }));
    const some = { ...row, delta: null, steps, n_others: 0, others: 0 };
    expect(whyNoSum(some)).toBe(
      `c${FIRST + 1} has no number for this row, so the bars do not add up to the output.`,
    );
    expect(folded(some).others).toBeNull();
    expect(whyNoSum({ ...some, steps: steps.slice(0, 3) })).toContain("rank the columns");
  });
  test("run from the baseline to the output whatever their signs", () => {
    const steps = [0.5, -0.9, 0.2].map((value, position) => ({
      position,
      name: `c${position}`,
      cell: "",
      baseline: "",
      value,
    }));
    const { bars, start, end } = waterfallOf({
      ...row,
      baseline_output: 1,
      output: 0.7,
      delta: 0,
      steps,
      n_others: 3,
      others: -0.1,
    });
    expect(bars.map(({ name, text }) => [name, text])).toEqual([
      ["c0", "+0.50"],
      ["c1", "−0.90"],
      ["c2", "+0.20"],
      ["3 others", "−0.10"],
    ]);
    expect(bars[0]?.from).toBe(start);
    expect(bars.at(-1)?.to).toBeCloseTo(end, 12);
    for (let bar = 1; bar < bars.length; bar++) expect(bars[bar]?.from).toBe(bars[bar - 1]?.to);
  });
  test("many are folded, and still sum to the output", () => {
    const steps = Array.from({ length: 40 }, (_, position) => ({
      position,
      name: `c${position}`,
      cell: "",
      baseline: "",
      value: (40 - position) / 100,
    }));
    const whole = { ...row, baseline_output: 0, output: 8.2, delta: 0, steps, n_others: 0, others: 0 };
    expect(isFolded(whole)).toBe(true);
    const some = folded(whole);
    expect([some.steps.length, some.n_others]).toEqual([FIRST, 28]);
    expect(some.others).toBeCloseTo((28 * 29) / 200, 10);
    const { bars, end } = waterfallOf(some);
    expect(bars.at(-1)).toMatchObject({ name: "28 others", to: expect.closeTo(end, 10) });
    expect(folded({ ...whole, n_others: 2, others: null }).others).toBeNull();
    expect(folded({ ...whole, steps: steps.slice(0, FIRST + 1) }).steps).toHaveLength(FIRST + 1);
  });
  test("nothing moves, nothing breaks", () => {
    const still = { ...row, baseline_output: 0.3, output: 0.3, delta: 0, steps: [], n_others: 0, others: 0 };
    expect(waterfallOf(still)).toMatchObject({ bars: [], start: 0.5, end: 0.5 });
    expect(waterfallOf({ ...still, output: null }).endText).toBe("–");
  });
  test.each([
    [0.37, 2],
    [0.05, 3],
    [0.0004, 5],
    [1.2, 2],
    [12, 1],
    [1234, 0],
    [0, 2],
  ])("%s is written with %s decimals", (value, decimals) => {
    expect(decimalsOf([value, null, -value / 2])).toBe(decimals);
  });
});

describe("dots", () => {
  const dots = readDots(many);
  test("keep their places and stay inside", () => {
    const swarm = swarmOf(dots, 0, 300, 26);
    for (let dot = 0; dot < dots.count; dot++) {
      expect(swarm.x[dot]).toBeCloseTo(across(dots.values[dot * dots.width] as number, dots, 300), 3);
      expect(swarm.y[dot]).toBeGreaterThanOrEqual(1);
      expect(swarm.y[dot]).toBeLessThanOrEqual(25);
    }
    expect(dotAt(swarm, swarm.x[5] as number, swarm.y[5] as number, 0.5)).not.toBeNull();
    expect(dotAt(swarm, -50, 13)).toBeNull();
  });
  test("one dot without a value is not drawn", () => {
    const values = Float32Array.from([Number.NaN, 1]);
    const swarm = swarmOf({ ...dots, count: 2, width: 1, values }, 0, 100, 26);
    expect(swarm.x[0]).toBeNaN();
  });
  test("the steps of a drawn row are those that the kernel gives", () => {
    const place = readDots(result).rows.indexOf(row.row);
    const found = rowOfDot(result, readDots(result), place);
    expect(found.steps.map(({ name, cell }) => [name, cell]).slice(0, 2)).toEqual(
      row.steps.map(({ name, cell }) => [name, cell]).slice(0, 2),
    );
    expect(found.output).toBeCloseTo(row.output as number, 5);
    expect(found.others).toBeCloseTo(0, 5);
    expect(found.target).toBe(row.target);
  });
  test("a file has the same dots and bars, and says which numbers it rounds", () => {
    const file = report.result as unknown as AttributionsSummary;
    expect(file.dots.values).toEqual(result.dots.values);
    expect(file.features).toEqual(result.features);
    const dots = readDots(file);
    const [rounded, exact] = [dots.rounded.indexOf(1), dots.rounded.indexOf(0)];
    const age = file.features[0] as FeatureAttributions;
    expect(dotText(age, dots, rounded, 0)).toMatch(/^≈ \d+$/);
    expect(dotText(age, dots, exact, 0)).toMatch(/^\d+$/);
    expect(dotText(file.features[1] as FeatureAttributions, dots, rounded, 1)).toMatch(/^(Lima|Oslo|Rome)$/);
    expect(footNotes(file)).toContain(
      `${[...dots.rounded].filter((one) => one === 1).length} dots of rows that this file does not carry: numbers rounded`,
    );
    expect(footNotes(result).join()).not.toContain("rounded");
  });
  test("are walked from left to right, and from the bottom up where they stand alike", () => {
    const places = {
      x: Float32Array.from([5, 1, Number.NaN, 3, 3, 9]),
      y: Float32Array.from([0, 0, 0, 2, 7, Number.NaN]),
    };
    expect(orderOf(places)).toEqual([1, 4, 3, 0]);
  });
  test("a row's place is said in the order that it has", () => {
    const place = { at: 2, total: 1200, rows: "in the selection", by_loss: true };
    expect(placeWords(place)).toBe("3 of 1,200 in the selection, by loss");
    expect(placeWords({ ...place, by_loss: false })).toBe("3 of 1,200 in the selection");
    expect(placeWords({ ...place, at: null, rows: "test rows" })).toBe("not among the 1,200 test rows");
  });
  test("cells read as numbers, dates and labels", () => {
    const [first, second] = many.features;
    if (!first || !second) throw new Error("no features");
    expect([cellText(first, 73_500), cellText(first, Number.NaN)]).toEqual(["73,500", "missing"]);
    expect(cellText(second, 1)).toBe("JFK");
    expect(cellText({ ...first, kind: "datetime" }, Date.UTC(2021, 4, 1))).toBe("2021-05-01");
    expect(dependenceSentence(first)).toBe("On average lowest at 100 (−0.40), highest at 2,500 (+0.40).");
  });
  test("a column's sentence says what is constant, and what is missing", () => {
    const [first, , third] = many.features;
    if (!first || !third) throw new Error("no features");
    expect(dependenceSentence(third)).toContain("Missing in 31 rows: −0.020 on average.");
    const one = { x: f8([5]), mean: f8([0.5]), count: i4([9]), n_missing: 0, missing_mean: null };
    expect(dependenceSentence({ ...first, curve: one })).toBe("Always 5: +0.50 on average.");
    const none = { x: f8([]), mean: f8([]), count: i4([]), n_missing: 1, missing_mean: 0.2 };
    expect(dependenceSentence({ ...first, curve: none })).toBe("Missing in 1 row: +0.20 on average.");
  });
});
