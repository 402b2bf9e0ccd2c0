import { describe, expect, test } from "vitest";
import type { PerformanceResult } from "../../contract/generated";
import {
  bestF1Stop,
  countsAt,
  f1,
  rates,
  readSweep,
  type Sweep,
  scoreHistogram,
  stopAt,
  wilson,
  youdenStop,
} from "./counts";
import fixture from "./fixture.json";

const result = fixture.binary.result as unknown as PerformanceResult;
const held = result.splits.find(({ split }) => split === "test");
const sweep = readSweep(held!.sweep!);

/** A sweep over scores that are written down here, counted row by row. */
function sweepOf(rows: readonly [score: number, positive: boolean][], stops: number): Sweep {
  const thresholds = Float64Array.from({ length: stops }, (_, stop) => stop / (stops - 1));
  const count = (truth: boolean) =>
    Int32Array.from(
      thresholds,
      (threshold) => rows.filter(([score, positive]) => positive === truth && score >= threshold).length,
    );
  return {
    thresholds,
    truePositive: count(true),
    falsePositive: count(false),
    positives: rows.filter(([, positive]) => positive).length,
    negatives: rows.filter(([, positive]) => !positive).length,
  };
}

describe.each(fixture.expected)("at threshold $threshold, as scikit-learn and SciPy say", (expected) => {
  const stop = stopAt(sweep, expected.threshold);
  const counts = countsAt(sweep, stop);
  test("the counts are exact", () => {
    expect(sweep.thresholds[stop]).toBe(expected.threshold);
    expect(counts).toEqual(expected.counts);
  });
  test.each(["accuracy", "recall", "precision", "specificity"] as const)(
    "%s and its Wilson interval",
    (name) => {
      const { value, low, high } = expected.rates[name];
      const rate = rates(counts)[name];
      if (value === null) {
        expect(rate).toEqual({ value: null, low: null, high: null });
        return;
      }
      expect(rate.value).toBeCloseTo(value, 12);
      expect(rate.low).toBeCloseTo(low!, 10);
      expect(rate.high).toBeCloseTo(high!, 10);
    },
  );
  test("F1, accuracy and recall", () => {
    expect(f1(counts).value).toBeCloseTo(expected.f1, 12);
    expect(rates(counts).accuracy.value).toBeCloseTo(expected.checked.accuracy, 12);
    expect(rates(counts).recall.value).toBeCloseTo(expected.checked.recall, 12);
  });
});

describe("rates without rows", () => {
  test("are undefined, not zero", () => {
    expect(wilson(0, 0)).toEqual({ value: null, low: null, high: null });
    expect(f1({ tp: 0, fp: 0, fn: 0, tn: 9 })).toEqual({ value: null, low: null, high: null });
  });
  test("intervals stay within 0 and 1 at the ends", () => {
    expect(wilson(0, 7).low).toBe(0);
    expect(wilson(7, 7).high).toBe(1);
    expect(f1({ tp: 5, fp: 0, fn: 0, tn: 2 })).toEqual({ value: 1, low: 1, high: 1 });
  });
});

test("the standard error of F1 is the one that resampling gives", () => {
  const counts = { tp: 60, fp: 25, fn: 30, tn: 285 };
  const draw = randomCounts(counts, 11);
  const drawn = Array.from({ length: 4000 }, () => f1(draw()).value!);
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const spread = Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length);
  const { value, high } = f1(counts);
  expect((high! - value!) / 1.959963984540054 / spread).toBeCloseTo(1, 1);
});

describe("the named stops", () => {
  const rows = [
    [0.05, false],
    [0.15, false],
    [0.25, true],
    [0.35, false],
    [0.45, false],
    [0.65, true],
    [0.75, true],
    [0.95, true],
  ] as const; // prettier-ignore
  const small = sweepOf(
    rows.map(([score, positive]) => [score, positive]),
    11,
  );
  test("have the highest F1 and Youden's J of all stops", () => {
    const f1s = Array.from(small.thresholds, (_, stop) => f1(countsAt(small, stop)).value ?? -1);
    const js = Array.from(small.thresholds, (_, stop) => {
      const { tp, fp, fn, tn } = countsAt(small, stop);
      return tp / (tp + fn) - fp / (fp + tn);
    });
    expect(bestF1Stop(small)).toBe(f1s.indexOf(Math.max(...f1s)));
    expect(youdenStop(small)).toBe(js.indexOf(Math.max(...js)));
  });
  test("exist when one class is missing", () => {
    const onlyNegative = sweepOf([[0.4, false]], 11);
    expect(youdenStop(onlyNegative)).toBe(0);
    expect(bestF1Stop(onlyNegative)).toBe(0);
  });
});

describe("the score histogram", () => {
  test("holds every row once", () => {
    const { positive, negative } = scoreHistogram(sweep, 50);
    const sum = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0);
    expect(sum(positive)).toBe(sweep.positives);
    expect(sum(negative)).toBe(sweep.negatives);
  });
  test("puts a score into the bin that starts at or below it, and 1 into the last", () => {
    const { positive } = scoreHistogram(
      sweepOf(
        [
          [0.3, true],
          [0.31, true],
          [1, true],
        ],
        11,
      ),
      10,
    ); // prettier-ignore
    expect([...positive]).toEqual([0, 0, 0, 2, 0, 0, 0, 0, 0, 1]);
  });
});

test.each([
  [-1, 0],
  [0.04, 0],
  [0.06, 1],
  [0.5, 5],
  [9, 10],
])("the stop nearest to %d is %d", (threshold, stop) => {
  expect(stopAt(sweepOf([[0.2, true]], 11), threshold)).toBe(stop);
});

function randomCounts({ tp, fp, fn, tn }: { tp: number; fp: number; fn: number; tn: number }, seed: number) {
  const total = tp + fp + fn + tn;
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => {
    const drawn = { tp: 0, fp: 0, fn: 0, tn: 0 };
    for (let row = 0; row < total; row++) {
      const place = random() * total;
      drawn[place < tp ? "tp" : place < tp + fp ? "fp" : place < tp + fp + fn ? "fn" : "tn"] += 1;
    }
    return drawn;
  };
}
