/** Every metric on both sides with its interval, and whether the intervals are apart. */
import type { ComparedMetric } from "../../../contract/generated";
import { formatFixed, formatInterval, knownDecimals } from "../../../ui";
import { Breakable } from "../predicates";

interface MetricTableProps {
  metrics: readonly ComparedMetric[];
  first: string;
  second: string;
}

export function MetricTable({ metrics, first, second }: MetricTableProps) {
  return (
    <div class="scroll">
      <table class="compared">
        <thead>
          <tr>
            <th scope="col">Metric, 95% interval</th>
            <th scope="col" class="num first">
              <Breakable text={first} />
            </th>
            <th scope="col" class="num">
              <Breakable text={second} />
            </th>
            <th scope="col">
              <span class="hidden">Difference</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => (
            <MetricRow key={metric.name} metric={metric} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MetricRow({ metric }: { metric: ComparedMetric }) {
  const { first, first_low, first_high, second, second_low, second_high } = metric;
  const decimals = Math.max(2, knownDecimals(first_low, first_high), knownDecimals(second_low, second_high));
  return (
    <tr>
      <th scope="row">{metric.label}</th>
      <Side value={first} low={first_low} high={first_high} decimals={decimals} />
      <Side value={second} low={second_low} high={second_high} decimals={decimals} />
      <td class="quiet">{verdict(metric)}</td>
    </tr>
  );
}

interface SideProps {
  value: number | null;
  low: number | null;
  high: number | null;
  decimals: number;
}

function Side({ value, low, high, decimals }: SideProps) {
  return (
    <td class="num">
      {formatFixed(value, decimals)} <span class="small">{formatInterval(low, high, decimals)}</span>
    </td>
  );
}

/** Intervals that overlap may still hide a difference; intervals that are apart do not. */
function verdict({ first, first_low, first_high, second, second_low, second_high }: ComparedMetric): string {
  if (first === null || second === null) return "cannot be computed on both sides";
  if (first_low === null || first_high === null || second_low === null || second_high === null) return "";
  if (first_low > second_high) return "higher, intervals apart";
  if (first_high < second_low) return "lower, intervals apart";
  return "intervals overlap";
}
