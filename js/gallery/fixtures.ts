/** Results as the kernel would send them, drawn by hand: for the gallery and for tests of the views. */
import type {
  CheckOutcome,
  ColumnValues,
  Finding,
  FindingsResult,
  Metric,
  OverviewResult,
  RowsResult,
  TableColumn,
} from "../contract/generated";
import type { NDArray } from "../contract/values";
import type { Panel, Selection, Status } from "../contract/workbench";

/** Names that break what treats text as markup or objects as maps. */
export const HOSTILE_NAMES = ["<img src=x onerror=alert(1)>", "__proto__", "constructor", "", "toString"];

export function f8(numbers: readonly number[]): NDArray {
  return { dtype: "f8", shape: [numbers.length], data: new Float64Array(numbers).buffer };
}

export function i4(numbers: readonly number[]): NDArray {
  return { dtype: "i4", shape: [numbers.length], data: new Int32Array(numbers).buffer };
}

export function metric(
  name: string,
  label: string,
  value: number | null,
  half: number,
  interval: string,
): Metric {
  const known = value !== null;
  return {
    name,
    label,
    value,
    low: known ? value - half : null,
    high: known ? value + half : null,
    interval: known ? interval : "none",
    better: name === "log_loss" || name === "brier" ? "lower" : "higher",
    why: known ? "" : "only one class in these rows",
  };
}

function metrics(auc: number, half: number): Metric[] {
  return [
    metric("roc_auc", "ROC AUC", auc, half, "DeLong"),
    metric("average_precision", "Average precision", auc - 0.19, half * 1.6, "bootstrap, 1,000 resamples"),
    metric("log_loss", "Log loss", 1.02 - auc * 0.68, half * 0.9, "delta method"),
    metric("accuracy", "Accuracy", auc + 0.05, half * 0.7, "Wilson"),
    metric("recall", "Recall, late", auc - 0.33, half * 2.4, "Wilson"),
    metric("precision", "Precision, late", auc - 0.16, half * 2.8, "Wilson"),
    metric("f1", "F1, late", auc - 0.26, half * 2, "bootstrap, 1,000 resamples"),
    metric("brier", "Brier score", 0.31 - auc * 0.2, half * 0.4, "delta method"),
  ];
}

export const overview: OverviewResult = {
  kind: "overview",
  task: "binary",
  model_name: "delay-mlp",
  n_rows: 336_776,
  n_features: 14,
  primary: "test",
  train: "train",
  threshold: 0.5,
  headline: ["roc_auc", "recall", "precision"],
  splits: [
    { split: "train", n: 252_582, n_scored: 252_582, metrics: metrics(0.8331, 0.0021) },
    { split: "test", n: 84_194, n_scored: 84_194, metrics: metrics(0.7424, 0.0041) },
  ],
  baselines: [
    {
      name: "majority class",
      fitted_on: "252,582 train rows",
      metrics: metrics(0.5, 0.002).slice(0, 4),
      why: "",
    },
    {
      name: "logistic regression",
      fitted_on: "100,000 of 252,582 train rows, seed 0",
      metrics: metrics(0.701, 0.0043),
      why: "",
    },
  ],
  seconds: 3.1,
};

function finding(
  severity: Finding["severity"],
  code: string,
  panel: string,
  texts: [string, string, string],
): Finding {
  const [title, text, advice] = texts;
  const code_text = `ev = mld.evaluate(model, data, target="late")\nmld.findings(ev).of("${code}")`;
  return {
    code,
    severity,
    title,
    text,
    advice,
    panel,
    code_text,
    score: 1,
    query: "",
    feature: null,
    rows: [],
  };
}

function outcome(code: string, name: string, why: string, passed: boolean): CheckOutcome {
  return { code, name, why, outcome: passed ? "passed" : "cannot tell" };
}

export const findings: FindingsResult = {
  kind: "findings",
  findings: [
    finding("critical", "MLD101", "performance", [
      "The model is overfitting: ROC AUC falls from 0.833 on train to 0.742 on test rows",
      "The gap of 0.091 (95% interval 0.086 to 0.096) is more than the 0.05 that different rows explain.",
      "weight decay, dropout or fewer epochs, and watch the gap shrink.",
    ]),
    finding("warning", "MLD105", "rows", [
      "dep_delay alone predicts late with ROC AUC 0.97",
      "It is measured at departure. If the model must answer earlier, this column is a leak.",
      "",
    ]),
    finding("info", "MLD103", "performance", [
      "Accuracy 0.79 hides that 59% of the rows with late are missed",
      "79% of the rows are on time, so always answering that scores 0.79 too.",
      "a lower threshold, or class weights.",
    ]),
  ],
  outcomes: [
    outcome("MLD102", "underfitting", "", true),
    outcome("MLD104", "worse than a baseline", "", true),
    outcome("MLD106", "constant predictions", "", true),
    outcome("MLD107", "NaN predictions", "", true),
    outcome("MLD108", "drift", "no reference data was given", false),
  ],
  seconds: 2.4,
};

export function panel(id: string, label: string, group: string, changes: Partial<Panel> = {}): Panel {
  return {
    id,
    label,
    group,
    badge: null,
    reference: `IPY_MODEL_${id}`,
    state: "ready",
    error: null,
    ...changes,
  };
}

export const panels: Panel[] = [
  panel("overview", "Overview", "Evaluate", { badge: { count: 2, severity: "critical" } }),
  panel("performance", "Performance", "Evaluate"),
  panel("rows", "Rows", "Narrow"),
  panel("whatif", "What-if", "Explain", { reference: "", state: "unbuilt" }),
];

