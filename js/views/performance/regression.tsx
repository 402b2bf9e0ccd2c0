/** A predicted number: how far off, where, and in which direction. */
import { useEffect } from "preact/hooks";
import type { Density, Histogram, PerformanceResult, SplitPerformance } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { values } from "../../contract/values";
import { formatCount, formatNumber, plural, useConnection, useTrait, WidgetSlot } from "../../ui";
import { type Drawing, draw, type References } from "../../ui/drawing";
import { metricTiles } from "./summary";
import { Tiles } from "./tiles";

interface RegressionProps {
  host: ViewHost;
  result: PerformanceResult;
  split: SplitPerformance;
}

export function Regression({ host, result, split }: RegressionProps) {
  const [figures] = useTrait<References>(host, "figures");
  const [marks] = useTrait<References>(host, "marks");
  const { density, errors } = split;
  const shown = result.splits.indexOf(split);
  useShownDensity(host, marks, shown, result.splits.length);
  useShownErrors(host, marks, shown);
  return (
    <>
      <Tiles tiles={metricTiles(split, result)} />
      <div class="curves">
        <figure>
          <figcaption>
            <b>Predicted against actual</b>
            {density && <DensityLegend density={density} />}
          </figcaption>
          <WidgetSlot
            host={host}
            reference={figures.actual ?? ""}
            name="actual"
            label="Predicted against actual, rows per cell"
          />
        </figure>
        <figure>
          <figcaption>
            <b>Errors</b>
            <BrushHint host={host} />
          </figcaption>
          <WidgetSlot
            host={host}
            reference={figures.errors ?? ""}
            name="errors"
            label="Histogram of predicted minus actual"
          />
          {errors && <Outside errors={errors} />}
        </figure>
      </div>
    </>
  );
}

function DensityLegend({ density }: { density: Density }) {
  let highest = 0;
  for (const rows of values(density.counts)) highest = Math.max(highest, rows);
  return (
    <span class="legend">
      <span>
        rows per cell: 1 <i class="ramp" /> {formatCount(highest)}, log scale
      </span>
      <span>line: no error</span>
    </span>
  );
}

function BrushHint({ host }: { host: ViewHost }) {
  const connection = useConnection(host);
  if (host.shared === null) return null;
  return (
    <span class="legend">
      {connection === "live"
        ? "Drag over the bars to select their rows"
        : "Selecting by error needs a kernel"}
    </span>
  );
}

function Outside({ errors }: { errors: Histogram }) {
  const { below, above } = errors;
  if (below + above === 0) return null;
  const edges = values(errors.edges);
  return (
    <p class="small">
      Not drawn: {plural(below, "row")} below {formatNumber(edges[0], 3)}, {formatCount(above)} above{" "}
      {formatNumber(edges[edges.length - 1], 3)}.
    </p>
  );
}

function useShownDensity(host: ViewHost, marks: References, shown: number, count: number): void {
  useEffect(() => {
    for (let index = 0; index < count; index++) {
      const image = marks[`actual_split_${index}`];
      if (image !== undefined) void host.update(image, { visible: index === shown });
    }
  }, [host, marks, shown, count]);
}

function useShownErrors(host: ViewHost, marks: References, shown: number): void {
  const [drawings] = useTrait<readonly (Drawing | null)[]>(host, "drawings");
  const drawing = drawings[shown];
  useEffect(() => {
    if (drawing) void draw(host, marks, "errors", drawing);
  }, [host, marks, drawing]);
}
