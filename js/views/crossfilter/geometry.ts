/** Where the bars of a histogram stand, and which bin is under the pointer. */
import type { Histogram, Range } from "./strip";

/** The widest bar: two categories are not two blocks. */
const WIDEST = 26;
/** Between the bins with values and the one with missing ones. */
const GAP = 5;
/** A pointer this near to the end of a brush takes hold of it. */
const HANDLE = 5;

export interface Layout {
  /** From one bar to the next. */
  pitch: number;
  /** Between bars. */
  gap: number;
  /** Where the bar of missing values begins. */
  missingAt: number;
}

export function layoutOf({ size, nValues }: Histogram, width: number): Layout {
  const hasMissing = size > nValues;
  const room = width - (hasMissing && nValues > 0 ? GAP : 0);
  const pitch = Math.min(WIDEST, room / Math.max(size, 1));
  // Many bars stand without gaps: these would be of uneven width, and be seen as a pattern.
  return { pitch, gap: pitch >= 4 ? 1 : 0, missingAt: width - pitch };
}

/** Left end of a bin, and of the one behind the last where the bins end. */
export function leftOf({ nValues }: Histogram, { pitch, missingAt }: Layout, bin: number): number {
  return bin < nValues || nValues === 0 ? bin * pitch : missingAt + (bin - nValues) * pitch;
}

export function spanOf(histogram: Histogram, layout: Layout, [first, last]: Range): [number, number] {
  return [leftOf(histogram, layout, first), leftOf(histogram, layout, last) + layout.pitch];
}

/** The bin at `x`, the nearest one where there is none. */
export function binAt(histogram: Histogram, layout: Layout, x: number): number {
  const { size, nValues } = histogram;
  const bin = Math.floor(x / layout.pitch);
  if (size > nValues && nValues > 0) {
    const end = nValues * layout.pitch;
    if (x > (end + layout.missingAt) / 2) return size - 1;
    return Math.max(0, Math.min(nValues - 1, bin));
  }
  return Math.max(0, Math.min(size - 1, bin));
}

export type Grip = "low" | "high" | "middle" | null;

/** What part of a brush is at `x`: an end, its middle, or nothing of it. */
export function gripAt(histogram: Histogram, layout: Layout, brush: Range | undefined, x: number): Grip {
  if (brush === undefined) return null;
  const [left, right] = spanOf(histogram, layout, brush);
  const hold = Math.min(HANDLE, (right - left) / 4);
  if (Math.abs(x - left) <= hold || (x < left && left - x <= HANDLE)) return "low";
  if (Math.abs(x - right) <= hold || (x > right && x - right <= HANDLE)) return "high";
  return x > left && x < right ? "middle" : null;
}

/** The range of a drag that began at `from` with `grip` on `brush` and is at `to` now. */
export function dragged(size: number, brush: Range | undefined, grip: Grip, from: number, to: number): Range {
  if (brush === undefined || grip === null) return [Math.min(from, to), Math.max(from, to)];
  const [first, last] = brush;
  if (grip === "middle") return moved(size, brush, to - from);
  const fixed = grip === "low" ? last : first;
  return [Math.min(fixed, to), Math.max(fixed, to)];
}

/** A brush moved by `by` bins, as far as it goes. */
export function moved(size: number, [first, last]: Range, by: number): Range {
  const step = Math.max(-first, Math.min(size - 1 - last, by));
  return [first + step, last + step];
}

/** A brush after a key: arrows move it, with shift they move its end. Null: the key means nothing here. */
export function keyed(size: number, brush: Range | undefined, key: string, shift: boolean): Range | null {
  const by = KEYS[key];
  if (by === undefined) return null;
  if (brush === undefined) return by < 0 ? [size - 1, size - 1] : [0, 0];
  if (!shift) return moved(size, brush, Math.abs(by) === 1 ? by : by * size);
  const [first, last] = brush;
  return [
    first,
    Math.max(first, Math.min(size - 1, Math.abs(by) === 1 ? last + by : by < 0 ? first : size - 1)),
  ];
}

const KEYS: Record<string, number | undefined> = { ArrowLeft: -1, ArrowRight: 1, Home: -2, End: 2 };
