/** Where an axis has its ticks, and what they say. */
import { formatDate, formatFixed } from "../../ui";

export interface Tick {
  value: number;
  text: string;
}

const ROUND_STEPS = [1, 2, 2.5, 5, 10];
/** Months and hours are counted by three. */
const WHOLE_STEPS = [1, 2, 2.5, 3, 5, 10];

/** At most `count + 1` round numbers within `from` to `to`; whole ones for a column of whole numbers. */
export function numberTicks(from: number, to: number, whole: boolean, count = 4): Tick[] {
  const [low, high] = whole ? [Math.round(from), Math.round(to)] : [from, to];
  const span = high - low;
  if (!Number.isFinite(span) || span <= 0) return [{ value: low, text: formatFixed(low, whole ? 0 : 2) }];
  const magnitude = 10 ** Math.floor(Math.log10(span / count));
  const step = (whole ? WHOLE_STEPS : ROUND_STEPS)
    .map((factor) => factor * magnitude)
    .find(
      (each) =>
        (!whole || Number.isInteger(each)) &&
        Math.floor(high / each + 1e-9) - Math.ceil(low / each - 1e-9) <= count,
    );
  if (step === undefined) return [];
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  const decimals = decimalsOf(step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const value = (first + index) * step;
    return { value, text: formatFixed(value, decimals) };
  });
}

/** Both ends and the middle. */
export function dateTicks(low: number, high: number): Tick[] {
  const values = high > low ? [low, (low + high) / 2, high] : [low];
  const day = 86_400_000;
  const rounded = high - low > 6 * day ? values.map((value) => Math.round(value / day) * day) : values;
  return rounded.map((value) => ({ value, text: formatDate(value) }));
}

function decimalsOf(step: number): number {
  let decimals = 0;
  while (decimals < 6 && Math.abs(step - Number(step.toFixed(decimals))) > step * 1e-6) decimals++;
  return decimals;
}
