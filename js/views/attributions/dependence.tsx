/** How a column's attribution runs over its values: a dot per row, and the means of all rows. */
import { useCallback, useMemo } from "preact/hooks";
import type { FeatureAttributions } from "../../contract/attributions";
import { type Values, values } from "../../contract/values";
import { columnName, formatSigned, useSize } from "../../ui";
import { DotCanvas, type DotHandlers } from "./dot_canvas";
import type { Dots } from "./dots";
import { Means } from "./means";
import { type Colors, type Plot, paintPlot } from "./paint";
import { decimalsOf } from "./steps";
import { dateTicks, numberTicks } from "./ticks";
import { dependenceSentence, dotWords } from "./words";

const HEIGHT = 150;
const EDGE = 8;

interface DependenceProps extends DotHandlers {
  feature: FeatureAttributions;
  column: number;
  dots: Dots;
  colors: Colors;
  unit: string;
  /** The dot that is pointed at or open. */
  marked: number | null;
}

export function DependencePlot({ feature, column, dots, colors, unit, ...handlers }: DependenceProps) {
  const { ref, width } = useSize<HTMLDivElement>();
  const ranges = useMemo(() => rangesOf(feature, column, dots), [feature, column, dots]);
  const plot = useMemo(
    () => plotOf(feature, column, dots, ranges, width),
    [feature, column, dots, ranges, width],
  );
  const paint = useCallback(
    (context: CanvasRenderingContext2D) => paintPlot(context, plot, width, colors),
    [plot, width, colors],
  );
  const decimals = decimalsOf([ranges.low, ranges.high]);
  const sentence = dependenceSentence(feature);
  const name = columnName(feature.name);
  if (values(feature.curve.x).length === 0) {
    return (
      <section class="dependence" aria-label={`How ${name} acts`}>
        <h3>How {name} acts</h3>
        <p class="small">No row has a value to plot. {sentence}</p>
      </section>
    );
  }
  return (
    <section class="dependence" aria-label={`How ${name} acts`}>
      <h3>How {name} acts</h3>
      <p class="small">
        {sentence} {marksSentence(feature, dots)}; up pushes the {unit} up.
      </p>
      <div class="plot" ref={ref}>
        <span class="y-high small" aria-hidden="true">
          {formatSigned(ranges.high, decimals)}
        </span>
        <span class="y-low small" aria-hidden="true">
          {formatSigned(ranges.low, decimals)}
        </span>
        <DotCanvas
          places={plot}
          width={width}
          height={HEIGHT}
          paint={paint}
          label={`${name} by row`}
          words={(dot) => dotWords(feature, dots, dot, column)}
          {...handlers}
          tabStop={dots.count > 0}
        />
      </div>
      <XAxis feature={feature} ranges={ranges} width={width} />
      <p class="pointed small">
        {handlers.marked === null ? "" : dotWords(feature, dots, handlers.marked, column)}
      </p>
      <Means feature={feature} />
    </section>
  );
}

function marksSentence({ labels }: FeatureAttributions, { count }: Dots): string {
  if (labels.length > 0)
    return count > 0 ? "Dots are rows, lines the means of all" : "Lines are the means of all";
  return count > 0 ? "Dots are rows, the line the mean of all" : "The line is the mean of all";
}

interface Ranges {
  left: number;
  right: number;
  low: number;
  high: number;
}

function rangesOf({ labels, curve }: FeatureAttributions, column: number, dots: Dots): Ranges {
  const means = values(curve.mean);
  const at = (source: Values) => (dot: number) => source[dot * dots.width + column] as number;
  const [low, high] = rangeOf(dots.count, at(dots.values), [0, ...means]);
  const [left, right] =
    labels.length > 0 ? [-0.5, labels.length - 0.5] : rangeOf(dots.count, at(dots.x), [...values(curve.x)]);
  return { left, right, low, high };
}

function rangeOf(count: number, at: (dot: number) => number, more: readonly number[]): [number, number] {
  let low = Math.min(...more, Number.POSITIVE_INFINITY);
  let high = Math.max(...more, Number.NEGATIVE_INFINITY);
  for (let dot = 0; dot < count; dot++) {
    const value = at(dot);
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high > low ? [low, high] : [low - 1, low + 1];
}

function plotOf(
  { labels, curve }: FeatureAttributions,
  column: number,
  dots: Dots,
  { left, right, low, high }: Ranges,
  width: number,
): Plot {
  const across = (value: number) => EDGE + ((value - left) / (right - left)) * (width - 2 * EDGE);
  const down = (value: number) => HEIGHT - EDGE - ((value - low) / (high - low)) * (HEIGHT - 2 * EDGE);
  const { count } = dots;
  const [x, y, up] = [new Float32Array(count), new Float32Array(count), new Uint8Array(count)];
  // Categories are spread inside their place, always in the same way.
  const spread = labels.length > 0 ? 0.5 : 0;
  for (let dot = 0; dot < count; dot++) {
    const at = dot * dots.width + column;
    const value = dots.values[at] as number;
    x[dot] = across((dots.x[at] as number) + spread * (((dot * 0.618034) % 1) - 0.5));
    y[dot] = down(value);
    up[dot] = value > 0 ? 1 : 0;
  }
  const means = values(curve.mean);
  const points = [...values(curve.x)].map(
    (value, bin) => [across(value), down(means[bin] as number)] as const,
  );
  return { x, y, up, means: points, joined: labels.length === 0, zero: down(0) };
}

function XAxis({ feature, ranges, width }: { feature: FeatureAttributions; ranges: Ranges; width: number }) {
  const { labels } = feature;
  if (labels.length > 0) {
    const each = (width - 2 * EDGE) / labels.length;
    return (
      <div class="x-labels small" style={{ padding: `0 ${EDGE}px` }} aria-hidden="true">
        {labels.map((label) => (
          <span key={label} title={label} style={{ width: `${each}px` }}>
            {label}
          </span>
        ))}
      </div>
    );
  }
  const { left, right } = ranges;
  const ticks =
    feature.kind === "datetime" ? dateTicks(left, right) : numberTicks(left, right, feature.whole);
  const at = (value: number) => Math.min(1, Math.max(0, (value - left) / (right - left)));
  return (
    <div class="x-axis small" aria-hidden="true">
      {ticks.map(({ value, text }) => (
        <span
          key={value}
          style={{
            left: `${EDGE + at(value) * Math.max(0, width - 2 * EDGE)}px`,
            transform: `translateX(-${(100 * at(value)).toFixed(0)}%)`,
          }}
        >
          {text}
        </span>
      ))}
    </div>
  );
}
