/** A confusion matrix as plain counts, and what can be read off it. */
import type { NDArray } from "../../contract/values";
import { values } from "../../contract/values";
import { type Counts, f1, type Rate, wilson } from "./counts";

/** Rows per (truth, predicted), rows = truth. */
export interface Matrix {
  size: number;
  at(truth: number, predicted: number): number;
  /** Rows whose truth is this class. */
  occurs: readonly number[];
  /** Rows that are called this class. */
  called: readonly number[];
  total: number;
}

export interface ClassRates {
  index: number;
  rows: number;
  called: number;
  precision: Rate;
  recall: Rate;
  f1: Rate;
}

export interface Confusion {
  truth: number;
  predicted: number;
  rows: number;
  /** Share of the truth's rows. */
  share: number;
}

export function matrixOf(size: number, cells: ArrayLike<number>): Matrix {
  const at = (truth: number, predicted: number) => cells[truth * size + predicted] ?? 0;
  const classes = Array.from({ length: size }, (_, index) => index);
  const sum = (pick: (other: number) => number) => classes.reduce((total, other) => total + pick(other), 0);
  const occurs = classes.map((truth) => sum((predicted) => at(truth, predicted)));
  const called = classes.map((predicted) => sum((truth) => at(truth, predicted)));
  return { size, at, occurs, called, total: occurs.reduce((total, rows) => total + rows, 0) };
}

export function matrixOfArray(array: NDArray): Matrix {
  return matrixOf(array.shape[0] ?? 0, values(array));
}

/** Two classes, the positive one at `positive`. */
export function matrixOfCounts({ tp, fp, fn, tn }: Counts, positive: number): Matrix {
  return matrixOf(2, positive === 1 ? [tn, fp, fn, tp] : [tp, fn, fp, tn]);
}

export function classRates(matrix: Matrix): ClassRates[] {
  return matrix.occurs.map((rows, index) => {
    const hits = matrix.at(index, index);
    const called = matrix.called[index] ?? 0;
    return {
      index,
      rows,
      called,
      precision: wilson(hits, called),
      recall: wilson(hits, rows),
      f1: f1({ tp: hits, fp: called - hits, fn: rows - hits, tn: 0 }),
    };
  });
}

/** The largest confusions, by rows or by share of the truth's rows. */
export function worstConfusions(matrix: Matrix, by: "rows" | "share", count = 8): Confusion[] {
  const found: Confusion[] = [];
  for (let truth = 0; truth < matrix.size; truth++) {
    for (let predicted = 0; predicted < matrix.size; predicted++) {
      const rows = truth === predicted ? 0 : matrix.at(truth, predicted);
      if (rows > 0) found.push({ truth, predicted, rows, share: rows / (matrix.occurs[truth] ?? rows) });
    }
  }
  return found.sort((a, b) => b[by] - a[by] || b.rows - a.rows).slice(0, count);
}
