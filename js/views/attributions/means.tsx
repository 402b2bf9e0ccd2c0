/** The mean line of a dependence plot as numbers. */
import type { FeatureAttributions } from "../../contract/attributions";
import { values } from "../../contract/values";
import { formatCount, formatSigned } from "../../ui";
import { cellText } from "./dots";
import { decimalsOf } from "./steps";

export function Means({ feature }: { feature: FeatureAttributions }) {
  const { curve, labels } = feature;
  const [x, mean, count] = [values(curve.x), values(curve.mean), values(curve.count)];
  const decimals = decimalsOf([...mean]);
  return (
    <details class="small">
      <summary>as a table</summary>
      <table>
        <thead>
          <tr>
            <th>{labels.length > 0 ? "value" : "mean value"}</th>
            <th class="num">mean attribution</th>
            <th class="num">rows</th>
          </tr>
        </thead>
        <tbody>
          {[...x].map((value, bin) => (
            <tr key={value}>
              <td>{cellText(feature, value)}</td>
              <td class="num">{formatSigned(mean[bin] as number, decimals)}</td>
              <td class="num">{formatCount(count[bin] as number)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
