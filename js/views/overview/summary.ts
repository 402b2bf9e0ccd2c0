/** What the overview says, worked out from the result: texts and numbers, no drawing. */
import type { Baseline, Metric, OverviewResult, SplitMetrics } from "../../contract/generated";
import {
  formatCount,
  formatFixed,
  formatInterval,
  formatNumber,
  formatSigned,
  knownDecimals,
  plural,
  rowOf,
} from "../../ui";

export interface Tile {
  label: string;
  value: string;
  context: string;
  title: string;
}

/** The split that decides. */
export function primaryOf(result: OverviewResult): SplitMetrics | undefined {
  return result.splits.find(({ split }) => split === result.primary) ?? result.splits[0];
}

/** One line: which rows, and which baselines. */
export function leadSentence(result: OverviewResult): string {
  const primary = primaryOf(result);
  if (primary === undefined) return "No rows.";
  const { split, n, n_scored: scored } = primary;
  const row = rowOf(split, result.splits);
  const counted = scored === n ? plural(n, row) : `${formatCount(scored)} of ${plural(n, row)}`;
  const why = scored === n ? "" : " that have a score and a known target";
  const at = result.threshold === null ? "" : ` at threshold ${formatNumber(result.threshold, 3)}`;
  const intervals = primary.metrics.some(({ low }) => low !== null) ? " with 95% intervals" : "";
  const baselines = result.baselines.filter(({ metrics }) => metrics.length > 0).map(({ name }) => name);
  const against = baselines.length > 0 ? ` Baselines on the same rows: ${listed(baselines)}.` : "";
  return `${counted}${why}${at}${intervals}.${against}`;
}

function isMethod(interval: string): boolean {
  return interval !== "" && interval !== "none";
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The headline metrics, and how far the first of them falls from the rows the model learned from. */
export function tilesOf(result: OverviewResult): Tile[] {
  const metrics = result.headline
    .map((name) => metricOf(primaryOf(result), name))
    .filter((metric) => metric !== undefined);
  const baseline = bestBaseline(result);
  const tiles = metrics.map((metric) => metricTile(metric, baseline));
  const gap = gapTile(result);
  return gap ? [...tiles, gap] : tiles;
}

export function metricOf(split: { readonly metrics: readonly Metric[] } | undefined, name: string) {
  return split?.metrics.find((metric) => metric.name === name);
}

/** As many decimals as the interval says are known; four digits where there is none. */
export function metricText({ value, low, high }: Metric): string {
  if (value === null) return "–";
  return low === null || high === null
    ? formatNumber(value, 4)
    : formatFixed(value, knownDecimals(low, high));
}

export function intervalText({ low, high }: Metric): string {
  return formatInterval(low, high, knownDecimals(low, high));
}

/** The simple model worth beating: the strongest by the first headline metric. One for all tiles, or they could not be compared. */
export function bestBaseline({ headline, baselines }: OverviewResult): Baseline | null {
  const [first] = headline;
  let best: { baseline: Baseline; strength: number } | null = null;
  for (const baseline of baselines) {
    const metric = first === undefined ? undefined : metricOf(baseline, first);
    if (metric?.value == null) continue;
    const strength = metric.better === "higher" ? metric.value : -metric.value;
    if (best === null || strength > best.strength) best = { baseline, strength };
  }
  return best?.baseline ?? null;
}

function metricTile(metric: Metric, baseline: Baseline | null): Tile {
  const beside = baseline && metricOf(baseline, metric.name)?.value;
  const decimals = knownDecimals(metric.low, metric.high);
  const parts = [
    intervalText(metric),
    typeof beside === "number" ? `baseline ${formatFixed(beside, decimals)}` : "",
  ];
  const method = isMethod(metric.interval) ? `95% interval: ${metric.interval}` : "";
  return {
    label: metric.label,
    value: metricText(metric),
    context: metric.value === null ? metric.why : parts.filter((part) => part !== "").join(" · "),
    title: [method, baseline === null ? "" : `Baseline: ${baseline.name}`]
      .filter((part) => part !== "")
      .join("\n"),
  };
}

function gapTile(result: OverviewResult): Tile | null {
  const { train, primary, headline } = result;
  const name = headline[0];
  if (train === null || train === primary || name === undefined) return null;
  const held = metricOf(primaryOf(result), name);
  const learned = metricOf(
    result.splits.find(({ split }) => split === train),
    name,
  );
  if (held?.value == null || learned?.value == null) return null;
  const decimals = knownDecimals(held.low, held.high);
  return {
    label: `${held.label}, ${train} minus ${primary}`,
    value: formatSigned(learned.value - held.value, decimals),
    context: `${formatFixed(learned.value, decimals)} on ${train}, ${formatFixed(held.value, decimals)} on ${primary}`,
    title: "A model that learned the rows by heart is better on them than on others.",
  };
}
