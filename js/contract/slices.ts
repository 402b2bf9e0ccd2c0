/** What the Slices panel is given beside its results, and the requests it sends. */
import type { CodedError } from "./errors";
import type { ErrorHeatMap, SliceComparison } from "./generated";
import type { NDArray } from "./values";
import type { Status } from "./workbench";

/** One value of a column that can be clicked, most frequent first. */
export interface BuilderValue {
  label: string;
  /** The value as it stands in a query: `"EV"`, `3`, `True`. */
  query_literal: string;
  count: number;
}

/** A column that conditions can be made of. */
export interface BuilderColumn {
  name: string;
  /** The column as it stands in a query, in backticks where it needs them. */
  query_name: string;
  kind: "numeric" | "boolean" | "categorical" | "datetime" | "text";
  /** Whether all its numbers are whole. */
  integer?: boolean;
  values: readonly BuilderValue[];
  /** Range of numbers, and of datetimes as milliseconds since 1970 UTC; null where there is none. */
  low: number | null;
  high: number | null;
  /** Rows per bin of equal width from `low` to `high`; null for what has no range. */
  counts: NDArray | null;
  /** Rows without a value. */
  missing: number;
  /** Whether it can be an axis of the heat map; where nothing is said, it can. */
  has_bins?: boolean;
}

/** What is searched for. The panel sends all four whenever one is changed. */
export interface SliceSettings {
  metric: string;
  /** Metrics that can be searched. */
  metrics: readonly string[];
  direction: "worse" | "better" | "difference";
  max_predicates: number;
  k: number;
}

/** How the search goes; `error` when it failed. */
export interface SearchStatus extends Status {
  error?: CodedError | null;
}

/** Rows that were kept under a name. The workbench's values hold them too. */
export interface SavedSlice {
  name: string;
  query: string;
  n: number;
  /** In an exported file: those of its rows that are in the slice. */
  rows?: readonly number[];
}

/** What an exported file holds in place of a kernel. */
export interface EmbeddedSlices {
  /** Slices and saved slices against the rest, by query. */
  comparisons: Readonly<Record<string, SliceComparison>>;
  /** By query: those of the file's rows that are in the slice. */
  carried: Readonly<Record<string, readonly number[]>>;
  heatmap: ErrorHeatMap | null;
}

/** Name of a request -> what goes with it. Answers are named behind it. */
export interface SliceRequests {
  /** null; the result arrives as the trait `result`. */
  search: Pick<SliceSettings, "metric" | "direction" | "max_predicates"> & { scope: string };
  /** null; ends the search. */
  cancel: Record<string, never>;
  /** SliceMeasure of the searched rows that fulfil the query; its own query selects exactly these. */
  measure: { query: string };
  /** SliceComparison; `other` "" is the rest. */
  compare: { query: string; other: string };
  /** ErrorHeatMap of two columns by name. */
  heatmap: { x: string; y: string };
  /** NextStep[] for a slice of the result whose `next_steps` are empty. */
  what_next: { query: string };
  /** null; the slice arrives in the trait `saved_slices`. */
  save_slice: { name: string; query: string };
  remove_slice: { name: string };
}
