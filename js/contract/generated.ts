// Written by scripts/gen_contract.py from the Python result dataclasses: change those and run it.
import type { NDArray } from "./values";

export interface Baseline {
  readonly name: string;
  readonly fitted_on: string;
  readonly metrics: readonly Metric[];
  readonly why: string;
}

export interface CheckOutcome {
  readonly code: string;
  readonly name: string;
  readonly outcome: "passed" | "cannot tell";
  readonly why: string;
}

export interface ColumnValues {
  readonly numbers: NDArray | null;
  readonly texts: readonly (string | null)[];
}

export interface Curve {
  readonly x: NDArray;
  readonly y: NDArray;
  readonly n_points: number;
}

export interface Density {
  readonly counts: NDArray;
  readonly x_low: number | null;
  readonly x_high: number | null;
  readonly y_low: number | null;
  readonly y_high: number | null;
}

export interface Feature {
  readonly name: string;
  readonly position: number;
  readonly kind: "numeric" | "boolean" | "categorical" | "datetime" | "text";
  readonly dtype: string;
  readonly integer: boolean;
  readonly missing: number;
  readonly unique: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly categories: readonly string[];
  readonly counts: NDArray;
}

export interface FeatureCurve {
  readonly feature: string;
  readonly position: number;
  readonly kind: string;
  readonly grid: NDArray;
  readonly labels: readonly (string | null)[];
  readonly ice_lines: NDArray;
  readonly pdp_line: NDArray;
  readonly span: number | null;
}

export interface Finding {
  readonly code: string;
  readonly severity: "critical" | "warning" | "info";
  readonly title: string;
  readonly text: string;
  readonly advice: string;
  readonly panel: string;
  readonly code_text: string;
  readonly score: number | null;
}

export interface FindingsResult {
  readonly kind: "findings";
  readonly findings: readonly Finding[];
  readonly outcomes: readonly CheckOutcome[];
  readonly seconds: number | null;
}

export interface Histogram {
  readonly counts: NDArray;
  readonly edges: NDArray;
  readonly below: number;
  readonly above: number;
}

export interface Metric {
  readonly name: string;
  readonly label: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly interval: string;
  readonly better: "higher" | "lower";
  readonly why: string;
}

export interface NearestRow {
  readonly row: number | null;
  readonly distance: number | null;
  readonly values: readonly (number | null | string | boolean)[];
  readonly predicted: string;
  readonly output: number | null;
  readonly searched: number;
  readonly why: string;
}

export interface OverviewResult {
  readonly kind: "overview";
  readonly task: string;
  readonly model_name: string;
  readonly n_rows: number;
  readonly n_features: number;
  readonly primary: string;
  readonly train: string | null;
  readonly threshold: number | null;
  readonly headline: readonly string[];
  readonly splits: readonly SplitMetrics[];
  readonly baselines: readonly Baseline[];
  readonly seconds: number | null;
}

export interface PerformanceResult {
  readonly kind: "performance";
  readonly task: string;
  readonly classes: readonly string[];
  readonly positive: number | null;
  readonly threshold: number | null;
  readonly primary: string;
  readonly splits: readonly SplitPerformance[];
  readonly computed_on: string;
}

export interface Prediction {
  readonly scores: NDArray;
  readonly predicted: string;
  readonly output: number | null;
}

export interface RowsResult {
  readonly kind: "rows";
  readonly start: number;
  readonly total: number;
  readonly n_rows: number;
  readonly sort: string;
  readonly ascending: boolean;
  readonly query: string;
  readonly rows: NDArray;
  readonly columns: readonly TableColumn[];
  readonly values: readonly ColumnValues[];
}

export interface SensitivityResult {
  readonly kind: "sensitivity";
  readonly rows: NDArray;
  readonly output_label: string;
  readonly output: NDArray;
  readonly curves: readonly FeatureCurve[];
  readonly computed_on: string;
}

export interface SplitMetrics {
  readonly split: string;
  readonly n: number;
  readonly n_scored: number;
  readonly metrics: readonly Metric[];
}

export interface SplitPerformance {
  readonly split: string;
  readonly n: number;
  readonly n_scored: number;
  readonly metrics: readonly Metric[];
  readonly confusion: NDArray;
  readonly sweep: ThresholdSweep | null;
  readonly class_roc: readonly Curve[];
  readonly class_pr: readonly Curve[];
  readonly density: Density | null;
  readonly errors: Histogram | null;
}

export interface TableColumn {
  readonly key: string;
  readonly label: string;
  readonly role: "row" | "split" | "target" | "predicted" | "score" | "confidence" | "loss" | "feature";
  readonly kind: string;
  readonly low: number | null;
  readonly high: number | null;
}

export interface ThresholdSweep {
  readonly thresholds: NDArray;
  readonly true_positive: NDArray;
  readonly false_positive: NDArray;
  readonly positives: number;
  readonly negatives: number;
}

export interface WhatifResult {
  readonly kind: "whatif";
  readonly row: number;
  readonly split: string;
  readonly values: readonly (number | null | string | boolean)[];
  readonly truth: string;
  readonly prediction: Prediction;
  readonly output_label: string;
}
