/** The Slices panel's values as the kernel would send them, drawn by hand: flights that are late. */
import type {
  ComparedFeature,
  ErrorHeatMap,
  FoldedSlice,
  NextStep,
  Slice,
  SliceComparison,
  SliceMeasure,
  SlicesResult,
  TreeNode,
} from "../contract/generated";
import type {
  BuilderColumn,
  EmbeddedSlices,
  SavedSlice,
  SearchStatus,
  SliceSettings,
} from "../contract/slices";
import { f8, HOSTILE_NAMES, i4 } from "./fixtures";

const N = 84_194;
const OVERALL = 0.171;

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

function bell(bins: number, peak: number, width = 0.18): number[] {
  return Array.from({ length: bins }, (_, bin) =>
    Math.round(6000 * Math.exp(-(((bin / bins - peak) / width) ** 2)) + 40 * ((bin * 7) % 5)),
  );
}

function category(label: string, count: number) {
  return { label, query_literal: JSON.stringify(label), count };
}

const none = { low: null, high: null, counts: null, missing: 0 };
const CARRIERS = [
  "UA",
  "B6",
  "EV",
  "DL",
  "AA",
  "MQ",
  "US",
  "9E",
  "WN",
  "VX",
  "FL",
  "AS",
  "F9",
  "YV",
  "HA",
  "OO",
];

export const columns: readonly BuilderColumn[] = [
  {
    name: "sched_dep_time",
    query_name: "sched_dep_time",
    kind: "numeric",
    integer: true,
    values: [],
    low: 106,
    high: 2359,
    counts: i4(bell(30, 0.6)),
    missing: 0,
  },
  {
    name: "carrier",
    query_name: "carrier",
    kind: "categorical",
    values: CARRIERS.map((name, index) => category(name, Math.round(58_665 / (1 + index / 2)))),
    ...none,
  },
  {
    name: "origin",
    query_name: "origin",
    kind: "categorical",
    values: [category("EWR", 30_214), category("JFK", 27_807), category("LGA", 26_173)],
    ...none,
  },
  {
    name: "distance",
    query_name: "distance",
    kind: "numeric",
    integer: true,
    values: [],
    low: 94,
    high: 4983,
    counts: i4(bell(30, 0.15, 0.12)),
    missing: 0,
  },
  {
    name: "month",
    query_name: "month",
    kind: "numeric",
    integer: true,
    values: Array.from({ length: 12 }, (_, index) => ({
      label: String(index + 1),
      query_literal: String(index + 1),
      count: 7000 + 100 * ((index * 5) % 7),
    })),
    low: 1,
    high: 12,
    counts: i4(bell(12, 0.5, 0.8)),
    missing: 0,
  },
  {
    name: "wind gust",
    query_name: "`wind gust`",
    kind: "numeric",
    values: [],
    low: 11.5,
    high: 66.8,
    counts: i4(bell(30, 0.25)),
    missing: 51_402,
  },
  {
    name: "scheduled",
    query_name: "scheduled",
    kind: "datetime",
    values: [],
    low: Date.UTC(2013, 0, 1),
    high: Date.UTC(2013, 11, 31),
    counts: i4(bell(30, 0.5, 2)),
    missing: 0,
  },
  { name: "remark", query_name: "remark", kind: "text", values: [], ...none, missing: 60_112 },
  {
    name: "international",
    query_name: "international",
    kind: "boolean",
    values: [
      { label: "False", query_literal: "False", count: 71_000 },
      { label: "True", query_literal: "True", count: 13_194 },
    ],
    ...none,
  },
];

export const settings: SliceSettings = {
  metric: "error",
  metrics: ["error", "loss"],
  direction: "worse",
  max_predicates: 3,
  k: 10,
};

export const idle: SearchStatus = { state: "idle", text: "", fraction: null };

export const saved: readonly SavedSlice[] = [
  { name: "evening out of Newark", query: 'origin == "EWR" and sched_dep_time > 1830', n: 30_214 },
  { name: "short hops", query: "distance < 230", n: 12_602, rows: [48_201, 7919] },
];

function compared(
  name: string,
  distance: number,
  first: number[],
  second: number[],
  low: number,
  high: number,
): ComparedFeature {
  const bins = first.length;
  const edges = Array.from({ length: bins + 1 }, (_, bin) => Math.round(low + ((high - low) * bin) / bins));
  return {
    name,
    kind: "numeric",
    distance,
    edges: f8(edges),
    labels: [],
    first: i4(first),
    second: i4(second),
  };
}

function comparedCategories(
  name: string,
  distance: number,
  labels: string[],
  first: number[],
  second: number[],
): ComparedFeature {
  return { name, kind: "categorical", distance, edges: f8([]), labels, first: i4(first), second: i4(second) };
}

