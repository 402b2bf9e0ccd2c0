/** What the kernel would answer: a comparison, a heat map, a measure. */
import type {
  ComparedFeature,
  ErrorHeatMap,
  NextStep,
  SliceComparison,
  SliceMeasure,
} from "../contract/generated";
import type { SliceRequests } from "../contract/slices";
import { f8, i4 } from "./fixtures";
import { bell, CARRIERS } from "./slices_columns";
import { N, OVERALL, result } from "./slices_results";

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

const STEPS: readonly NextStep[] = [
  { kind: "model", text: "Weight these rows up, or add a feature that tells them apart." },
];

/** Answers to every request of the panel. */
export const answers = {
  measure,
  compare: (_: SliceRequests["compare"]) => comparison,
  heatmap: (_: SliceRequests["heatmap"]) => heatmap,
  what_next: (_: SliceRequests["what_next"]) => STEPS,
  search: (_: SliceRequests["search"]) => null,
  cancel: () => null,
  save_slice: (_: SliceRequests["save_slice"]) => null,
  remove_slice: (_: SliceRequests["remove_slice"]) => null,
};
