/** How many rows the query in hand finds, and how wrong the model is on them. */
import type { SliceMeasure } from "../../../contract/generated";
import { formatPercent, Meter, plural } from "../../../ui";
import { intervalText, metricText, place, scaleOf } from "../numbers";

interface MeasureLineProps {
  measure: SliceMeasure | null;
  stale: boolean;
  metricLabel: string;
}

export function MeasureLine({ measure, stale, metricLabel }: MeasureLineProps) {
  return (
    <div class={stale ? "measure stale" : "measure"} role="status" aria-busy={stale}>
      {measure === null && stale && <span class="quiet">Counting the rows</span>}
      {measure !== null && measure.n === 0 && <span>No row fulfils this.</span>}
      {measure !== null && measure.n > 0 && <Measured measure={measure} metricLabel={metricLabel} />}
    </div>
  );
}

function Measured({ measure, metricLabel }: { measure: SliceMeasure; metricLabel: string }) {
  const { n, share, metric, rest_metric: rest, low, high, error_share: errors } = measure;
  const scale = scaleOf([metric, rest]);
  const interval = intervalText(low, high, scale);
  return (
    <>
      <span>
        <b>{plural(n, "row")}</b>, {formatPercent(share)} of those searched
      </span>
      <span class="bar">
        <Meter share={place(metric, scale)} mark={place(rest, scale)} zero={place(0, scale) ?? 0} />
      </span>
      <span>
        {metricLabel} <b>{metricText(metric, scale)}</b> against {metricText(rest, scale)} elsewhere
      </span>
      {interval !== "" && (
        <span
          class="quiet"
          title="95% interval on all these rows; it does not correct for how many slices were tried"
        >
          difference {interval}
        </span>
      )}
      {errors !== null && (
        <span class="quiet">
          {formatPercent(errors)} of all {metricLabel === "Error" ? "errors" : metricLabel.toLowerCase()}
        </span>
      )}
    </>
  );
}
