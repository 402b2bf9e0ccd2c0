/** Sensitivity: how the answer moves when one feature alone moves, features that move it most first. */
import { useEffect, useState } from "preact/hooks";
import type { ViewHost } from "../../contract/host";
import {
  EmptyState,
  formatCount,
  formatNumber,
  Meter,
  MiddleEllipsis,
  plural,
  useTrait,
  ViewFrame,
  WidgetSlot,
} from "../../ui";
import { type Drawing, draw, type References } from "../../ui/drawing";

/** As `mldebug_widgets.widgets.sensitivity.SensitivitySummary`. */
export interface SensitivitySummary {
  readonly output_label: string;
  readonly n_rows: number;
  readonly computed_on: string;
  readonly curves: readonly CurveSummary[];
}

interface CurveSummary {
  readonly position: number;
  readonly feature: string;
  readonly kind: string;
  readonly span: number | null;
  readonly chart: "line" | "bars";
  readonly n_drawn: number;
  readonly n_all: number;
  readonly values: Drawing;
}

export function Sensitivity({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <SensitivityBody host={host} />
    </ViewFrame>
  );
}

function SensitivityBody({ host }: { host: ViewHost }) {
  const [summary] = useTrait<SensitivitySummary | null>(host, "result");
  const [chosen, choose] = useState<number | null>(null);
  const curve = summary?.curves.find(({ position }) => position === chosen) ?? summary?.curves[0];
  if (summary === null || curve === undefined) {
    return (
      <>
        <h2>Sensitivity</h2>
        <EmptyState title="No feature could be moved">
          Free text and columns without values have no curve. Name others with features=.
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <h2>Sensitivity</h2>
      <p class="lead">{leadSentence(summary)}</p>
      <div class="two">
        <Ranking curves={summary.curves} shown={curve} onChoose={choose} />
        <Shown host={host} curve={curve} summary={summary} />
      </div>
      <div class="foot">
        <span>{summary.computed_on}</span>
      </div>
    </>
  );
}

interface RankingProps {
  curves: readonly CurveSummary[];
  shown: CurveSummary;
  onChoose: (position: number) => void;
}

function Ranking({ curves, shown, onChoose }: RankingProps) {
  const widest = Math.max(...curves.map(({ span }) => span ?? 0)) || 1;
  return (
    <ol class="ranking">
      {curves.map(({ position, feature, span }) => (
        <li key={position}>
          <button type="button" aria-pressed={position === shown.position} onClick={() => onChoose(position)}>
            <MiddleEllipsis text={feature || "(no name)"} tail={8} />
            <Meter share={(span ?? 0) / widest} tone="calm">
              <span class="num">{formatNumber(span, 3)}</span>
            </Meter>
          </button>
        </li>
      ))}
    </ol>
  );
}

const CHARTS = ["line", "bars"] as const;

function Shown({
  host,
  curve,
  summary,
}: {
  host: ViewHost;
  curve: CurveSummary;
  summary: SensitivitySummary;
}) {
  const [figures] = useTrait<References>(host, "figures");
  const [marks] = useTrait<References>(host, "marks");
  const [opened, open] = useState<ReadonlySet<string>>(new Set([curve.chart]));
  if (!opened.has(curve.chart)) open(new Set([...opened, curve.chart]));
  useEffect(() => {
    void draw(host, marks, curve.chart, curve.values);
  }, [host, marks, curve]);
  return (
    <figure>
      <figcaption>
        <b>{sentence(summary.output_label)}</b>
        <Legend curve={curve} many={summary.n_rows > 1} />
      </figcaption>
      {CHARTS.filter((chart) => opened.has(chart)).map((chart) => (
        <div key={chart} hidden={chart !== curve.chart}>
          <WidgetSlot
            host={host}
            reference={figures[chart] ?? ""}
            name={chart}
            label={`${summary.output_label} over ${curve.feature}`}
          />
        </div>
      ))}
    </figure>
  );
}

function Legend({ curve, many }: { curve: CurveSummary; many: boolean }) {
  const { chart, n_drawn: drawn, n_all: all } = curve;
  const some = drawn < all ? `${formatCount(drawn)} of ${formatCount(all)}` : formatCount(all);
  if (chart === "bars") {
    return (
      <span class="legend">
        {some} values{many ? ", mean of all rows" : ""}
      </span>
    );
  }
  if (!many) return null;
  return (
    <span class="legend">
      <span>
        <i class="swatch row" /> {some} rows{drawn < all && ", evenly spaced in the order given"}
      </span>
      <span>
        <i class="swatch mean" /> mean of all rows
      </span>
    </span>
  );
}

function leadSentence({ n_rows: rows }: SensitivitySummary): string {
  return `How the answer for ${plural(rows, "row")} moves when one feature alone moves. The bar is how far the ${
    rows > 1 ? "mean " : ""
  }line goes from its lowest to its highest point.`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
