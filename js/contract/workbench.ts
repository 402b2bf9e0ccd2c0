/** The workbench's synced values (`ViewHost.shared`): what panels read, and what they may ask for by setting it. */
import type { CodedError } from "./errors";
import type { Finding } from "./generated";

export type Mode = "live" | "report";
export type Severity = Finding["severity"];

export interface Badge {
  count: number;
  severity: Severity;
}

export interface Panel {
  id: string;
  label: string;
  group: string;
  badge: Badge | null;
  /** "IPY_MODEL_<id>" once the kernel has built the panel, "" before. */
  reference: string;
  state: "unbuilt" | "computing" | "ready" | "failed";
  error: CodedError | null;
}

/**
 * Which rows are in focus, and why. Set by a view as a request (`n` null, `token` one higher); the kernel checks
 * it, resolves it and writes it back with `n`. In a report nobody answers: the setting view fills `n` if it knows.
 */
export interface Selection {
  kind: "all" | "rows" | "cell" | "query" | "python" | "range";
  label: string;
  n: number | null;
  token: number;
  rows?: number[];
  split?: string;
  truth?: number;
  predicted?: number;
  threshold?: number;
  query?: string;
  field?: string;
  low?: number;
  high?: number;
}

export interface Status {
  state: "idle" | "running" | "cancelled" | "failed";
  text: string;
  fraction: number | null;
}

export const ALL_ROWS: Selection = { kind: "all", label: "", n: null, token: 0 };
/** Longest list of rows a selection may carry. */
export const MAX_SELECTED_ROWS = 2000;

/** `selection` as the next request after `current`. */
export function nextSelection(current: Selection | null, selection: Omit<Selection, "token">): Selection {
  return { ...selection, token: (current?.token ?? 0) + 1 };
}
