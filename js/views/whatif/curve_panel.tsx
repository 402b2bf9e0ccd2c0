/** The curve of the feature in hand: how the answer moves when this one feature moves. */
import { useState } from "preact/hooks";
import type { Feature } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { columnName, formatCount, useTrait, WidgetSlot } from "../../ui";
import type { References } from "../../ui/drawing";
import type { ShownCurve } from "./use_curve";

interface CurvePanelProps {
  host: ViewHost;
  feature: Feature | null;
  curve: ShownCurve;
  outputLabel: string;
}

const CHARTS = ["line", "bars"] as const;

export function CurvePanel({ host, feature, curve, outputLabel }: CurvePanelProps) {
  const [figures] = useTrait<References>(host, "figures");
  const { drawing, stale } = curve;
  const shown = drawing?.chart ?? null;
  const [opened, open] = useState<ReadonlySet<string>>(new Set());
  if (shown !== null && !opened.has(shown)) open(new Set([...opened, shown]));
  if (feature === null) return null;
  return (
    <figure class="curve" aria-busy={stale}>
      {/* A figure that has been drawn once stays, hidden, so that going back to it costs nothing. */}
      {CHARTS.filter((chart) => opened.has(chart)).map((chart) => (
        <div key={chart} hidden={chart !== shown}>
          <WidgetSlot
            host={host}
            reference={figures[chart] ?? ""}
            name={chart}
            label={`${outputLabel} if only ${columnName(feature.name)} moved`}
          />
        </div>
      ))}
      {shown === null && (
        <div class="waiting quiet">{stale ? "Drawing the curve" : "No curve for this feature"}</div>
      )}
      {drawing !== null && drawing.curve.labels.length > drawing.drawn.length && (
        <p class="small">
          {formatCount(drawing.drawn.length)} of {formatCount(drawing.curve.labels.length)} values drawn, the
          most frequent ones
        </p>
      )}
    </figure>
  );
}
