/** Under the strip: what the colours mean, what is under the pointer, and the way back to all rows. */
import type { CodedError } from "../../contract/errors";
import { formatCount, LinkButton } from "../../ui";
import type { Brushing } from "./brushing";
import { type Histogram, type Range, type Strip, totalOf } from "./strip";
import { legend, rangeSentence, rowsText } from "./words";

interface FootProps {
  strip: Strip;
  brushing: Brushing;
  pointed: { histogram: Histogram; bin: number } | null;
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
  const total = strip.histograms.length;
  const selected = brushing.shown === null ? null : rowsIn(strip, brushing);
  return (
    <div class="foot">
      <span class="legend">
        <i class="rows" /> rows <i class="errors" /> {legend(strip)}
      </span>
      <span class="said" role="status">
        {error && <em>{error.message}</em>}
        {!error &&
          pointed &&
          rangeSentence(
            strip,
            pointed.histogram,
            one(pointed.bin),
            totalOf(bins, pointed.histogram, one(pointed.bin)),
          )}
        {!error &&
          !pointed &&
          (selected === null
            ? strip.n === 1
              ? rowsText(strip)
              : `all ${rowsText(strip)}`
            : `${formatCount(selected)} of ${rowsText(strip)}`)}
      </span>
      {single && <span>one brush at a time in this file</span>}
      <span class="grow" />
      {brushing.shown !== null && (
        <LinkButton onClick={() => void brushing.clear()}>Show all rows</LinkButton>
      )}
      {(hidden > 0 || open) && (
        <LinkButton onClick={onToggle}>{open ? "Fewer columns" : `All ${total} columns`}</LinkButton>
      )}
    </div>
  );
}

function one(bin: number): Range {
  return [bin, bin];
}

/** Rows that are shown: the bins of any histogram add up to them, those of a brushed one within its brush. */
function rowsIn({ histograms }: Strip, { brushes, shown }: Brushing): number {
  const histogram = histograms.find(({ index }) => brushes.has(index)) ?? histograms[0];
  if (histogram === undefined || shown === null) return 0;
  return totalOf(shown, histogram, brushes.get(histogram.index) ?? [0, histogram.size - 1]).rows;
}
