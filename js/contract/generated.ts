// Written by scripts/gen_contract.py from the result dataclasses. Do not edit.
import type { NDArray } from "./values";

export type FeatureKind = "numeric" | "boolean" | "categorical" | "datetime" | "text";
export type Severity = "critical" | "warning" | "info";
export type ColumnRole = "row" | "split" | "target" | "predicted" | "score" | "confidence" | "loss" | "feature";
export type Scalar = number | string | boolean | null;

export interface Feature {
  name: string;
  position: number;
  kind: FeatureKind;
  dtype: string;
  integer: boolean;
  missing: number;
  unique: number;
  low: number | null;
  high: number | null;
  categories: string[];
  counts: NDArray;
}

export interface Metric {
  name: string;
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  interval: string;
  better: "higher" | "lower";
  why: string;
}

export interface SplitMetrics {
  split: string;
  n: number;
  n_scored: number;
  metrics: Metric[];
}

export interface Baseline {
  name: string;
  fitted_on: string;
  metrics: Metric[];
  why: string;
}

export interface OverviewResult {
  kind: "overview";
  task: string;
  model_name: string;
  n_rows: number;
  n_features: number;
  primary: string;
  headline: string[];
  splits: SplitMetrics[];
  baselines: Baseline[];
  seconds: number;
}

export interface ThresholdSweep {
  thresholds: NDArray;
  true_positive: NDArray;
  false_positive: NDArray;
  positives: number;
  negatives: number;
}

export interface Curve {
  x: NDArray;
  y: NDArray;
  n_points: number;
}

export interface Density {
  counts: NDArray;
  x_low: number;
  x_high: number;
  y_low: number;
  y_high: number;
}

export interface Histogram {
  counts: NDArray;
  edges: NDArray;
  below: number;
  above: number;
}

export interface SplitPerformance {
  split: string;
  n: number;
  n_scored: number;
  metrics: Metric[];
  confusion: NDArray;
  sweep: ThresholdSweep | null;
  class_roc: Curve[];
  class_pr: Curve[];
  density: Density | null;
  errors: Histogram | null;
}

export interface PerformanceResult {
  kind: "performance";
  task: string;
  classes: string[];
  positive: number | null;
  threshold: number | null;
  primary: string;
  splits: SplitPerformance[];
  computed_on: string;
}

export interface TableColumn {
  key: string;
  label: string;
  role: ColumnRole;
  kind: string;
  low: number | null;
  high: number | null;
}

export interface ColumnValues {
  numbers: NDArray | null;
  texts: (string | null)[];
}

export interface RowsResult {
  kind: "rows";
  start: number;
  total: number;
  n_rows: number;
  sort: string;
  ascending: boolean;
  query: string;
  rows: NDArray;
  columns: TableColumn[];
  values: ColumnValues[];
}

export interface FeatureCurve {
  feature: string;
  position: number;
  kind: string;
  grid: NDArray;
  labels: (string | null)[];
  ice_lines: NDArray;
  pdp_line: NDArray;
  span: number;
}

export interface SensitivityResult {
  kind: "sensitivity";
  rows: NDArray;
  output_label: string;
  output: NDArray;
  curves: FeatureCurve[];
  computed_on: string;
}

export interface Prediction {
  scores: NDArray;
  predicted: string;
  output: number | null;
}

export interface NearestRow {
  row: number | null;
  distance: number | null;
  values: Scalar[];
  predicted: string;
  output: number | null;
  searched: number;
  why: string;
}

export interface WhatifResult {
  kind: "whatif";
  row: number;
  split: string;
  values: Scalar[];
  truth: string;
  prediction: Prediction;
  output_label: string;
}

export interface Finding {
  code: string;
  severity: Severity;
  title: string;
  text: string;
  advice: string;
  panel: string;
  code_text: string;
  score: number;
}

export interface CheckOutcome {
  code: string;
  name: string;
  outcome: "passed" | "cannot tell";
  why: string;
}

export interface FindingsResult {
  kind: "findings";
  findings: Finding[];
  outcomes: CheckOutcome[];
  seconds: number;
}
