/** Under the strip: what the colours mean, what is under the pointer, and the way back to all rows. */
import type { CodedError } from "../../contract/errors";
import { formatCount, LinkButton, plural } from "../../ui";
import type { Brushing } from "./brushing";
import { type Bins, type Histogram, type Range, type Strip, totalOf } from "./strip";
import { legend, meanText, rangeSentence, rowsText } from "./words";

export interface Pointed {
  histogram: Histogram;
  bin: number;
}

interface FootProps {
  strip: Strip;
  brushing: Brushing;
  /** What is under the pointer. */
  pointed: Pointed | null;
  error: CodedError | null;
  /** In a file: one brush at a time. */
  single: boolean;
  hidden: number;
  open: boolean;
  onToggle: () => void;
}

export function Foot(props: FootProps) {
  const { strip, brushing, pointed, error, single, hidden, open, onToggle } = props;
  const bins = brushing.shown ?? strip.all;
  return (
    <div class="foot">
      <span class="legend">
        <i class="rows" /> rows <i class="errors" /> {legend(strip)}
      </span>
      <span role="status">
        {error ? <em class="refused">{error.message}</em> : selectedText(strip, brushing)}
      </span>
      {pointed && <span>{pointedText(strip, bins, pointed)}</span>}
      {strip.unknown > 0 && <span>{plural(strip.unknown, "row")} without truth or answer</span>}
      {strip.leftOut.length > 0 && (
        <span title={strip.leftOut.join(", ")}>{plural(strip.leftOut.length, "column")} not drawn</span>
      )}
      {single && <span>one brush at a time in this file</span>}
      <span class="grow" />
      {brushing.shown !== null && (
        <LinkButton onClick={() => void brushing.clear()}>Show all rows</LinkButton>
      )}
      {(hidden > 0 || open) && (
        <LinkButton onClick={onToggle}>
          {open ? "Fewer columns" : `All ${strip.histograms.length} columns`}
        </LinkButton>
      )}
    </div>
  );
}

function pointedText(strip: Strip, bins: Bins, { histogram, bin }: Pointed): string {
  const range: Range = [bin, bin];
  return rangeSentence(strip, histogram, range, totalOf(bins, histogram, range));
}

/** How many rows are shown and how wrong they are: the bins of any histogram add up to them. */
function selectedText(strip: Strip, { brushes, shown }: Brushing): string {
  const bins = shown ?? strip.all;
  const histogram = strip.histograms.find(({ index }) => brushes.has(index)) ?? strip.histograms[0];
  if (histogram === undefined) return rowsText(strip);
  const { rows, mean } = totalOf(bins, histogram, brushes.get(histogram.index) ?? [0, histogram.size - 1]);
  const all = strip.n === 1 ? rowsText(strip) : `all ${rowsText(strip)}`;
  const which = shown === null ? all : `${formatCount(rows)} of ${rowsText(strip)}`;
  return mean === null ? which : `${which}, ${strip.metric} ${meanText(strip, mean)}`;
}
