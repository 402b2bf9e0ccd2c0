/** The slices in rank order: how large, how wrong, how much of all errors, and whether it holds on unseen rows. */
import { useState } from "preact/hooks";
import type { SlicesResult } from "../../../contract/generated";
import { moveThrough } from "../arrow_keys";
import { capital, type Scale } from "../numbers";
import type { Selecting } from "../use_selecting";
import { type DetailActions, Details } from "./details";
import { SliceRow } from "./slice_row";

interface SliceListProps {
  result: SlicesResult;
  scale: Scale;
  selecting: Selecting;
  actions: DetailActions;
}

export function SliceList({ result, scale, selecting, actions }: SliceListProps) {
  const [opened, open] = useState<string | null>(null);
  const tested = result.n_confirmation > 0;
  const columns = tested ? 7 : 6;
  return (
    <div class="scroll" role="region" aria-label="Slices">
      <table class="slices" onKeyDown={moveThrough("button.pick")}>
        <Head result={result} tested={tested} />
        <tbody>
          {result.slices.map((slice) => (
            <SliceRow
              key={slice.query}
              slice={slice}
              tone={result.direction === "better" ? "calm" : "hot"}
              scale={scale}
              tested={tested}
              selected={selecting.isSelected(slice.query)}
              onSelect={
                selecting.possible
                  ? () => selecting.toggle({ query: slice.query, label: slice.label, n: slice.size })
                  : null
              }
              opened={opened === slice.query}
              onOpen={() => open(opened === slice.query ? null : slice.query)}
            >
              <td colSpan={columns} class="details">
                <Details slice={slice} result={result} scale={scale} selecting={selecting} {...actions} />
              </td>
            </SliceRow>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ result, tested }: { result: SlicesResult; tested: boolean }) {
  const { metric_name: name, metric_label: label } = result;
  return (
    <thead>
      <tr>
        <th scope="col">Slice</th>
        <th scope="col" class="num rows">
          Rows
        </th>
        <th scope="col" class="bar">
          {capital(label)}, mark = elsewhere
        </th>
        <th scope="col" class="num share">
          {name === "error" ? "Share of errors" : `Share of ${label}`}
        </th>
        <th scope="col" class="difference">
          {tested ? "Difference, unseen rows" : "Difference"}
        </th>
        {tested && (
          <th scope="col" class="verdict">
            <span class="hidden">Confirmed</span>
          </th>
        )}
        <th scope="col" class="more">
          <span class="hidden">Details</span>
        </th>
      </tr>
    </thead>
  );
}
