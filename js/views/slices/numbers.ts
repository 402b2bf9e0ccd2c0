/** How the searched metric reads: its digits, its bars, its words. */
import type { SlicesResult } from "../../contract/generated";
import { formatFixed, formatInterval } from "../../ui";

/** Bars and digits that are the same for every value of one metric, so that values can be compared by eye. */
export interface Scale {
  low: number;
  high: number;
  decimals: number;
}

const STEPS = [0.05, 0.1, 0.2, 0.5, 1];

/** A scale that holds `values`. Shares of errors get a round end; what can be negative keeps its zero inside. */
export function scaleOf(values: readonly (number | null)[]): Scale {
  const known = values.filter((value): value is number => value !== null);
  const high = Math.max(0, ...known);
  const low = Math.min(0, ...known);
  const end = low === 0 ? (STEPS.find((step) => step >= high) ?? high * 1.1) : high;
  return { low, high: end > low ? end : low + 1, decimals: decimalsFor(Math.max(high, -low)) };
}

export function scaleOfResult({ slices, overall }: SlicesResult): Scale {
  return scaleOf([overall, ...slices.flatMap(({ metric, rest_metric }) => [metric, rest_metric])]);
}

/** Where a value stands on the scale, 0 to 1. */
export function place(value: number | null, { low, high }: Scale): number | null {
  return value === null ? null : Math.min(1, Math.max(0, (value - low) / (high - low)));
}

export function metricText(value: number | null, { decimals }: Scale): string {
  return formatFixed(value, decimals);
}

/** "0.30 to 0.35"; with the digits of the metric itself. */
export function intervalText(low: number | null, high: number | null, { decimals }: Scale): string {
  return formatInterval(low, high, decimals);
}

/** "p < 0.001", "p 0.03". */
export function pText(p: number | null): string {
  if (p === null) return "";
  return p < 0.001 ? "p < 0.001" : `p ${formatFixed(p, p < 0.1 ? 3 : 2)}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const METRIC_WORDS: Record<string, string> = {
  absolute_residual: "absolute error",
  residual: "predicted minus actual",
};

/** Metrics are named by identifiers; the table below calls "absolute_residual" the absolute error. */
export function metricWord(name: string): string {
  return METRIC_WORDS[name] ?? name;
}

function decimalsFor(largest: number): number {
  if (largest >= 100) return 0;
  if (largest >= 10) return 1;
  return largest >= 0.1 || largest === 0 ? 2 : 3;
}
