/** The values that a range over a column can take: round ones, about two hundred over the whole. */
import type { BuilderColumn } from "../../../contract/slices";
import { formatDate, formatNumber } from "../../../ui";
import { moment } from "./parse";

const DAY = 86_400_000;
const MOMENT_STEPS = [30 * DAY, 7 * DAY, DAY, 3_600_000, 60_000, 1000];
const STEPS_OVER_ALL = 200;

export function stepOf({ kind, integer = false, low, high }: BuilderColumn): number {
  const width = (high ?? 1) - (low ?? 0);
  if (kind === "datetime") {
    return MOMENT_STEPS.find((step) => width / step >= STEPS_OVER_ALL / 4) ?? 1;
  }
  const power = 10 ** Math.floor(Math.log10(width / STEPS_OVER_ALL));
  const step =
    [1, 2, 5, 10].map((each) => each * power).find((each) => width / each <= STEPS_OVER_ALL) ?? power;
  return integer ? Math.max(1, Math.round(step)) : step;
}

/** The nearest round value; without the digits that arithmetic adds. */
export function snapped(value: number, step: number): number {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  return Number((Math.round(value / step) * step).toFixed(Math.min(20, digits)));
}

export function boundText(value: number | null, { kind }: BuilderColumn): string {
  if (value === null) return "";
  return kind === "datetime"
    ? formatDate(value)
    : formatNumber(value, 8).replaceAll(",", "").replace("−", "-");
}

/** What was typed as a bound: null when nothing, NaN when it cannot be read. */
export function readBound(text: string, { kind }: BuilderColumn): number | null {
  if (text.trim() === "") return null;
  return kind === "datetime" ? moment(text) : Number(text.replaceAll(",", ""));
}
