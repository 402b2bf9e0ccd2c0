/** A range dragged over a column's histogram; two thumbs for the keyboard, two fields for exact bounds. */
import { useRef } from "preact/hooks";
import type { BuilderColumn } from "../../../contract/slices";
import { values } from "../../../contract/values";
import { columnName } from "../../../ui";
import { Histogram, place } from "../../../ui/data_slider";
import { NO_RANGE, type Range } from "./conditions";
import { boundText, readBound, snapped, stepOf } from "./range_steps";

interface RangeBrushProps {
  column: BuilderColumn;
  range: Range;
  onChange: (range: Range) => void;
}

export function RangeBrush({ column, range, onChange }: RangeBrushProps) {
  const [lowest, highest] = [column.low ?? 0, column.high ?? 1];
  const step = stepOf(column);
  const [low, high] = [range.low ?? lowest, range.high ?? highest];
  const name = columnName(column.name);
  /** A bound at the end of the data is no bound. */
  const set = (a: number, b: number) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    onChange({
      ...NO_RANGE,
      low: from - lowest < step / 2 ? null : snapped(from, step),
      high: highest - to < step / 2 ? null : snapped(to, step),
    });
  };
  const drag = useDrag(lowest, highest, set);
  return (
    <div class="range">
      <Bound
        column={column}
        side="From"
        value={range.low}
        onChange={(bound) => onChange({ ...range, low: bound, lowOpen: false })}
      />
      <div class="data-slider range-plot" {...drag}>
        <div class="plot" aria-hidden="true">
          {column.counts && <Histogram counts={values(column.counts)} tone="calm" />}
          {(range.low !== null || range.high !== null) && (
            <span
              class="chosen"
              style={{ left: place(low, lowest, highest), width: width(low, high, lowest, highest) }}
            />
          )}
          <span class="baseline" />
        </div>
        {/* In the upper half the lower thumb lies on top: thumbs that meet at the end can still be parted. */}
        {(["low", "high"] as const).map((side) => (
          <input
            type="range"
            key={side}
            aria-label={`${side === "low" ? "Lowest" : "Highest"} ${name}`}
            aria-valuetext={boundText(side === "low" ? low : high, column)}
            min={lowest}
            max={highest}
            step={step}
            value={side === "low" ? low : high}
            style={{ zIndex: side === "low" && low > (lowest + highest) / 2 ? 1 : undefined }}
            onInput={(event) => {
              const value = event.currentTarget.valueAsNumber;
              if (side === "low") set(Math.min(value, high), high);
              else set(low, Math.max(value, low));
            }}
          />
        ))}
      </div>
      <Bound
        column={column}
        side="To"
        value={range.high}
        onChange={(bound) => onChange({ ...range, high: bound, highOpen: false })}
      />
    </div>
  );
}

function width(low: number, high: number, lowest: number, highest: number): string {
  return highest > lowest ? `${((100 * (high - low)) / (highest - lowest)).toFixed(3)}%` : "100%";
}

/** Dragging over the plot sets both bounds; the thumbs keep their own dragging. */
function useDrag(lowest: number, highest: number, set: (a: number, b: number) => void) {
  const anchor = useRef<number | null>(null);
  const valueAt = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.querySelector(".plot")?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return lowest;
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return lowest + share * (highest - lowest);
  };
  return {
    onPointerDown(event: PointerEvent & { currentTarget: HTMLElement }) {
      if (event.button !== 0 || (event.target as HTMLElement).tagName === "INPUT") return;
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      anchor.current = valueAt(event);
    },
    onPointerMove(event: PointerEvent & { currentTarget: HTMLElement }) {
      if (anchor.current !== null) set(anchor.current, valueAt(event));
    },
    onPointerUp: () => {
      anchor.current = null;
    },
    onPointerCancel: () => {
      anchor.current = null;
    },
  };
}

interface BoundProps {
  column: BuilderColumn;
  side: "From" | "To";
  value: number | null;
  onChange: (bound: number | null) => void;
}

function Bound({ column, side, value, onChange }: BoundProps) {
  return (
    <input
      class="input num bound"
      type="text"
      aria-label={`${side}, ${columnName(column.name)}`}
      placeholder={boundText(side === "From" ? column.low : column.high, column)}
      value={boundText(value, column)}
      onChange={(event) => {
        const bound = readBound(event.currentTarget.value, column);
        if (bound === null || Number.isFinite(bound)) onChange(bound);
        else event.currentTarget.value = boundText(value, column);
      }}
    />
  );
}
