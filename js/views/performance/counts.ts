/** What a threshold does to a two-class model, from exact counts at every stop of the slider. */
import type { ThresholdSweep } from "../../contract/generated";
import { type Values, values } from "../../contract/values";

export interface Sweep {
  thresholds: Values;
  truePositive: Values;
  falsePositive: Values;
  positives: number;
  negatives: number;
}

export interface Counts {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

/** A share or F1 with its 95% interval; all null where it is not defined. */
export interface Rate {
  value: number | null;
  low: number | null;
  high: number | null;
}

const UNDEFINED: Rate = { value: null, low: null, high: null };
const Z95 = 1.959963984540054;

export function readSweep(sweep: ThresholdSweep): Sweep {
  return {
    thresholds: values(sweep.thresholds),
    truePositive: values(sweep.true_positive),
    falsePositive: values(sweep.false_positive),
    positives: sweep.positives,
    negatives: sweep.negatives,
  };
}

/** The stop nearest to `threshold`. */
export function stopAt({ thresholds }: Sweep, threshold: number): number {
  let low = 0;
  let high = thresholds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((thresholds[middle] ?? 0) < threshold) low = middle + 1;
    else high = middle;
  }
  const after = thresholds[low] ?? 0;
  const before = thresholds[Math.max(0, low - 1)] ?? after;
  return low > 0 && threshold - before < after - threshold ? low - 1 : low;
}

export function countsAt(sweep: Sweep, stop: number): Counts {
  const tp = sweep.truePositive[stop] ?? 0;
  const fp = sweep.falsePositive[stop] ?? 0;
  return { tp, fp, fn: sweep.positives - tp, tn: sweep.negatives - fp };
}

/** Wilson's score interval of a share (E. B. Wilson, 1927), as `analyzers.metrics.intervals.wilson`. */
export function wilson(successes: number, n: number): Rate {
  if (n === 0) return UNDEFINED;
  const share = successes / n;
  const centre = share + Z95 ** 2 / (2 * n);
  const half = Z95 * Math.sqrt((share * (1 - share)) / n + Z95 ** 2 / (4 * n ** 2));
  const scale = 1 + Z95 ** 2 / n;
  return {
    value: share,
    low: successes === 0 ? 0 : (centre - half) / scale,
    high: successes === n ? 1 : (centre + half) / scale,
  };
}

/** F1 with the delta method's interval: the standard error of a ratio of multinomial counts. */
export function f1({ tp, fp, fn }: Counts): Rate {
  const wrong = fp + fn;
  const size = 2 * tp + wrong;
  if (size === 0) return UNDEFINED;
  const value = (2 * tp) / size;
  const error = (2 * Math.sqrt(tp * wrong * (tp + wrong))) / size ** 2;
  return { value, low: Math.max(0, value - Z95 * error), high: Math.min(1, value + Z95 * error) };
}

export function rates({ tp, fp, fn, tn }: Counts) {
  return {
    accuracy: wilson(tp + tn, tp + fp + fn + tn),
    recall: wilson(tp, tp + fn),
    precision: wilson(tp, tp + fp),
    specificity: wilson(tn, tn + fp),
    f1: f1({ tp, fp, fn, tn }),
  };
}

/** The stop with the highest F1; the lowest threshold of those. */
export function bestF1Stop(sweep: Sweep): number {
  return bestStop(sweep, (counts) => f1(counts).value);
}

/** The stop with the highest recall + specificity - 1 (W. J. Youden, 1950). */
export function youdenStop(sweep: Sweep): number {
  return bestStop(sweep, ({ tp, fp, fn, tn }) =>
    sweep.positives && sweep.negatives ? tp / (tp + fn) - fp / (fp + tn) : null,
  );
}

function bestStop(sweep: Sweep, worth: (counts: Counts) => number | null): number {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let stop = 0; stop < sweep.thresholds.length; stop++) {
    const value = worth(countsAt(sweep, stop));
    if (value !== null && value > highest) {
      highest = value;
      best = stop;
    }
  }
  return best;
}

/** Rows per bin of equal width from 0 to 1, of both classes, read off the sweep's counts at the bins' edges. */
export function scoreHistogram(sweep: Sweep, bins = 50): { positive: Float64Array; negative: Float64Array } {
  const positive = new Float64Array(bins);
  const negative = new Float64Array(bins);
  let above = countsAt(sweep, stopAt(sweep, 0));
  for (let bin = 0; bin < bins; bin++) {
    const end = bin + 1 === bins ? { tp: 0, fp: 0 } : countsAt(sweep, stopAt(sweep, (bin + 1) / bins));
    positive[bin] = above.tp - end.tp;
    negative[bin] = above.fp - end.fp;
    above = { ...above, ...end };
  }
  return { positive, negative };
}
