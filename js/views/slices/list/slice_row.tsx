/** One slice of the list; `children` is the cell of its details, drawn while it is open. */
import type { ComponentChildren } from "preact";
import type { Slice } from "../../../contract/generated";
import { formatCount, formatPercent, Meter } from "../../../ui";
import { intervalText, metricText, place, pText, type Scale } from "../numbers";
import { Predicates } from "../predicates";

interface SliceRowProps {
  slice: Slice;
  tone: "hot" | "calm";
  scale: Scale;
  /** Whether rows were held back to confirm what was found. */
  tested: boolean;
  selected: boolean;
  /** null where there is nothing to select in. */
  onSelect: (() => void) | null;
  opened: boolean;
  onOpen: () => void;
  children: ComponentChildren;
}

export function SliceRow(props: SliceRowProps) {
  const { slice, tone, scale, tested, selected, onSelect, opened, onOpen, children } = props;
  const select = onSelect ?? onOpen;
  return (
    <>
      {/* The button in the first cell does the same by key. */}
      <tr class={selected ? "slice selected" : "slice"} onClick={select}>
        <td>
          <button
            type="button"
            class="pick"
            aria-pressed={onSelect === null ? undefined : selected}
            aria-expanded={onSelect === null ? opened : undefined}
            onClick={(event) => {
              event.stopPropagation();
              select();
            }}
          >
            <Predicates predicates={slice.predicates} />
          </button>
        </td>
        <td class="num">{formatCount(slice.size)}</td>
        <td class="bar">
          <Meter
            share={place(slice.metric, scale)}
            mark={place(slice.rest_metric, scale)}
            zero={place(0, scale) ?? 0}
            tone={tone}
          >
            <span class="beside" title={`elsewhere ${metricText(slice.rest_metric, scale)}`}>
              {metricText(slice.metric, scale)}
            </span>
          </Meter>
        </td>
        <td class="num">{formatPercent(slice.error_share)}</td>
        <td class="difference" title={tested ? pText(slice.p_value) : undefined}>
          {intervalText(slice.low, slice.high, scale) || <span class="quiet">not measured</span>}
        </td>
        {tested && <Verdict confirmed={slice.confirmed} />}
        <td class="num">
          <button
            type="button"
            class="link"
            aria-expanded={opened}
            aria-label={`${opened ? "Less" : "More"} about ${slice.label}`}
            onClick={(event) => {
              event.stopPropagation();
              onOpen();
            }}
          >
            {opened ? "less" : "more"}
          </button>
        </td>
      </tr>
      {opened && <tr class="opened">{children}</tr>}
    </>
  );
}

function Verdict({ confirmed }: { confirmed: boolean | null }) {
  if (confirmed === null) return <td class="verdict quiet">not tested</td>;
  return (
    <td class={confirmed ? "verdict confirmed" : "verdict unconfirmed"}>
      {confirmed ? "confirmed" : "not confirmed"}
    </td>
  );
}
