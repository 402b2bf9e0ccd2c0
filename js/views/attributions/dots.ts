/** The drawn rows: typed arrays, the scale that all columns share, and where each dot of a swarm stands. */
import type {
  AttributionDots,
  AttributionsSummary,
  FeatureAttributions,
  RowAttributions,
} from "../../contract/attributions";
import { values as read, type Values } from "../../contract/values";
import { formatDate, formatNumber } from "../../ui";

/** Level of a cell that has no place among its column's values. */
export const NO_LEVEL = 255;

export interface Dots {
  count: number;
  width: number;
  rows: Values;
  values: Values;
  levels: Values;
  x: Values;
  /** 1 where the numbers in `x` are only as exact as a plot shows them. */
  rounded: Values;
  low: number;
  high: number;
  /** Whether some cells have no place among their column's values. */
  unordered: boolean;
}

export function readDots({ dots, features }: AttributionsSummary): Dots {
  const values = read(dots.values);
  const [count = 0, width = 0] = dots.values.shape;
  let [low, high] = [0, 0];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low === high) [low, high] = [-1, 1];
  const levels = read(dots.levels);
  return {
    count,
    width,
    rows: read(dots.rows),
    values,
    levels,
    unordered: levels.includes(NO_LEVEL),
    x: cellsOf(dots, features),
    rounded: read(dots.rounded),
    low,
    high,
  };
}

/** The cells, which are sent as what they are above their column's origin. */
function cellsOf(dots: AttributionDots, features: readonly FeatureAttributions[]): Values {
  const [above, cells] = [read(dots.x), new Float64Array(read(dots.x).length)];
  const width = features.length;
  for (let at = 0; at < cells.length; at++) {
    cells[at] = (above[at] as number) + (features[at % width] as FeatureAttributions).origin;
  }
  return cells;
}

/** Where a value stands on `width` px, with room for a dot at both ends. */
export function across(value: number, { low, high }: { low: number; high: number }, width: number): number {
  return EDGE + ((value - low) / (high - low)) * (width - 2 * EDGE);
}

const EDGE = 4;
/** Dots whose middles are in the same so many px are put above and below one another. */
const LANE = 3;
const DOT_STEP = 2.4;

export interface Swarm {
  /** Middles in px; NaN for what cannot be drawn. */
  x: Float32Array;
  y: Float32Array;
}

export function swarmOf(dots: Dots, column: number, width: number, height: number): Swarm {
  const { count } = dots;
  const [x, y] = [new Float32Array(count), new Float32Array(count).fill(height / 2)];
  const lanes = new Map<number, number[]>();
  for (let dot = 0; dot < count; dot++) {
    const value = dots.values[dot * dots.width + column] as number;
    x[dot] = across(value, dots, width);
    if (Number.isNaN(value)) continue;
    const lane = Math.round((x[dot] as number) / LANE);
    const members = lanes.get(lane);
    if (members) members.push(dot);
    else lanes.set(lane, [dot]);
  }
  let fullest = 1;
  for (const members of lanes.values()) fullest = Math.max(fullest, members.length);
  const step = Math.min(DOT_STEP, (height - 6) / fullest);
  for (const members of lanes.values()) {
    members.forEach((dot, place) => {
      const side = place % 2 === 0 ? 1 : -1;
      y[dot] = height / 2 + side * Math.ceil(place / 2) * step;
    });
  }
  return { x, y };
}

/** The dot nearest to a point, at most `reach` px away. */
export function dotAt({ x, y }: Swarm, px: number, py: number, reach = 6): number | null {
  let [found, nearest]: [number | null, number] = [null, reach * reach];
  for (let dot = 0; dot < x.length; dot++) {
    const distance = ((x[dot] as number) - px) ** 2 + ((y[dot] as number) - py) ** 2;
    if (distance <= nearest) [found, nearest] = [dot, distance];
  }
  return found;
}

/** A cell in words: its label, its date, its number. */
export function cellText(feature: FeatureAttributions, x: number): string {
  if (feature.kind === "text") return "";
  if (Number.isNaN(x)) return "missing";
  if (feature.labels.length > 0) return feature.labels[x] ?? "missing";
  if (feature.kind === "datetime") return formatDate(x);
  return formatNumber(feature.whole ? Math.round(x) : x);
}

/** A drawn row's cell in words, "≈ 14.2" where the file holds no more of it. */
export function dotText(feature: FeatureAttributions, dots: Dots, dot: number, column: number): string {
  const x = dots.x[dot * dots.width + column] as number;
  const text = cellText(feature, x);
  const isRounded = dots.rounded[dot] === 1 && feature.labels.length === 0 && Number.isFinite(x);
  return isRounded && text !== "" ? `≈ ${text}` : text;
}

/** " = 14.2", " ≈ 14.2", or nothing. */
export function equals(cell: string): string {
  if (cell === "") return "";
  return cell.startsWith("≈") ? ` ${cell}` : ` = ${cell}`;
}

/** The dots that can be seen, from left to right and from the bottom up. */
export function orderOf({ x, y }: Swarm): number[] {
  return Array.from(x.keys())
    .filter((dot) => !Number.isNaN(x[dot]) && !Number.isNaN(y[dot]))
    .sort(
      (one, other) => (x[one] as number) - (x[other] as number) || (y[other] as number) - (y[one] as number),
    );
}

/** The steps of a drawn row, for places where no kernel computes them. */
export function rowOfDot(summary: AttributionsSummary, dots: Dots, dot: number): RowAttributions {
  const { outputs, baseline_outputs, deltas, targets } = summary.dots;
  const [output, start, delta] = [outputs, baseline_outputs, deltas].map(
    (array) => read(array)[dot] as number,
  );
  const steps = summary.features
    .map((feature, column) => ({
      position: feature.position,
      name: feature.name,
      cell: dotText(feature, dots, dot, column),
      baseline: "",
      value: dots.values[dot * dots.width + column] as number,
    }))
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
  const sums = delta !== undefined && !Number.isNaN(delta);
  const shown = steps.reduce((sum, { value }) => sum + value, 0);
  const whole = (output ?? 0) - (start ?? 0) + (sums ? delta : 0);
  return {
    row: dots.rows[dot] as number,
    why: "chosen here",
    target: summary.class_names[read(targets)[dot] as number] ?? "",
    unit: summary.unit,
    output: output ?? null,
    baseline_output: start ?? null,
    delta: sums ? delta : null,
    steps,
    // What is not drawn is known only where everything adds up.
    n_others: sums ? summary.n_others : 0,
    others: sums ? whole - shown : null,
    notes: [],
    method: summary.method,
    place: null,
  };
}
