/** What the strip says in words. */
import { columnName, formatCount, formatFixed, formatPercent, plural } from "../../ui";
import { type Histogram, type Range, type Strip, wordsOf } from "./strip";

interface Total {
  rows: number;
  mean: number | null;
}

/** "distance below 500: 1,203 rows, error 0.47". */
export function rangeSentence(strip: Strip, histogram: Histogram, range: Range, total: Total): string {
  const what = `${columnName(histogram.name)} ${wordsOf(histogram, range)}: ${plural(total.rows, "row")}`;
  return total.mean === null ? what : `${what}, ${strip.metric} ${meanText(strip, total.mean)}`;
}

export function meanText({ overall }: Strip, mean: number): string {
  const size = Math.max(Math.abs(mean), Math.abs(overall ?? 0));
  return formatFixed(mean, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}

/** What the orange part of a bar means. */
export function legend(strip: Strip): string {
  if (strip.binary && strip.full === 1) return `share with ${strip.metric}`;
  const full = strip.binary ? formatPercent(strip.full) : String(strip.full);
  return strip.binary
    ? `share with ${strip.metric}, full from ${full}`
    : `mean ${strip.metric}, full from ${full}`;
}

/** "84,194 test rows", "1 row". */
export function rowsText({ n, split }: Strip): string {
  return split === "" ? plural(n, "row") : `${formatCount(n)} ${split} ${n === 1 ? "row" : "rows"}`;
}
