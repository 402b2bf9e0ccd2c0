/** The selection against the rest: which columns act differently there. */
import { useState } from "preact/hooks";
import type { ComparedAttributions } from "../../contract/attributions";
import {
  columnName,
  formatCount,
  formatFixed,
  formatSigned,
  LinkButton,
  Meter,
  MiddleEllipsis,
} from "../../ui";
import { distinctNames } from "./names";
import { decimalsOf } from "./steps";
import { comparedSentence } from "./words";

const FIRST = 8;

export function Compared({ compared }: { compared: ComparedAttributions }) {
  const [all, setAll] = useState(false);
  const { features, unit } = compared;
  const named = distinctNames(features.map(({ name }) => name));
  const sizes = features.flatMap(({ selected_mean_abs, rest_mean_abs }) => [
    selected_mean_abs,
    rest_mean_abs,
  ]);
  const largest = Math.max(...sizes.map((size) => size ?? 0), Number.MIN_VALUE);
  const decimals = decimalsOf(sizes);
  return (
    <>
      <p class="lead">{comparedSentence(compared)}</p>
      <table>
        <thead>
          <tr>
            <th>Column</th>
            <th>Mean size in the selection, mark = the rest</th>
            <th class="num">rest</th>
            <th class="num">pushes the {unit} by</th>
            <th class="num">rest</th>
          </tr>
        </thead>
        <tbody>
          {(all ? features : features.slice(0, FIRST)).map((feature) => (
            <tr key={feature.position}>
              <td class="column">
                <MiddleEllipsis text={named(feature.name)} whole={columnName(feature.name)} />
              </td>
              <td>
                <Meter
                  share={(feature.selected_mean_abs ?? 0) / largest}
                  mark={(feature.rest_mean_abs ?? 0) / largest}
                  tone="calm"
                >
                  {formatFixed(feature.selected_mean_abs, decimals)}
                </Meter>
              </td>
              <td class="num quiet">{formatFixed(feature.rest_mean_abs, decimals)}</td>
              <td class="num">{formatSigned(feature.selected_mean, decimals)}</td>
              <td class="num quiet">{formatSigned(feature.rest_mean, decimals)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {features.length > FIRST && (
        <LinkButton onClick={() => setAll(!all)}>
          {all ? `Show the first ${FIRST}` : `Show ${formatCount(features.length)} columns`}
        </LinkButton>
      )}
    </>
  );
}
