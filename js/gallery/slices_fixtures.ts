/** The Slices panel's values, drawn by hand: flights that are late. */
import type { EmbeddedSlices, SavedSlice, SearchStatus, SliceSettings } from "../contract/slices";
import { workbench } from "./fixtures";
import { comparison, heatmap } from "./slices_answers";
import { columns } from "./slices_columns";
import { result } from "./slices_results";

export * from "./slices_answers";
export { columns } from "./slices_columns";
export { hostile, loss, noErrors, nothing, result, tree } from "./slices_results";

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

/** The workbench's values around the panel. */
export function slicesWorkbench(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return workbench({ panel: "slices", saved_slices: saved, ...changes });
}