export const comparison: SliceComparison = {
  first_label: "origin = EWR and sched_dep_time > 1830",
  first_query: result.slices[0]?.query ?? "",
  second_label: "the rest",
  second_query: "",
  n_first: 7554,
  n_second: 76_640,
  n_both: 0,
  n_features: 7,
  split: "test",
  metrics: [
    {
      name: "roc_auc",
      label: "ROC AUC",
      first: 0.611,
      first_low: 0.597,
      first_high: 0.624,
      second: 0.761,
      second_low: 0.757,
      second_high: 0.765,
    },
    {
      name: "accuracy",
      label: "Accuracy",
      first: 0.53,
      first_low: 0.519,
      first_high: 0.541,
      second: 0.858,
      second_low: 0.856,
      second_high: 0.861,
    },
    {
      name: "recall",
      label: "Recall, late",
      first: 0.388,
      first_low: 0.372,
      first_high: 0.405,
      second: 0.401,
      second_low: 0.393,
      second_high: 0.409,
    },
    {
      name: "precision",
      label: "Precision, late",
      first: null,
      first_low: null,
      first_high: null,
      second: 0.58,
      second_low: 0.57,
      second_high: 0.59,
    },
  ],
  features: [
    comparedCategories("origin", 0.69, ["EWR", "JFK", "LGA"], [7554, 0, 0], [22_660, 27_807, 26_173]),
    compared("sched_dep_time", 0.66, bell(20, 0.88, 0.07), bell(20, 0.55), 106, 2359),
    comparedCategories(
      "carrier",
      0.41,
      [...CARRIERS.slice(0, 8), "other"],
      [3800, 310, 2600, 120, 240, 95, 110, 40, 239],
      [21_000, 18_200, 16_000, 15_000, 10_200, 8100, 6800, 5900, 4200],
    ),
    compared("dep_delay", 0.33, bell(20, 0.3, 0.2), bell(20, 0.12, 0.1), -25, 180),
    compared("temp", 0.08, bell(20, 0.58), bell(20, 0.55), 11, 99),
    {
      ...compared("wind gust", 0.06, [...bell(14, 0.3), 4100], [...bell(14, 0.28), 47_000], 11, 67),
      edges: f8(Array.from({ length: 15 }, (_, bin) => 11 + 4 * bin)),
      labels: ["missing"],
    },
    comparedCategories(
      "a_rather_long_feature_name_measured_at_gate",
      0.02,
      ["low", "high"],
      [10, 12],
      [100, 110],
    ),
  ],
};

export const heatmap: ErrorHeatMap = (() => {
  const x_labels = [
    "106 to 700",
    "700 to 900",
    "900 to 1130",
    "1130 to 1400",
    "1400 to 1600",
    "1600 to 1730",
    "1730 to 1900",
    "> 1900",
  ];
  const y_labels = ["EWR", "JFK", "LGA", "missing"];
  const cells = y_labels.flatMap((_, y) => x_labels.map((__, x) => ({ x, y })));
  const means = cells.map(({ x, y }) =>
    y === 3 && x !== 2 ? Number.NaN : 0.08 + 0.012 * x + (y === 0 ? 0.0065 * x * x : 0.004 * y),
  );
  const counts = cells.map(({ x, y }) => (y === 3 ? (x === 2 ? 12 : 0) : 900 + 310 * ((x * 3 + y) % 5)));
  return {
    x: "sched_dep_time",
    y: "origin",
    x_labels,
    y_labels,
    x_queries: x_labels.map((_, bin) => `${300 * bin} <= sched_dep_time < ${300 * (bin + 1)}`),
    y_queries: y_labels.map((label) => (label === "missing" ? "origin.isna()" : `origin == "${label}"`)),
    scope_query: 'split == "test"',
    counts: { ...i4(counts), shape: [4, 8] },
    means: { ...f8(means), shape: [4, 8] },
    overall: OVERALL,
    metric_label: "error",
  };
})();

export function measure({ query }: { query: string }): SliceMeasure {
  const metric = 0.12 + ((query.length * 37) % 40) / 100;
  return {
    query: `${query} and split == "test"`,
    label: query,
    n: 40 * query.length,
    share: (40 * query.length) / N,
    metric,
    rest_metric: 0.17,
    lift: metric / OVERALL,
    error_share: 0.08,
    effect: metric - 0.17,
    low: metric - 0.21,
    high: metric - 0.13,
  };
}

export const embedded: EmbeddedSlices = {
  comparisons: { [comparison.first_query]: comparison },
  carried: { [comparison.first_query]: [48_201, 7919] },
  heatmap,
};

export function slicesTraits(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    result,
    crossfilter: "",
    columns,
    scopes: ["test", "train", "all"],
    scope: "test",
    settings,
    embedded: null,
    status: idle,
    stale: false,
    ...changes,
  };
}
