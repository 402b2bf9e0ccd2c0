/** One histogram of the strip: its name, its bars, and the brush on it. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { columnName, MiddleEllipsis } from "../../ui";
import type { Brushing } from "./brushing";
import { binAt, dragged, type Grip, gripAt, keyed, layoutOf } from "./geometry";
import { type Colors, HEIGHT, paint, sized } from "./paint";
import { type Histogram, type Range, type Strip, wordsOf } from "./strip";

interface Hold {
  grip: Grip;
  from: number;
  brush: Range | undefined;
}

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

/** A key's brush is let go when no other key follows for so long. */
const KEY_PAUSE_MS = 400;
/** A pointer that only passes by asks for nothing. */
const DWELL_MS = 60;

export function HistogramView(props: HistogramProps) {
  const { strip, histogram, brushing, width, colors, idle, describe, onPoint } = props;
  const { index, size, starts, ends, labels, nValues, name } = histogram;
  const canvas = useRef<HTMLCanvasElement>(null);
  const hold = useRef<Hold | null>(null);
  const timers = useRef<{ key?: number | undefined; dwell?: number | undefined }>({});
  const brush = brushing.brushes.get(index);
  const still = idle !== "" || !histogram.selectable;

  useLayoutEffect(() => {
    const context = canvas.current && width > 0 ? sized(canvas.current, width) : null;
    if (context === null) return;
    const { all, full } = strip;
    paint(context, histogram, width, { all, full, shown: brushing.shown, brush }, colors);
  });
  useEffect(
    () => () => {
      window.clearTimeout(timers.current.key);
      window.clearTimeout(timers.current.dwell);
    },
    [],
  );

  const xOf = (event: PointerEvent) => event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
  const binOf = (event: PointerEvent) => binAt(histogram, layoutOf(histogram, width), xOf(event));
  const release = () => {
    window.clearTimeout(timers.current.key);
    timers.current.key = undefined;
    void brushing.release();
  };

  const down = (event: PointerEvent) => {
    if (still || event.button !== 0) return;
    canvas.current?.setPointerCapture(event.pointerId);
    const grip = gripAt(histogram, layoutOf(histogram, width), brush, xOf(event));
    hold.current = { grip, from: binOf(event), brush };
    brushing.approach(index);
    if (grip === null) brushing.move(index, [hold.current.from, hold.current.from]);
  };
  const move = (event: PointerEvent) => {
    onPoint(histogram, binOf(event));
    const held = hold.current;
    if (held === null) {
      if (canvas.current)
        canvas.current.style.cursor = still ? "default" : cursorOf(histogram, width, brush, xOf(event));
      return;
    }
    brushing.move(index, dragged(size, held.brush, held.grip, held.from, binOf(event)));
  };
  const up = (event: PointerEvent) => {
    const held = hold.current;
    hold.current = null;
    if (held === null) return;
    const unmoved =
      held.grip === "middle" && binOf(event) === held.from && brushing.brushes.get(index) === held.brush;
    const alone = held.brush !== undefined && held.brush[0] === held.brush[1];
    if (unmoved && alone) void brushing.clear(index);
    else {
      if (unmoved) brushing.move(index, [held.from, held.from]);
      release();
    }
  };
  const enter = () => {
    if (still) return;
    timers.current.dwell = window.setTimeout(() => brushing.approach(index), DWELL_MS);
  };
  const leave = () => {
    window.clearTimeout(timers.current.dwell);
    onPoint(histogram, null);
  };
  const press = (event: KeyboardEvent) => {
    if (still) return;
    if (event.key === "Escape" && brush !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      void brushing.clear(index);
      return;
    }
    const next = keyed(size, brush, event.key, event.shiftKey);
    if (next === null) return;
    event.preventDefault();
    brushing.move(index, next);
    window.clearTimeout(timers.current.key);
    timers.current.key = window.setTimeout(release, KEY_PAUSE_MS);
  };
  const blur = () => {
    if (timers.current.key !== undefined) release();
  };

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
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerEnter={enter}
        onPointerLeave={leave}
        onFocus={enter}
        onKeyDown={press}
        onBlur={blur}
      />
      <div class="ticks">
        {brush ? (
          <b title={wordsOf(histogram, brush)}>{wordsOf(histogram, brush)}</b>
        ) : (
          <>
            <span>{starts[0] ?? labels[0]}</span>
            {nValues > 1 && <span>{ends[nValues - 1] ?? labels[nValues - 1]}</span>}
          </>
        )}
      </div>
    </div>
  );
}

function cursorOf(histogram: Histogram, width: number, brush: Range | undefined, x: number): string {
  const grip = gripAt(histogram, layoutOf(histogram, width), brush, x);
  if (grip === "middle") return "grab";
  return grip === null ? "crosshair" : "ew-resize";
}
