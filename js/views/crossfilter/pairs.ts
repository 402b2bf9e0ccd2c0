/** Cubes out of the joint histograms that an exported file carries: one brush at a time, at wider bins. */
import type { CarriedPairs } from "../../contract/generated";
import { type Values, values } from "../../contract/values";
import type { Cube, Histogram, Range, Strip } from "./strip";

/** Where the joint histogram of each two dimensions begins, by `first * count + second`. */
function starts({ histograms }: Strip): Map<number, number> {
  const found = new Map<number, number>();
  let at = 0;
  for (const first of histograms) {
    for (const second of histograms.slice(first.index + 1)) {
      found.set(first.index * histograms.length + second.index, at);
      at += first.size * second.size;
    }
  }
  return found;
}

export function cubeOfPairs(strip: Strip, carried: CarriedPairs, active: number): Cube {
  const at = starts(strip);
  const { counts, errors } = carried;
  const cumulate = (pairs: Values, own: Values) => cumulated(strip, active, at, pairs, own);
  return {
    active,
    counts: cumulate(values(counts), strip.all.counts),
    errors: cumulate(values(errors), strip.all.errors),
  };
}

function cumulated(
  strip: Strip,
  active: number,
  at: ReadonlyMap<number, number>,
  pairs: Values,
  own: Values,
): Float64Array<ArrayBuffer> {
  const { histograms, size } = strip;
  const brushed = histograms[active] as Histogram;
  const sums = new Float64Array((brushed.size + 1) * size);
  for (let bin = 0; bin < brushed.size; bin++) {
    const [before, after] = [bin * size, (bin + 1) * size];
    for (const other of histograms) {
      const joint = jointReader(histograms.length, brushed, other, at, pairs, own);
      for (let place = 0; place < other.size; place++) {
        const column = other.offset + place;
        sums[after + column] = (sums[before + column] as number) + joint(bin, place);
      }
    }
  }
  return sums;
}

/** Reads the joint histogram of two dimensions by a bin of each; of a dimension with itself, only equal bins meet. */
function jointReader(
  count: number,
  brushed: Histogram,
  other: Histogram,
  at: ReadonlyMap<number, number>,
  pairs: Values,
  own: Values,
): (bin: number, place: number) => number {
  if (brushed.index === other.index) {
    return (bin, place) => (bin === place ? (own[brushed.offset + bin] as number) : 0);
  }
  const [first, second] = brushed.index < other.index ? [brushed, other] : [other, brushed];
  const start = at.get(first.index * count + second.index) ?? 0;
  if (first === brushed) return (bin, place) => pairs[start + bin * second.size + place] as number;
  return (bin, place) => pairs[start + place * second.size + bin] as number;
}

/** The rows of the file that are within a brush. */
export function carriedRows(strip: Strip, carried: CarriedPairs, active: number, range: Range): number[] {
  const rows = values(carried.rows);
  const bins = values(carried.bins);
  const [first, last] = range;
  return Array.from(rows).filter((_, place) => {
    const bin = bins[place * strip.histograms.length + active] as number;
    return bin >= first && bin <= last;
  });
}
