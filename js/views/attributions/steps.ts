/** One row's steps from the baseline's output to its own: where each bar begins and ends. */
import type { RowAttributions } from "../../contract/attributions";
import { formatFixed, formatSigned, plural } from "../../ui";

export interface Bar {
  key: string;
  name: string;
  /** The row's cell, "" for what is not one column. */
  cell: string;
  baseline: string;
  value: number | null;
  text: string;
  /** Ends on the track, 0 to 1: from where the bar before ended, or from zero. */
  from: number;
  to: number;
}

export interface Waterfall {
  /** Whether the bars lead from the baseline's output to the row's. */
  sums: boolean;
  bars: readonly Bar[];
  /** Where the outputs stand, or where zero stands when the bars do not add up. */
  start: number;
  end: number;
  startText: string;
  endText: string;
}

/** Bars that are drawn at first. */
export const FIRST = 12;

/** Whether the row has steps that are summed up at first: one alone takes no more room than its sum. */
export function isFolded({ steps }: RowAttributions): boolean {
  return steps.length > FIRST + 1;
}

/** The row with its smaller steps as one. */
export function folded(row: RowAttributions): RowAttributions {
  if (!isFolded(row)) return row;
  const hidden = row.steps.slice(FIRST);
  const sum = hidden.reduce((total, { value }) => total + (value ?? 0), 0);
  const unknown = hidden.some(({ value }) => value === null) || (row.n_others > 0 && row.others === null);
  return {
    ...row,
    steps: row.steps.slice(0, FIRST),
    n_others: row.n_others + hidden.length,
    others: unknown ? null : sum + (row.others ?? 0),
  };
}

export function waterfallOf(row: RowAttributions): Waterfall {
  const { baseline_output: start, output: end, delta } = row;
  const sums = delta !== null && start !== null && end !== null;
  const items = itemsOf(row, sums);
  const decimals = decimalsOf([...items.map(({ value }) => value), ...(sums ? [end - start] : [])]);
  const ends = runningEnds(items, sums ? start : null);
  const all = [...ends.flat(), ...(sums ? [start, end] : [0])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const place = (value: number) => (high > low ? (value - low) / (high - low) : 0.5);
  return {
    sums,
    bars: items
      .map((item, index) => {
        const [from, to] = ends[index] as [number, number];
        return { ...item, text: formatSigned(item.value, decimals), from: place(from), to: place(to) };
      })
      .filter(({ key, text }) => key !== MISSING || Number(text.replace("−", "-").replace(/,/g, "")) !== 0),
    start: place(sums ? start : 0),
    end: place(sums ? end : 0),
    startText: formatFixed(start, decimals),
    endText: formatFixed(end, decimals),
  };
}

/** Digits that tell the largest of `values` to about one per cent. */
export function decimalsOf(values: readonly (number | null)[]): number {
  const largest = Math.max(0, ...values.map((value) => Math.abs(value ?? 0)).filter(Number.isFinite));
  if (largest === 0) return 2;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(largest) + 1e-9) - (largest >= 1 ? 0 : 1)));
}

const OTHERS = "others";
const MISSING = "missing";

type Item = Omit<Bar, "text" | "from" | "to">;

function itemsOf({ steps, n_others, others, delta }: RowAttributions, sums: boolean): Item[] {
  const items: Item[] = steps.map(({ position, name, cell, baseline, value }) => ({
    key: String(position),
    name,
    cell,
    baseline,
    value,
  }));
  const more = (key: string, name: string, value: number | null) =>
    items.push({ key, name, cell: "", baseline: "", value });
  if (n_others > 0) more(OTHERS, plural(n_others, "other"), others);
  if (sums && delta !== null) more(MISSING, "not accounted for", -delta);
  return items;
}

function runningEnds(items: readonly Item[], start: number | null): [number, number][] {
  let at = start ?? 0;
  return items.map(({ value }) => {
    const from = start === null ? 0 : at;
    at = from + (value ?? 0);
    return [from, at];
  });
}
