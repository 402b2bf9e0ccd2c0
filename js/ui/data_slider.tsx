/** A slider that shows the data it moves over: a histogram behind it, the original value's mark, named stops. */
import { useMemo } from "preact/hooks";

export interface Bars {
  /** Heights per bin of equal width over the whole range; drawn relative to their own highest. */
  counts: ArrayLike<number>;
  tone: "calm" | "hot";
}

interface DataSliderProps {
  /** Accessible name. */
  label: string;
  low: number;
  high: number;
  step: number | "any";
  value: number | null;
  /** The value in words, for people who do not see the slider. */
  valueText: string;
  bars: readonly Bars[];
  /** Where the unchanged value stands. */
  original?: number | null;
  disabled?: boolean;
  /** While it is dragged or moved by key. */
  onInput: (value: number) => void;
  /** Before the first movement of a drag. */
  onStart?: () => void;
  /** When it is let go. */
  onCommit?: (value: number) => void;
}

export function DataSlider(props: DataSliderProps) {
  const { label, low, high, step, value, valueText, bars, original = null, disabled = false } = props;
  const { onInput, onStart, onCommit } = props;
  return (
    <div class={value === null ? "data-slider empty" : "data-slider"}>
      <div class="plot" aria-hidden="true">
        {bars.map(({ counts, tone }) => (
          <Histogram key={tone} counts={counts} tone={tone} />
        ))}
        <span class="baseline" />
        {original !== null && <span class="original" style={{ left: place(original, low, high) }} />}
      </div>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={valueText}
        min={low}
        max={high}
        step={step}
        value={value ?? (low + high) / 2}
        disabled={disabled}
        onPointerDown={onStart}
        onFocus={onStart}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
        onChange={(event) => onCommit?.(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

/** Where a value stands between `low` and `high`, as a CSS length. */
export function place(value: number, low: number, high: number): string {
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return `${(100 * Math.min(1, Math.max(0, share))).toFixed(3)}%`;
}

/** One path for all bars: a bin that holds rows is never invisible. */
export function Histogram({ counts, tone }: Bars) {
  const path = useMemo(() => {
    let highest = 0;
    for (let bin = 0; bin < counts.length; bin++) highest = Math.max(highest, counts[bin] ?? 0);
    let drawn = "";
    for (let bin = 0; bin < counts.length; bin++) {
      const count = counts[bin] ?? 0;
      if (count <= 0) continue;
      const height = Math.max(4, (100 * count) / highest);
      drawn += `M${bin + 0.06} 100v-${height.toFixed(1)}h.88V100z`;
    }
    return drawn;
  }, [counts]);
  return (
    <svg
      class={tone}
      viewBox={`0 0 ${Math.max(1, counts.length)} 100`}
      preserveAspectRatio="none"
      role="presentation"
    >
      <path d={path} />
    </svg>
  );
}