export const everything: Selection = { kind: "all", label: "all rows", n: 336_776, token: 0 };
export const cell: Selection = {
  kind: "cell",
  label: "truth late, predicted on time, test",
  n: 10_214,
  token: 3,
  truth: 1,
  predicted: 0,
  split: "test",
  threshold: 0.5,
};
export const idle: Status = { state: "idle", text: "", fraction: null };

export function workbench(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: "delay-mlp",
    subtitle: "binary · 336,776 rows · 14 features · train / test",
    panels,
    panel: "overview",
    selection: everything,
    threshold: 0.5,
    row: null,
    feature: null,
    saved_slices: [],
    status: idle,
    contents: "Aggregates of all 336,776 rows and 200 raw rows, those with the highest loss.",
    ...changes,
  };
}

function column(
  key: string,
  label: string,
  kind: string,
  low: number | null,
  high: number | null,
): TableColumn {
  const role = key.startsWith("feature:") ? "feature" : (key as TableColumn["role"]);
  return { key, label, role, kind, low, high };
}

export const columns: TableColumn[] = [
  column("row", "row", "numeric", 0, 336_775),
  column("loss", "loss", "numeric", 0, 6.4),
  column("target", "late", "categorical", null, null),
  column("predicted", "predicted", "categorical", null, null),
  column("confidence", "confidence", "numeric", 0, 1),
  column("score", "probability of late", "numeric", 0, 1),
  column("split", "split", "categorical", null, null),
  column("feature:0", "sched_dep_time", "datetime", null, null),
  column("feature:1", "dep_delay", "numeric", -25, 180),
  column("feature:2", "distance", "numeric", 94, 4983),
  column("feature:3", "temp", "numeric", 11, 99),
  column("feature:4", "origin", "categorical", null, null),
  column("feature:5", "a_rather_long_feature_name_measured_at_gate", "numeric", 0, 1),
  column("feature:6", "international", "boolean", null, null),
  column("feature:7", "remark", "text", null, null),
];

const SPLITS = ["train", "test"];
const CLASSES = ["on time", "late"];
const REMARKS = [
  "crew late",
  null,
  "a long remark that goes on and on because somebody typed a whole story into this column",
  ...HOSTILE_NAMES,
  "🛫 emoji",
];

/** Numbers that look random and never change: the row is the seed. */
function noise(row: number, salt: number): number {
  const x = Math.sin(row * 12.9898 + salt * 78.233) * 43758.5453;
  return x - Math.floor(x);
}

function textsOf(key: string, rows: readonly number[]): (string | null)[] {
  const pick = (texts: readonly (string | null)[], salt: number) =>
    rows.map((row) => texts[Math.floor(noise(row, salt) * texts.length)] ?? null);
  if (key === "split") return pick(SPLITS, 1);
  if (key === "target") return pick(CLASSES, 2);
  if (key === "predicted") return pick(CLASSES, 3);
  if (key === "feature:4") return pick(["EWR", "JFK", "LGA"], 4);
  return pick(REMARKS, 5);
}

function numbersOf(
  { key, low, high, kind }: TableColumn,
  rows: readonly number[],
  order: readonly number[],
): number[] {
  if (key === "row") return [...rows];
  if (key === "loss") return order.map((rank) => 6.4 / (1 + rank / 40));
  if (kind === "boolean") return rows.map((row) => Number(noise(row, 8) > 0.7));
  if (kind === "datetime")
    return rows.map((row) => Date.UTC(2013, 0, 1 + (row % 365), 5 + (row % 18), (row * 7) % 60));
  const digits = key === "feature:1" || key === "feature:2" ? 0 : key === "feature:3" ? 2 : 4;
  return rows.map((row) => {
    if (key.startsWith("feature") && noise(row, 9) < 0.08) return Number.NaN;
    return Number(((low ?? 0) + noise(row, key.length + 10) * ((high ?? 1) - (low ?? 0))).toFixed(digits));
  });
}

/** A page of a table of `total` rows. */
export function rowsPage(
  params: { start: number; count: number; sort?: string; ascending?: boolean; query?: string },
  total = 336_776,
): RowsResult {
  const { start, count, sort = "loss", ascending = false, query = "" } = params;
  const ranks = Array.from(
    { length: Math.max(0, Math.min(count, total - start)) },
    (_, index) => start + index,
  );
  const order = ascending ? ranks.map((rank) => total - 1 - rank) : ranks;
  const rows = order.map((rank) => (rank * 7919 + 48_201) % total);
  const values = columns.map((entry): ColumnValues => {
    const isText = entry.kind === "categorical" || entry.kind === "text";
    return isText
      ? { numbers: null, texts: textsOf(entry.key, rows) }
      : { numbers: f8(numbersOf(entry, rows, order)), texts: [] };
  });
  return {
    kind: "rows",
    start,
    total,
    n_rows: total,
    sort,
    ascending,
    query,
    rows: i4(rows),
    columns,
    values,
  };
}

/** The rows that an exported file carries. */
export const embedded: RowsResult = { ...rowsPage({ start: 0, count: 200 }), total: 200 };

export const rowsSelection: Selection = {
  kind: "rows",
  label: "3 rows",
  n: 3,
  token: 7,
  rows: [...new Int32Array(embedded.rows.data as ArrayBuffer).slice(1, 4)],
};
