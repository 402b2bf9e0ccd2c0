/** Searches as the kernel would send them, drawn by hand: where a model of late flights is wrong. */
import type { FoldedSlice, NextStep, Slice, SlicesResult, TreeNode } from "../contract/generated";
import { HOSTILE_NAMES } from "./fixtures";

export const N = 84_194;
export const OVERALL = 0.171;

interface Drawn {
  labels: readonly string[];
  queries: readonly string[];
  size: number;
  metric: number;
  low: number;
  high: number;
  p: number;
  confirmed?: boolean | null;
  folded?: readonly FoldedSlice[];
  steps?: readonly NextStep[];
}

function slice(drawn: Drawn, index: number): Slice {
  const { labels, queries, size, metric, low, high, p } = drawn;
  const label = labels.join(" and ");
  const errors = size * metric;
  const rest = (N * OVERALL - errors) / (N - size);
  const lift = metric / OVERALL;
  return {
    rank: index + 1,
    label,
    query: `${queries.join(" and ")} and split == "test"`,
    predicates: labels.map((words, place) => ({
      column: words.split(" ")[0] ?? "",
      kind: "interval",
      label: words,
      query: queries[place] ?? "",
      feature: place,
    })),
    size,
    share: size / N,
    metric,
    rest_metric: rest,
    lift,
    error_sum: errors,
    error_share: errors / (N * OVERALL),
    score: 2 - index / 8,
    effect: (low + high) / 2,
    low,
    high,
    p_value: p,
    confirmed: drawn.confirmed ?? true,
    n_confirmation: Math.round(size / 2),
    folded: drawn.folded ?? [],
    description: `In ${label} the error is ${metric.toFixed(2)}, ${lift.toFixed(1)} times that of all rows; elsewhere it is ${rest.toFixed(2)}. It was found on one half of the rows, and on the ${Math.round(size / 2).toLocaleString("en-US")} unseen ones it is larger by ${low.toFixed(2)} to ${high.toFixed(2)}.`,
    next_steps: drawn.steps ?? [],
  };
}

const DRAWN: readonly Drawn[] = [
  {
    labels: ["origin = EWR", "sched_dep_time > 1830"],
    queries: ['origin == "EWR"', "sched_dep_time > 1830"],
    size: 7554,
    metric: 0.47,
    low: 0.3,
    high: 0.35,
    p: 1e-12,
    folded: [
      {
        label: "origin = EWR and hour in 19..23",
        query: 'origin == "EWR" and 19 <= hour <= 23',
        size: 7312,
        metric: 0.473,
        why: "same rows",
      },
      {
        label: "origin = EWR and sched_dep_time > 1830 and month in 6..8",
        query: 'origin == "EWR" and sched_dep_time > 1830 and 6 <= month <= 8',
        size: 1908,
        metric: 0.482,
        why: "adds nothing",
      },
      {
        label: "sched_dep_time > 1955",
        query: "sched_dep_time > 1955",
        size: 9120,
        metric: 0.31,
        why: "explained by it",
      },
    ],
    steps: [
      {
        kind: "collect",
        text: "Only 1.1% of the training rows are like these, against 9.0% of the test rows: collect more of them, or weight them up.",
      },
      {
        kind: "drift",
        text: "dep_delay reaches 480 here; training saw nothing above 180.",
      },
    ],
  },
  {
    labels: ["carrier in {EV, MQ}", "month in 6..8"],
    queries: ['carrier in ["EV", "MQ"]', "6 <= month <= 8"],
    size: 5494,
    metric: 0.39,
    low: 0.22,
    high: 0.27,
    p: 1e-9,
    steps: [
      {
        kind: "relabel",
        text: "The labels of 31% of these rows disagree with those of their ten nearest rows.",
      },
    ],
  },
  {
    labels: ["distance < 230"],
    queries: ["distance < 230"],
    size: 3150,
    metric: 0.33,
    low: 0.15,
    high: 0.21,
    p: 4e-5,
  },
  {
    labels: [
      "a_rather_long_feature_name_measured_at_gate in 0.35 to 0.412",
      "international = yes",
      "remark contains “refused by the tower”",
    ],
    queries: [
      "0.35 <= a_rather_long_feature_name_measured_at_gate < 0.412",
      "international",
      'remark.str.contains("refused by the tower", regex=False, na=False)',
    ],
    size: 912,
    metric: 0.412,
    low: 0.17,
    high: 0.29,
    p: 0.002,
  },
  {
    labels: ["visib < 2"],
    queries: ["visib < 2"],
    size: 1420,
    metric: 0.36,
    low: 0.13,
    high: 0.24,
    p: 0.004,
  },
  {
    labels: ["predicted = on time", "wind_gust missing"],
    queries: ['predicted == "on time"', "wind_gust.isna()"],
    size: 2218,
    metric: 0.3,
    low: 0.09,
    high: 0.16,
    p: 0.03,
  },
  {
    labels: ["hour = 5", "wind_gust missing"],
    queries: ["hour == 5", "wind_gust.isna()"],
    size: 460,
    metric: 0.36,
    low: -0.01,
    high: 0.24,
    p: 0.31,
    confirmed: false,
  },
  {
    labels: ["dest in {JAC, HDN, EGE}"],
    queries: ['dest in ["JAC", "HDN", "EGE"]'],
    size: 184,
    metric: 0.38,
    low: -0.04,
    high: 0.19,
    p: 0.62,
    confirmed: false,
  },
  {
    labels: ["tailnum = N722MQ"],
    queries: ['tailnum == "N722MQ"'],
    size: 171,
    metric: 0.35,
    low: -0.08,
    high: 0.14,
    p: 1,
    confirmed: false,
  },
  {
    labels: ["temp in 31 to 33.8", "day of week = 6"],
    queries: ["31 <= temp < 33.8", "scheduled.dt.weekday == 6"],
    size: 402,
    metric: 0.29,
    low: -0.03,
    high: 0.11,
    p: 1,
    confirmed: false,
  },
];

