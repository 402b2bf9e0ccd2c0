/** ROC and precision against recall: bqplot figures, moved in the browser to the split, class and threshold in focus. */
import { useEffect } from "preact/hooks";
import type { Curve, Metric, PerformanceResult, SplitPerformance } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { values } from "../../contract/values";
import { formatFixed, formatInterval, knownDecimals, useTrait, WidgetSlot } from "../../ui";
import type { References } from "../../ui/drawing";
import type { Counts } from "./counts";

interface CurvesProps {
  host: ViewHost;
  result: PerformanceResult;
  split: SplitPerformance;
  /** Index of the class whose curves are drawn; 0 for two classes. */
  curve: number;
  /** What the curves are of, in words. */
  of: string;
  /** Counts at the threshold; null where there is none. */
  counts: Counts | null;
}

export function Curves({ host, result, split, curve, of, counts }: CurvesProps) {
  const [figures] = useTrait<References>(host, "figures");
  const [marks] = useTrait<References>(host, "marks");
  const other = otherSplit(result, split);
  useCurve(host, marks.roc_curve, split.class_roc[curve]);
  useCurve(host, marks.pr_curve, split.class_pr[curve]);
  useCurve(host, marks.roc_other, other?.class_roc[curve]);
  useCurve(host, marks.pr_other, other?.class_pr[curve]);
  useLevel(host, marks.pr_base, positiveShare(split, curve, result));
  usePoint(
    host,
    marks.roc_point,
    counts && { x: share(counts.fp, counts.tn, 0), y: share(counts.tp, counts.fn, 0) },
  );
  usePoint(
    host,
    marks.pr_point,
    counts && { x: share(counts.tp, counts.fn, 0), y: share(counts.tp, counts.fp, 1) },
  );
  const empty = split.class_roc[curve]?.n_points === 0;
  return (
    <div class="curves">
      {(["roc", "pr"] as const).map((name) => (
        <figure key={name} class={empty ? "empty" : undefined}>
          <figcaption>
            <b>{name === "roc" ? "ROC" : "Precision and recall"}</b> <span class="quiet">{of}</span>
            <Legend split={split} other={other} metric={METRICS[name]} base={BASES[name]} />
          </figcaption>
          {empty && (
            <p class="quiet">
              No curve: in {split.split}, all rows or none are {of}.
            </p>
          )}
          <WidgetSlot
            host={host}
            reference={figures[name] ?? ""}
            name={name}
            label={`${FIGURES[name]} of ${of}`}
          />
        </figure>
      ))}
    </div>
  );
}

/** The area under each curve; only two classes have one curve and so one number. */
const METRICS = { roc: "roc_auc", pr: "average_precision" } as const;
const BASES = { roc: "chance", pr: "all called" } as const;
const FIGURES = { roc: "ROC curve", pr: "Precision-recall curve" } as const;

/** The split to compare with: the primary one, or the first that is not on screen. */
export function otherSplit(result: PerformanceResult, split: SplitPerformance): SplitPerformance | undefined {
  const others = result.splits.filter((each) => each !== split);
  return others.find((each) => each.split === result.primary) ?? others[0];
}

interface LegendProps {
  split: SplitPerformance;
  other: SplitPerformance | undefined;
  metric: string;
  /** What the straight line is. */
  base: string;
}

function Legend({ split, other, metric, base }: LegendProps) {
  const main = split.metrics.find(({ name }) => name === metric);
  const decimals = main ? knownDecimals(main.low, main.high) : 3;
  const beside = other?.metrics.find(({ name }) => name === metric);
  return (
    <span class="legend">
      <span>
        <i class="swatch main" /> {split.split}
        {main?.value != null && (
          <span title={`${main.label}, 95% interval: ${main.interval}`}>
            {" "}
            <b>{formatFixed(main.value, decimals)}</b>{" "}
            <small>{formatInterval(main.low, main.high, decimals)}</small>
          </span>
        )}
      </span>
      {other && (
        <span>
          <i class="swatch other" /> {other.split} {formatOther(beside, decimals)}
        </span>
      )}
      <span>
        <i class="swatch base" /> {base}
      </span>
    </span>
  );
}

function formatOther(metric: Metric | undefined, decimals: number): string {
  return metric?.value == null ? "" : formatFixed(metric.value, decimals);
}

function share(part: number, rest: number, otherwise: number): number {
  return part + rest > 0 ? part / (part + rest) : otherwise;
}

function positiveShare(split: SplitPerformance, curve: number, result: PerformanceResult): number | null {
  if (split.sweep) return share(split.sweep.positives, split.sweep.negatives, 0);
  const size = result.classes.length;
  const cells = values(split.confusion);
  if (cells.length !== size * size) return null;
  let occurs = 0;
  for (const rows of cells.subarray(curve * size, (curve + 1) * size)) occurs += rows;
  return share(occurs, split.n_scored - occurs, 0);
}

function useCurve(host: ViewHost, mark: string | undefined, curve: Curve | undefined): void {
  useEffect(() => {
    if (mark === undefined) return;
    const visible = curve !== undefined && curve.n_points > 0;
    void host.update(mark, visible ? { x: values(curve.x), y: values(curve.y), visible } : { visible });
  }, [host, mark, curve]);
}

function useLevel(host: ViewHost, mark: string | undefined, level: number | null): void {
  useEffect(() => {
    if (mark === undefined) return;
    void host.update(
      mark,
      level === null ? { visible: false } : { y: Float64Array.of(level, level), visible: true },
    );
  }, [host, mark, level]);
}

function usePoint(host: ViewHost, mark: string | undefined, point: { x: number; y: number } | null): void {
  const { x, y } = point ?? { x: null, y: null };
  useEffect(() => {
    if (mark === undefined || x === null) return;
    void host.update(mark, { x: Float64Array.of(x), y: Float64Array.of(y) });
  }, [host, mark, x, y]);
}
