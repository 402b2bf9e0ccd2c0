// Written by scripts/gen_contract.py from the Python result dataclasses: change those and run it.
import type { NDArray } from "./values";

export interface AttributedText {
  readonly row: number;
  readonly words: readonly string[];
  readonly values: NDArray;
  readonly truth: string;
  readonly predicted: string;
  readonly target: string;
  readonly output: number | null;
  readonly baseline_output: number | null;
  readonly delta: number | null;
  readonly cut: boolean;
}

export interface AttributionsResult {
  readonly kind: "attributions";
  readonly values: NDArray;
  readonly rows: NDArray;
  readonly features: readonly string[];
  readonly target: NDArray;
  readonly class_names: readonly string[];
  readonly method: string;
  readonly method_label: string;
  readonly method_reason: string;
  readonly baseline: string;
  readonly baseline_note: string;
  readonly baseline_values: readonly string[];
  readonly output: NDArray;
  readonly baseline_output: NDArray;
  readonly delta: NDArray;
  readonly unit: string;
  readonly mean_abs: NDArray;
  readonly order: NDArray;
  readonly n: number;
  readonly sampled: boolean;
  readonly seed: number;
  readonly trust: Readonly<Record<string, number | null>>;
  readonly trust_lines: readonly TrustLine[];
  readonly notes: readonly string[];
  readonly seconds: number | null;
}

export interface Baseline {
  readonly name: string;
  readonly fitted_on: string;
  readonly metrics: readonly Metric[];
  readonly why: string;
}

export interface BrushCube {
  readonly active: number;
  readonly brushes: readonly BrushedBins[];
  readonly counts: NDArray;
  readonly errors: NDArray;
}

export interface BrushedBins {
  readonly dimension: number;
  readonly first: number;
  readonly last: number;
}

