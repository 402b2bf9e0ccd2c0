/** A feature's curve as the kernel draws it: where a value stands on it, and what the curve says there. */
import type { FeatureCurve } from "../../contract/generated";
import { rowsOf, values } from "../../contract/values";
import type { Drawing } from "../../ui/drawing";
import type { Scalar } from "./values";

/** As `mldebug_widgets.widgets.whatif.CurveDrawing`. */
export interface CurveDrawing {
  position: number;
  chart: "line" | "bars";
  /** Positions of the labels that have a bar. */
  drawn: readonly number[];
  /** What to set per part of the chart; null where the kernel has set it. */
  values: Drawing | null;
  curve: FeatureCurve;
}

/** Where `value` stands on the curve's grid; null when nowhere. */
export function placeOn(curve: FeatureCurve, value: Scalar): number | null {
  if (curve.labels.length === 0) return typeof value === "number" ? value : null;
  const label =
    typeof value === "boolean" ? (value ? "True" : "False") : value === null ? null : String(value);
  const index = curve.labels.indexOf(label);
  return index < 0 ? null : index;
}

/** What the curve says for `value`: linear between grid points; null outside of the grid. */
export function outputOn(curve: FeatureCurve, value: Scalar): number | null {
  const place = placeOn(curve, value);
  if (place === null) return null;
  const line = rowsOf(curve.ice_lines)[0];
  if (line === undefined) return null;
  if (curve.labels.length > 0) return line[place] ?? null;
  const grid = values(curve.grid);
  const last = grid.length - 1;
  if (last < 0 || place < grid[0]! || place > grid[last]!) return null;
  let right = grid.findIndex((point) => point >= place);
  if (right === 0) right = Math.min(1, last);
  const from = grid[right - 1] ?? grid[right]!;
  const to = grid[right]!;
  const share = to > from ? (place - from) / (to - from) : 0;
  return line[right - 1]! + share * (line[right]! - line[right - 1]!);
}
