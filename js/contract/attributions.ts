/** What the Attributions panel is given (`widgets/attribution_summary.py`), and the requests it sends. */
import type { CodedError } from "./errors";
import type { TrustLine } from "./generated";
import type { NDArray } from "./values";
import type { Status } from "./workbench";

/** Means of all attributed rows over a column's values. */
export interface AttributionCurve {
  /** (b,) mean value per bin, or the position of a label. */
  readonly x: NDArray;
  /** (b,) mean attribution. */
  readonly mean: NDArray;
  /** (b,) rows. */
  readonly count: NDArray;
  /** Rows without a value that `x` could hold, and their mean attribution. */
  readonly n_missing: number;
  readonly missing_mean: number | null;
}

export interface FeatureAttributions {
  readonly position: number;
  readonly name: string;
  readonly kind: "numeric" | "boolean" | "categorical" | "datetime" | "text";
  readonly mean_abs: number | null;
  readonly mean: number | null;
  /** The categories that `x` counts; empty for numbers and moments. */
  readonly labels: readonly string[];
  /** All numbers are whole ones. */
  readonly whole: boolean;
  /** What the dots' `x` are counted from. */
  readonly origin: number;
  readonly curve: AttributionCurve;
}

/** The rows that are drawn: d dots in each of f columns, row-major. */
export interface AttributionDots {
  readonly rows: NDArray;
  readonly values: NDArray;
  /** 0 to 254, each cell's place among its column's values; 255 = none. */
  readonly levels: NDArray;
  /** The cells above their column's origin, or positions of labels. */
  readonly x: NDArray;
  /** (d,) as in the result; `deltas` are NaN for methods that do not add up. */
  readonly outputs: NDArray;
  readonly baseline_outputs: NDArray;
  readonly deltas: NDArray;
  readonly targets: NDArray;
  /** (d,) 1 where numbers in `x` are only as exact as a plot shows them: a file that does not carry the row. */
  readonly rounded: NDArray;
}

export interface AttributionsSummary {
  readonly method: string;
  readonly method_label: string;
  readonly method_reason: string;
  readonly baseline_note: string;
  readonly unit: string;
  /** The class that is explained; "" without classes. */
  readonly target: string;
  readonly class_names: readonly string[];
  readonly n: number;
  readonly n_rows: number;
  readonly sampled: boolean;
  readonly seed: number;
  /** Largest mean first. */
  readonly features: readonly FeatureAttributions[];
  readonly n_others: number;
  readonly others_mean_abs: number | null;
  readonly dots: AttributionDots;
  readonly trust_lines: readonly TrustLine[];
  readonly notes: readonly string[];
  readonly seconds: number | null;
}

export interface AttributionStep {
  readonly position: number;
  readonly name: string;
  readonly cell: string;
  readonly baseline: string;
  readonly value: number | null;
}

/** Where a row stands among the rows in focus: `at` from 0, null when it is not among them. */
export interface RowPlace {
  readonly at: number | null;
  readonly total: number;
  /** "in the selection", "test rows". */
  readonly rows: string;
  readonly by_loss: boolean;
}

/** One row's steps from the baseline's output to its own, largest first. */
export interface RowAttributions {
  readonly row: number;
  /** How the row was chosen, in words. */
  readonly why: string;
  readonly target: string;
  readonly unit: string;
  readonly output: number | null;
  readonly baseline_output: number | null;
  /** What the steps miss of the difference; null for methods that do not add up to it. */
  readonly delta: number | null;
  readonly steps: readonly AttributionStep[];
  readonly n_others: number;
  readonly others: number | null;
  readonly notes: readonly string[];
  readonly method: string;
  readonly place: RowPlace | null;
}

export interface ComparedFeature {
  readonly position: number;
  readonly name: string;
  readonly selected_mean_abs: number | null;
  readonly rest_mean_abs: number | null;
  readonly selected_mean: number | null;
  readonly rest_mean: number | null;
}

/** The selection against the rest: `n_selected` of its `n_all` rows were attributed. */
export interface ComparedAttributions {
  readonly label: string;
  readonly n_selected: number;
  readonly n_all: number;
  readonly n_rest: number;
  readonly seed: number;
  readonly unit: string;
  /** Those that differ most first. */
  readonly features: readonly ComparedFeature[];
}

export interface AttributionChoice {
  readonly value: string;
  readonly label: string;
}

export interface AttributionSettings {
  readonly method: string;
  readonly methods: readonly AttributionChoice[];
  readonly baseline: string;
  readonly baselines: readonly AttributionChoice[];
  /** The row whose cells are the baseline, where `baseline` is "row". */
  readonly baseline_row: number | null;
  readonly target: string;
  readonly targets: readonly AttributionChoice[];
}

export type AttributionPart = "row" | "all" | "compared" | "trust";

/** How one part goes; `error` when it failed. */
export interface PartStatus extends Status {
  readonly error: CodedError | null;
}

/** Name of a request -> what goes with it; every answer is null, what was computed arrives as traits. */
export interface AttributionRequests {
  configure: Pick<AttributionSettings, "method" | "baseline" | "baseline_row" | "target">;
  open_row: { row: number };
  /** The row before (-1) or after (1) the open one, highest loss first. */
  step_row: { by: -1 | 1 };
  compute: { part: AttributionPart };
  cancel: Record<string, never>;
}
