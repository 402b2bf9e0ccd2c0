/** The strip's numbers: histograms as the kernel sends them, and what they show under a brush. */
import type {
  BrushCube,
  BrushedBins,
  CrossfilterResult,
  Dimension,
  SelectedBins,
} from "../../contract/generated";
import { type Values, values } from "../../contract/values";

/** One histogram; its bins are `offset` to `offset + size` of the strip's. */
export interface Histogram {
  readonly index: number;
  readonly name: string;
  readonly role: Dimension["role"];
  readonly kind: Dimension["kind"];
  readonly labels: readonly string[];
  readonly starts: readonly string[];
  readonly ends: readonly string[];
  readonly offset: number;
  readonly size: number;
  /** Bins that hold values; the one behind them, if there is one, holds the missing ones. */
  readonly nValues: number;
  readonly selectable: boolean;
}

/** Rows and summed metric per bin, all histograms one after the other. */
export interface Bins {
  readonly counts: Values;
  readonly errors: Values;
}

export interface Strip {
  readonly histograms: readonly Histogram[];
  readonly size: number;
  readonly all: Bins;
  readonly n: number;
  readonly split: string;
  readonly overall: number | null;
  readonly binary: boolean;
  readonly metric: string;
  /** Rows without a metric: they count as rows and have no part in the orange. */
  readonly unknown: number;
  /** Columns that have no histogram, because there are too many. */
  readonly leftOut: readonly string[];
  /** Mean metric at which a bar is all orange. */
  readonly full: number;
}

/** Sums over the first 0, 1, 2, ... bins of the active histogram; a row has the strip's size. */
export interface Cube extends Bins {
  readonly active: number;
}

export type Range = readonly [first: number, last: number];
/** Brushed bins by histogram. */
export type Brushes = ReadonlyMap<number, Range>;

export function readStrip(result: CrossfilterResult): Strip {
  let size = 0;
  const histograms = result.dimensions.map((dimension, index) => {
    const histogram: Histogram = {
      index,
      name: dimension.name,
      role: dimension.role,
      kind: dimension.kind,
      labels: dimension.labels,
      starts: dimension.starts,
      ends: dimension.ends,
      offset: size,
      size: dimension.labels.length,
      nValues: dimension.labels.length - (dimension.has_missing ? 1 : 0),
      selectable: values(dimension.selectable).every((flag) => flag === 1),
    };
    size += histogram.size;
    return histogram;
  });
  const all = { counts: new Int32Array(size), errors: new Float32Array(size) };
  result.dimensions.forEach(({ counts, errors }, index) => {
    const { offset } = histograms[index] as Histogram;
    all.counts.set(values(counts), offset);
    all.errors.set(values(errors), offset);
  });
  const { n, split, overall, binary, unknown, metric_label: metric, left_out: leftOut } = result;
  const full = fullAt(overall, binary);
  return { histograms, size, all, n, split, overall, binary, metric, unknown, leftOut, full };
}

/**
 * Where errors are common a bar's orange part is their share. Rare errors and real-valued losses would draw nothing
 * that can be seen, so there a bar is full at four times the mean.
 */
export function fullAt(overall: number | null, binary: boolean): number {
  if (overall === null || !(overall > 0) || (binary && overall >= 0.1)) return 1;
  const wanted = 4 * overall;
  const unit = 10 ** Math.floor(Math.log10(wanted));
  const round = [1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * unit >= wanted * 0.999) ?? 10;
  return binary ? Math.min(1, round * unit) : round * unit;
}

export function readCube({ active, counts, errors }: BrushCube): Cube {
  return { active, counts: values(counts), errors: values(errors) };
}

export function readSelected({ counts, errors }: SelectedBins): Bins {
  return { counts: values(counts), errors: values(errors) };
}

/** Bins that are written again and again while a brush moves. */
export interface Buffer extends Bins {
  readonly counts: Float64Array<ArrayBuffer>;
  readonly errors: Float64Array<ArrayBuffer>;
}

export function emptyBins(size: number): Buffer {
  return { counts: new Float64Array(size), errors: new Float64Array(size) };
}

/**
 * Writes into `out` what the strip shows while the bins of `range` are brushed: two rows of the cube, one minus the
 * other. The active histogram leaves its own brush out.
 */
export function follow(strip: Strip, cube: Cube, [first, last]: Range, out: Buffer): void {
  const { size } = strip;
  const active = strip.histograms[cube.active] as Histogram;
  const [low, high, total] = [first * size, (last + 1) * size, active.size * size];
  for (let bin = 0; bin < size; bin++) {
    out.counts[bin] = (cube.counts[high + bin] as number) - (cube.counts[low + bin] as number);
    out.errors[bin] = (cube.errors[high + bin] as number) - (cube.errors[low + bin] as number);
  }
  for (let bin = active.offset; bin < active.offset + active.size; bin++) {
    out.counts[bin] = cube.counts[total + bin] as number;
    out.errors[bin] = cube.errors[total + bin] as number;
  }
}

/** Rows and summed metric of the bins of one histogram. */
export function totalOf(bins: Bins, { offset }: Histogram, [first, last]: Range) {
  let [rows, errors] = [0, 0];
  for (let bin = offset + first; bin <= offset + last; bin++) {
    rows += bins.counts[bin] as number;
    errors += bins.errors[bin] as number;
  }
  return { rows, mean: rows > 0 ? errors / rows : null };
}

/** A range of bins in words: "6 to 8", "up to 500", "EWR or LGA", "missing". */
export function wordsOf(histogram: Histogram, [first, last]: Range): string {
  const { labels, nValues, kind } = histogram;
  if (first === last) return labels[first] ?? "";
  if (kind === "categorical") return labels.slice(first, last + 1).join(" or ");
  const words = valuesInWords(histogram, first, Math.min(last, nValues - 1));
  return last >= nValues ? `${words} or missing` : words;
}

function valuesInWords({ labels, starts, ends, nValues }: Histogram, first: number, last: number): string {
  if (first === last) return labels[first] ?? "";
  const start = starts[first] ?? labels[first];
  const end = ends[last] ?? labels[last];
  if (first === 0) return last === nValues - 1 ? "any value" : `up to ${end}`;
  return last === nValues - 1 ? `${start} and more` : `${start} to ${end}`;
}

export function brushRecords(brushes: Brushes): BrushedBins[] {
  return [...brushes].map(([dimension, [first, last]]) => ({ dimension, first, last }));
}

export function brushesOf(records: readonly BrushedBins[]): Map<number, Range> {
  return new Map(records.map(({ dimension, first, last }) => [dimension, [first, last]]));
}

export function without(brushes: Brushes, dimension: number): Map<number, Range> {
  const rest = new Map(brushes);
  rest.delete(dimension);
  return rest;
}