function node(
  parent: number,
  depth: number,
  label: string,
  size: number,
  metric: number,
  leaf = false,
): TreeNode {
  const errors = (size * metric) / (N * OVERALL);
  const query = depth === 0 ? "" : `${label.replace(" = ", " == ")} and split == "test"`;
  return { parent, depth, label, query, size, metric, error_share: errors, is_leaf: leaf };
}

export const tree: readonly TreeNode[] = [
  node(-1, 0, "", N, OVERALL),
  node(0, 1, "sched_dep_time > 1712", 28_030, 0.284),
  node(1, 2, "origin = EWR", 10_112, 0.412),
  node(2, 3, "month in 6..8", 2604, 0.471, true),
  node(2, 3, "month not in 6..8", 7508, 0.391, true),
  node(1, 2, "origin in {JFK, LGA}", 17_918, 0.212, true),
  node(0, 1, "sched_dep_time <= 1712", 56_164, 0.115),
  node(6, 2, "carrier in {EV, MQ}", 9820, 0.208, true),
  node(6, 2, "carrier not in {EV, MQ}", 46_344, 0.095, true),
];

export const result: SlicesResult = {
  kind: "slices",
  slices: DRAWN.map(slice),
  n_searched: 14_612,
  n: N,
  n_discovery: 42_097,
  n_confirmation: 42_097,
  split: "test",
  metric_name: "error",
  metric_label: "error",
  overall: OVERALL,
  total: N * OVERALL,
  direction: "worse",
  objective: "SliceLine score, alpha 0.95",
  k: 10,
  max_predicates: 3,
  min_rows: 169,
  merge: true,
  fold: true,
  confirm: true,
  seed: 0,
  n_columns: 21,
  skipped: [
    ["flight_id", "every row has another value"],
    ["payload", "holds objects that have no order and no equality"],
  ],
  tree,
  notes: [],
  seconds: 0.41,
};

export const nothing: SlicesResult = {
  ...result,
  slices: [],
  tree: tree.slice(0, 1),
  n_searched: 9120,
  overall: 0.5,
  notes: ["412 rows were left out because their target is missing."],
};

export const noErrors: SlicesResult = { ...nothing, overall: 0, total: 0, n_searched: 0, notes: [] };

export const hostile: SlicesResult = {
  ...result,
  slices: HOSTILE_NAMES.filter((name) => name !== "").map((name, index) =>
    slice(
      { ...(DRAWN[2] as Drawn), labels: [`${name} = ${name}`], queries: [`\`${name}\` == "${name}"`] },
      index,
    ),
  ),
};

/** Searched for the loss, on all rows, with nothing held back. */
export const loss: SlicesResult = {
  ...result,
  slices: result.slices.slice(0, 4).map((each) => ({
    ...each,
    metric: (each.metric ?? 0) * 4.1,
    rest_metric: (each.rest_metric ?? 0) * 3.2,
    low: (each.low ?? 0) * 3,
    high: (each.high ?? 0) * 4,
    confirmed: null,
    n_confirmation: 0,
    p_value: null,
  })),
  metric_name: "loss",
  metric_label: "loss",
  overall: 0.52,
  split: "",
  n: 336_776,
  n_discovery: 336_776,
  n_confirmation: 0,
  confirm: false,
};
