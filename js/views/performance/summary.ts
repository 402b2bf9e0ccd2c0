/** What the view says about a split, in words and tiles. */
import type { Metric, PerformanceResult, SplitPerformance } from "../../contract/generated";
import {
  formatFixed,
  formatInterval,
  formatNumber,
  formatPercent,
  knownDecimals,
  plural,
  rowOf,
} from "../../ui";
import { otherSplit } from "./curves";
import type { Tile } from "./tiles";

/** One line: which rows, how many of them count, and how the intervals are made. */
export function leadSentence(result: PerformanceResult, split: SplitPerformance): string {
  const left = split.n - split.n_scored;
  const without =
    left > 0 ? `, ${plural(left, "row")} left out without a finite score or a known target` : "";
  const rows = `${plural(split.n, rowOf(split.split, result.splits))}${without}`;
  if (split.n_scored === 0) return `${rows}: nothing can be measured.`;
  if (result.task === "binary" && split.sweep) {
    const { positives, negatives } = split.sweep;
    const share = formatPercent(positives / Math.max(1, positives + negatives));
    const name = result.classes[result.positive ?? 1] ?? "positive";
    return `${rows}, ${share} ${name}. Counts are exact at every threshold; 95% intervals.`;
  }
  if (result.task === "regression") return `${rows}, with 95% intervals. Error is predicted minus actual.`;
  return `${rows} of ${plural(result.classes.length, "class", "classes")}, with 95% intervals.`;
}

/** All metrics of the split, each beside its value on the other split. */
export function metricTiles(split: SplitPerformance, result: PerformanceResult): Tile[] {
  const other = otherSplit(result, split);
  return split.metrics.map((metric) => {
    const decimals = knownDecimals(metric.low, metric.high);
    const beside = other?.metrics.find(({ name }) => name === metric.name);
    return {
      label: metric.label,
      value: metricText(metric, decimals),
      context: contextText(metric, decimals, beside, other?.split ?? ""),
      title:
        metric.interval === "none" ? metric.why : `95% interval: ${metric.interval}${reservation(metric)}`,
    };
  });
}

function metricText({ value, low }: Metric, decimals: number): string {
  if (value === null) return "–";
  return low === null ? formatNumber(value, 4) : formatFixed(value, decimals);
}

function contextText(metric: Metric, decimals: number, beside: Metric | undefined, split: string): string {
  if (metric.value === null) return metric.why;
  const interval = formatInterval(metric.low, metric.high, decimals);
  const other = beside?.value == null ? "" : `${split} ${formatFixed(beside.value, decimals)}`;
  return [interval, other].filter((part) => part !== "").join(" · ");
}

function reservation({ why }: Metric): string {
  return why === "" ? "" : `\n${why}`;
}
