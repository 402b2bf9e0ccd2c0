/** The threshold slider over both classes' scores, with the stops that people ask for. */
import { useMemo, useState } from "preact/hooks";
import { formatCount, formatFixed } from "../../ui";
import { DataSlider } from "../../ui/data_slider";
import { bestF1Stop, type Sweep, scoreHistogram, youdenStop } from "./counts";

interface ThresholdBarProps {
  sweep: Sweep;
  value: number;
  /** While it is dragged. */
  onMove: (value: number) => void;
  /** When it is let go, typed, or one of the named stops is chosen. */
  onDecide: (value: number) => void;
  positive: string;
  negative: string;
}

export function ThresholdBar({ sweep, value, onMove, onDecide, positive, negative }: ThresholdBarProps) {
  const histogram = useMemo(() => scoreHistogram(sweep), [sweep]);
  const marks = useMemo(() => namedStops(sweep), [sweep]);
  return (
    <section class="threshold" aria-label="Threshold">
      <div class="heading">
        <div>
          <b>Threshold</b> <span class="quiet">a row is called {positive} from a score of</span>{" "}
          <ThresholdInput value={value} onDecide={onDecide} />
        </div>
        <span class="stops">
          {marks.map(({ label, at, title }) => (
            <button
              type="button"
              class="chip"
              key={label}
              title={title}
              aria-pressed={Math.abs(at - value) < 1e-9}
              onClick={() => onDecide(at)}
            >
              {label} <small>{formatFixed(at, 3)}</small>
            </button>
          ))}
        </span>
      </div>
      <DataSlider
        label={`Threshold for ${positive}`}
        low={0}
        high={1}
        step={0.001}
        value={value}
        valueText={`${formatFixed(value, 3)}`}
        bars={[
          { counts: histogram.negative, tone: "calm" },
          { counts: histogram.positive, tone: "hot" },
        ]}
        onInput={onMove}
        onCommit={onDecide}
      />
      <div class="axis small">
        <span>0</span>
        <span>
          scores of <i class="block calm" /> {negative} ({formatCount(sweep.negatives)}) and{" "}
          <i class="block hot" /> {positive} ({formatCount(sweep.positives)}), each to its own scale
        </span>
        <span>1</span>
      </div>
    </section>
  );
}

function namedStops(sweep: Sweep) {
  const at = (stop: number) => sweep.thresholds[stop] ?? 0;
  return [
    { label: "Even", at: 0.5, title: "0.5" },
    { label: "Best F1", at: at(bestF1Stop(sweep)), title: "The highest F1 on these rows" },
    {
      label: "Youden",
      at: at(youdenStop(sweep)),
      title: "The highest recall plus specificity on these rows (Youden's J)",
    },
  ];
}

/** Takes effect on Enter and when it is left, so that half a number does nothing. */
function ThresholdInput({ value, onDecide }: { value: number; onDecide: (value: number) => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  const decide = () => {
    const wanted = draft === null || draft === "" ? Number.NaN : Number(draft);
    if (wanted >= 0 && wanted <= 1) onDecide(wanted);
    setDraft(null);
  };
  return (
    <input
      class="input number"
      inputMode="decimal"
      aria-label="Threshold, 0 to 1"
      value={draft ?? formatFixed(value, 3)}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onBlur={decide}
      onKeyDown={(event) => event.key === "Enter" && decide()}
    />
  );
}
