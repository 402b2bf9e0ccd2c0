/** Every metric on every split with its interval, beside the baselines. */
import type { Metric, OverviewResult, SplitMetrics } from "../../contract/generated";
import { formatCount, formatFixed, knownDecimals } from "../../ui";
import { intervalText, metricOf, metricText, primaryOf } from "./summary";

export function MetricsTable({ result, fitting }: { result: OverviewResult; fitting: boolean }) {
  const primary = primaryOf(result);
  if (primary === undefined) return null;
  const { splits } = result;
  // Without a table there is no column that any baseline could learn from: nothing to say of those not fitted.
  const baselines = result.baselines.filter(({ metrics }) => metrics.length > 0 || result.n_features > 0);
  return (
    <div class="scroll" role="region" aria-label="Metrics">
      <table class="metrics">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            {splits.map((split) => (
              <SplitHeading key={split.split} split={split} />
            ))}
            {baselines.map((baseline) => (
              <th scope="col" key={baseline.name} class="num" title={baseline.why || baseline.fitted_on}>
                {baseline.name}
                <small>{baseline.why === "" ? `on ${result.primary}` : "not fitted"}</small>
              </th>
            ))}
            {fitting && (
              <th scope="col" class="num">
                Baselines<small>being fitted</small>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {primary.metrics.map((metric) => (
            <tr key={metric.name}>
              <th scope="row">
                {metric.label}
                <small>{methodText(metric)}</small>
              </th>
              {splits.map((split) => (
                <MetricCell
                  key={split.split}
                  metric={metricOf(split, metric.name)}
                  main={split.split === result.primary}
                />
              ))}
              {baselines.map((baseline) => (
                <BaselineCell
                  key={baseline.name}
                  metric={metricOf(baseline, metric.name)}
                  beside={metric}
                  why={baseline.why}
                />
              ))}
              {fitting && <td class="num quiet">…</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function methodText({ interval, better }: Metric): string {
  const method = interval === "" || interval === "none" ? "no interval" : interval;
  return better === "lower" ? `${method} · lower is better` : method;
}

function SplitHeading({ split: { split, n, n_scored: scored } }: { split: SplitMetrics }) {
  const rows = scored === n ? `${formatCount(n)} rows` : `${formatCount(scored)} of ${formatCount(n)} rows`;
  return (
    <th scope="col" class="num">
      {split}
      <small>{rows}</small>
    </th>
  );
}

function MetricCell({ metric, main }: { metric: Metric | undefined; main: boolean }) {
  if (metric === undefined) return <td class="num">–</td>;
  if (metric.value === null) {
    return (
      <td class="num small" title={metric.why}>
        {metric.why || "not computed"}
      </td>
    );
  }
  return (
    <td class="num">
      <span class={main ? "value main" : "value"}>{metricText(metric)}</span>
      <small>{intervalText(metric)}</small>
    </td>
  );
}

interface BaselineCellProps {
  metric: Metric | undefined;
  /** The model's own value, which decides the number of digits. */
  beside: Metric;
  why: string;
}

function BaselineCell({ metric, beside, why }: BaselineCellProps) {
  if (metric?.value == null) {
    return (
      <td class="num" title={metric?.why || why}>
        –
      </td>
    );
  }
  return (
    <td class="num" title={intervalText(metric)}>
      {formatFixed(metric.value, knownDecimals(beside.low, beside.high))}
    </td>
  );
}
