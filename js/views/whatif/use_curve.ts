/** The curve of the feature in hand: asked when a control is taken, never while it is dragged. */
import { useEffect, useMemo } from "preact/hooks";
import type { WhatifResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { useLatest, useTrait } from "../../ui";
import { draw, type References } from "../../ui/drawing";
import { type CurveDrawing, placeOn } from "./curve";
import { type Edits, type Scalar, without } from "./values";

const ACCENT = "var(--accent, #2f80d8)";
const BAR = "var(--bar, #9fb2c8)";

export interface ShownCurve {
  /** Null until there is one. */
  drawing: CurveDrawing | null;
  stale: boolean;
}

/** The curve of `position` with the other edits applied; `curves` are those that an exported file carries. */
export function useCurve(
  host: ViewHost,
  result: WhatifResult,
  position: number | null,
  edits: Edits,
  curves: readonly CurveDrawing[] | null,
): ShownCurve {
  const { ask, answer, stale } = useLatest<{ row: number; position: number; edits: Edits }, CurveDrawing>(
    (params) => host.request<CurveDrawing>("curve", params),
  );
  const live = curves === null;
  const others = JSON.stringify(position === null ? {} : without(edits, position));
  useEffect(() => {
    if (live && position !== null) ask({ row: result.row, position, edits: JSON.parse(others) });
  }, [live, result.row, position, others, ask]);

  const kept = curves?.find((curve) => curve.position === position) ?? null;
  useEffect(() => {
    if (kept !== null) void draw(host, host.get<References>("marks"), kept.chart, kept.values ?? {});
  }, [host, kept]);
  if (!live) return { drawing: kept, stale: false };
  const asked = answer?.data ?? null;
  return { drawing: asked?.position === position ? asked : null, stale };
}

/** Keeps the current value's mark on the curve: a point on a line, the colour of a bar. */
export function useCurrentMark(
  host: ViewHost,
  drawing: CurveDrawing | null,
  value: Scalar,
  output: number | null,
): void {
  const [marks] = useTrait<References>(host, "marks");
  const place = useMemo(() => (drawing === null ? null : placeOn(drawing.curve, value)), [drawing, value]);
  useEffect(() => {
    if (drawing === null) return;
    if (drawing.chart === "bars") {
      const colors = drawing.drawn.map((position) => (position === place ? ACCENT : BAR));
      set(host, marks.bars_bars, { colors });
    } else if (place === null || output === null) {
      set(host, marks.line_point, { visible: false });
    } else {
      set(host, marks.line_point, { x: Float64Array.of(place), y: Float64Array.of(output), visible: true });
    }
  }, [host, marks, drawing, place, output]);
}

/** Keeps the dashed line at the threshold on screen, which moves without the kernel. */
export function useThresholdMark(
  host: ViewHost,
  drawing: CurveDrawing | null,
  threshold: number | null,
): void {
  const [marks] = useTrait<References>(host, "marks");
  useEffect(() => {
    if (drawing === null || threshold === null) return;
    const level = Float64Array.of(threshold, threshold);
    if (drawing.chart === "bars") set(host, marks.bars_threshold, { x: level });
    else set(host, marks.line_threshold, { y: level });
  }, [host, marks, drawing, threshold]);
}

function set(host: ViewHost, mark: string | undefined, traits: Record<string, unknown>): void {
  if (mark !== undefined) void host.update(mark, traits);
}