export interface CarriedPairs {
  readonly counts: NDArray;
  readonly errors: NDArray;
  readonly rows: NDArray;
  readonly bins: NDArray;
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

export interface ComparedFeature {
  readonly name: string;
  readonly kind: string;
  readonly distance: number | null;
  readonly edges: NDArray;
  readonly labels: readonly string[];
  readonly first: NDArray;
  readonly second: NDArray;
}

export interface ComparedMetric {
  readonly name: string;
  readonly label: string;
  readonly first: number | null;
  readonly first_low: number | null;
  readonly first_high: number | null;
  readonly second: number | null;
  readonly second_low: number | null;
  readonly second_high: number | null;
}

export interface CrossfilterResult {
  readonly kind: "crossfilter";
  readonly dimensions: readonly Dimension[];
  readonly n: number;
  readonly split: string;
  readonly metric_label: string;
  readonly binary: boolean;
  readonly overall: number | null;
  readonly unknown: number;
  readonly left_out: readonly string[];
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

export interface Dimension {
  readonly name: string;
  readonly role: "feature" | "metadata" | "target" | "prediction" | "loss";
  readonly kind: "numeric" | "datetime" | "categorical";
  readonly edges: NDArray;
  readonly labels: readonly string[];
  readonly starts: readonly string[];
  readonly ends: readonly string[];
  readonly has_missing: boolean;
  readonly selectable: NDArray;
  readonly counts: NDArray;
  readonly errors: NDArray;
}

export interface ErrorHeatMap {
  readonly x: string;
  readonly y: string;
  readonly x_labels: readonly string[];
  readonly y_labels: readonly string[];
  readonly x_queries: readonly string[];
  readonly y_queries: readonly string[];
  readonly scope_query: string;
  readonly counts: NDArray;
  readonly means: NDArray;
  readonly overall: number | null;
  readonly metric_label: string;
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
  readonly query: string;
  readonly feature: number | null;
  readonly rows: readonly number[];
}

export interface FindingsResult {
  readonly kind: "findings";
  readonly findings: readonly Finding[];
  readonly outcomes: readonly CheckOutcome[];
  readonly seconds: number | null;
}

export interface FoldedSlice {
  readonly label: string;
  readonly query: string;
  readonly size: number;
  readonly metric: number | null;
  readonly why: "same rows" | "adds nothing" | "explained by it";
}

export interface GradCamResult {
  readonly kind: "gradcam";
  readonly maps: NDArray;
  readonly raw: NDArray;
  readonly images: NDArray;
  readonly sizes: NDArray;
  readonly rows: NDArray;
  readonly target: NDArray;
  readonly class_names: readonly string[];
  readonly truth: NDArray;
  readonly predicted: NDArray;
  readonly output: NDArray;
  readonly probability: NDArray;
  readonly loss: NDArray;
  readonly method: string;
  readonly method_label: string;
  readonly layer: string;
  readonly layers: readonly LayerCandidate[];
  readonly layer_reason: string;
  readonly trust: Readonly<Record<string, number | null>>;
  readonly trust_lines: readonly TrustLine[];
  readonly suspicious: NDArray;
  readonly complaints: readonly string[];
  readonly swaps: readonly Swap[] | null;
  readonly unit: string;
  readonly notes: readonly string[];
  readonly seconds: number | null;
}

export interface Histogram {
  readonly counts: NDArray;
  readonly edges: NDArray;
  readonly below: number;
  readonly above: number;
}

export interface ImagePage {
  readonly start: number;
  readonly total: number;
  readonly rows: NDArray;
  readonly truth: NDArray;
  readonly predicted: NDArray;
  readonly target: NDArray;
  readonly output: NDArray;
  readonly probability: NDArray;
  readonly loss: NDArray;
  readonly complaints: readonly string[];
  readonly images: NDArray;
  readonly sizes: NDArray;
  readonly maps: NDArray;
  readonly raw: NDArray;
  readonly block: number;
  readonly class_names: readonly string[];
  readonly method: string;
  readonly method_label: string;
  readonly layer: string;
  readonly layers: readonly LayerCandidate[];
  readonly layer_reason: string;
  readonly trust_lines: readonly TrustLine[];
  readonly notes: readonly string[];
  readonly seconds: number | null;
}

export interface LayerCandidate {
  readonly name: string;
  readonly label: string;
  readonly grid: readonly number[];
  readonly how: string;
  readonly score: number | null;
  readonly reason: string;
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

export interface NextStep {
  readonly kind: "feature" | "collect" | "relabel" | "drift" | "model" | "confirm" | "nothing";
  readonly text: string;
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

export interface PageChecks {
  readonly trust_lines: readonly TrustLine[];
  readonly complaints: readonly string[];
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

export interface Predicate {
  readonly column: string;
  readonly kind: "equal" | "set" | "interval" | "missing" | "present" | "true" | "false" | "word";
  readonly label: string;
  readonly query: string;
  readonly feature: number;
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

export interface SelectedBins {
  readonly brushes: readonly BrushedBins[];
  readonly counts: NDArray;
  readonly errors: NDArray;
  readonly n: number;
}

export interface SensitivityResult {
  readonly kind: "sensitivity";
  readonly rows: NDArray;
  readonly output_label: string;
  readonly output: NDArray;
  readonly curves: readonly FeatureCurve[];
  readonly computed_on: string;
}

export interface Slice {
  readonly rank: number;
  readonly label: string;
  readonly query: string;
  readonly predicates: readonly Predicate[];
  readonly size: number;
  readonly share: number | null;
  readonly metric: number | null;
  readonly rest_metric: number | null;
  readonly lift: number | null;
  readonly error_sum: number | null;
  readonly error_share: number | null;
  readonly score: number | null;
  readonly effect: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly p_value: number | null;
  readonly confirmed: boolean | null;
  readonly n_confirmation: number;
  readonly folded: readonly FoldedSlice[];
  readonly description: string;
  readonly next_steps: readonly NextStep[];
}

export interface SliceComparison {
  readonly first_label: string;
  readonly first_query: string;
  readonly second_label: string;
  readonly second_query: string;
  readonly n_first: number;
  readonly n_second: number;
  readonly n_both: number;
  readonly metrics: readonly ComparedMetric[];
  readonly features: readonly ComparedFeature[];
  readonly n_features: number;
  readonly split: string;
}

export interface SliceMeasure {
  readonly query: string;
  readonly label: string;
  readonly n: number;
  readonly share: number | null;
  readonly metric: number | null;
  readonly rest_metric: number | null;
  readonly lift: number | null;
  readonly error_share: number | null;
  readonly effect: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface SlicesResult {
  readonly kind: "slices";
  readonly slices: readonly Slice[];
  readonly n_searched: number;
  readonly n: number;
  readonly n_discovery: number;
  readonly n_confirmation: number;
  readonly split: string;
  readonly metric_name: string;
  readonly metric_label: string;
  readonly overall: number | null;
  readonly total: number | null;
  readonly direction: "worse" | "better" | "difference";
  readonly objective: string;
  readonly k: number;
  readonly max_predicates: number;
  readonly min_rows: number;
  readonly merge: boolean;
  readonly fold: boolean;
  readonly confirm: boolean;
  readonly seed: number;
  readonly n_columns: number;
  readonly skipped: readonly (readonly string[])[];
  readonly tree: readonly TreeNode[];
  readonly notes: readonly string[];
  readonly seconds: number | null;
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

export interface Swap {
  readonly target: number;
  readonly place: string;
  readonly way: number | null;
  readonly n: number;
}

export interface TableColumn {
  readonly key: string;
  readonly label: string;
  readonly role: "row" | "split" | "target" | "predicted" | "score" | "confidence" | "loss" | "feature";
  readonly kind: string;
  readonly low: number | null;
  readonly high: number | null;
}

export interface TextAttributionsResult {
  readonly kind: "text_attributions";
  readonly texts: readonly AttributedText[];
  readonly method: string;
  readonly method_label: string;
  readonly method_reason: string;
  readonly baseline_note: string;
  readonly layer: string;
  readonly unit: string;
  readonly largest: number | null;
  readonly n: number;
  readonly trust: Readonly<Record<string, number | null>>;
  readonly trust_lines: readonly TrustLine[];
  readonly notes: readonly string[];
  readonly seconds: number | null;
}

export interface ThresholdSweep {
  readonly thresholds: NDArray;
  readonly true_positive: NDArray;
  readonly false_positive: NDArray;
  readonly positives: number;
  readonly negatives: number;
}

export interface Thumbnails {
  readonly rows: NDArray;
  readonly images: NDArray;
  readonly sizes: NDArray;
}

export interface TreeNode {
  readonly parent: number;
  readonly depth: number;
  readonly label: string;
  readonly query: string;
  readonly size: number;
  readonly metric: number | null;
  readonly error_share: number | null;
  readonly is_leaf: boolean;
}

export interface TrustLine {
  readonly name: string;
  readonly label: string;
  readonly value: number | null;
  readonly text: string;
  readonly verdict: "good" | "bad" | "not checked" | "not applicable";
  readonly words: string;
  readonly meaning: string;
  readonly detail: string;
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
