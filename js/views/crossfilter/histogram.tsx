/** One histogram of the strip: its name, its bars, and the brush on it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { columnName, MiddleEllipsis } from "../../ui";
import type { Brushing } from "./brushing";
import { layoutOf, leftOf } from "./geometry";
import { type Colors, HEIGHT, paint, sized } from "./paint";
import { type Histogram, type Range, type Strip, wordsOf } from "./strip";
import { useGestures } from "./use_gestures";

interface HistogramProps {
  strip: Strip;
  histogram: Histogram;
  brushing: Brushing;
  width: number;
  colors: Colors;
  /** Why it cannot be brushed, or "". */
  idle: string;
  /** What is said of a range, for people who hear it. */
  describe: (histogram: Histogram, range: Range) => string;
  onPoint: (histogram: Histogram, bin: number | null) => void;
}

export function HistogramView(props: HistogramProps) {
  const { strip, histogram, brushing, width, colors, idle, describe, onPoint } = props;
  const { index, size, starts, ends, labels, nValues, name } = histogram;
  const canvas = useRef<HTMLCanvasElement>(null);
  const brush = brushing.brushes.get(index);
  const still = idle !== "" || !histogram.selectable;
  const gestures = useGestures({ canvas, histogram, brushing, width, still, onPoint });

  useLayoutEffect(() => {
    const context = canvas.current && width > 0 ? sized(canvas.current, width) : null;
    if (context === null) return;
    const { all, full } = strip;
    paint(context, histogram, width, { all, full, shown: brushing.shown, brush }, colors);
  });
  return (
    <div class={brush ? "histogram brushed" : "histogram"}>
      <div class="caption">
        <MiddleEllipsis text={columnName(name)} />
        {brush && (
          <button
            type="button"
            class="undo"
            aria-label={`Clear the brush on ${name}`}
            onClick={() => void brushing.clear(index)}
          >
            ×
          </button>
        )}
      </div>
      <canvas
        ref={canvas}
        style={{ height: `${HEIGHT}px` }}
        role="slider"
        tabIndex={still ? -1 : 0}
        aria-label={columnName(name)}
        aria-disabled={still}
        aria-valuemin={0}
        aria-valuemax={size - 1}
        aria-valuenow={brush?.[0] ?? 0}
        aria-valuetext={brush ? describe(histogram, brush) : "all rows"}
        title={still ? idle || "No query can name the values of this column" : undefined}
        {...gestures}
      />
      <div class="ticks" style={{ minWidth: `${barsEnd(histogram, width)}px` }}>
        {brush ? (
          <b title={wordsOf(histogram, brush)}>{wordsOf(histogram, brush)}</b>
        ) : (
          <>
            <Tick text={starts[0] ?? labels[0]} />
            {nValues > 1 && <Tick text={ends[nValues - 1] ?? labels[nValues - 1]} />}
          </>
        )}
      </div>
    </div>
  );
}

function Tick({ text }: { text: string | undefined }) {
  return <span title={text}>{text}</span>;
}

/** The words under the bars end where the bars end, unless they need more room. */
function barsEnd(histogram: Histogram, width: number): number {
  const { nValues } = histogram;
  const layout = layoutOf(histogram, width);
  return nValues < 2 ? width : Math.floor(leftOf(histogram, layout, nValues - 1) + layout.pitch);
}
