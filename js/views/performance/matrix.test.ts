import { describe, expect, test } from "vitest";
import { classRates, matrixOf, matrixOfCounts, worstConfusions } from "./matrix";

const matrix = matrixOf(3, [50, 3, 7, 0, 20, 2, 5, 0, 5]);

test("rows are the truth", () => {
  expect(matrix.occurs).toEqual([60, 22, 10]);
  expect(matrix.called).toEqual([55, 23, 14]);
  expect(matrix.total).toBe(92);
  expect(matrix.at(0, 2)).toBe(7);
});

test("rates per class follow from the matrix", () => {
  const [first, , last] = classRates(matrix);
  expect(first?.precision.value).toBeCloseTo(50 / 55, 12);
  expect(first?.recall.value).toBeCloseTo(50 / 60, 12);
  expect(last?.f1.value).toBeCloseTo((2 * 5) / (14 + 10), 12);
});

test("a class that neither occurs nor is called has no rates", () => {
  const [, empty] = classRates(matrixOf(2, [4, 0, 0, 0]));
  expect([empty?.precision.value, empty?.recall.value, empty?.f1.value]).toEqual([null, null, null]);
});

describe("the largest confusions", () => {
  test("come by rows or by share of the truth, without the diagonal and without empty cells", () => {
    const cells = (by: "rows" | "share") =>
      worstConfusions(matrix, by).map(({ truth, predicted }) => [truth, predicted]);
    expect(cells("rows")).toEqual([
      [0, 2],
      [2, 0],
      [0, 1],
      [1, 2],
    ]); // prettier-ignore
    expect(cells("share")).toEqual([
      [2, 0],
      [0, 2],
      [1, 2],
      [0, 1],
    ]); // prettier-ignore
  });
});

test.each([
  [1, [4, 2, 3, 1]],
  [0, [1, 3, 2, 4]],
])("with the positive class at %d the counts stand in their cells", (positive, cells) => {
  const two = matrixOfCounts({ tp: 1, fp: 2, fn: 3, tn: 4 }, positive);
  expect([two.at(0, 0), two.at(0, 1), two.at(1, 0), two.at(1, 1)]).toEqual(cells);
});
