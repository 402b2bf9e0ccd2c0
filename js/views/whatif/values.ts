/** Values of a row and their edits: what is shown, what a text means, what differs. No drawing. */
import type { Feature, WhatifResult } from "../../contract/generated";
import { formatDate, formatNumber } from "../../ui";

export type Scalar = number | string | boolean | null;
/** Edited values by feature position as text, as the kernel keeps them. */
export type Edits = Readonly<Record<string, Scalar>>;

export const NO_EDITS: Edits = {};

const DAY = 86_400_000;
/** Steps of a slider over its whole range. */
const STEPS = 500;

export function originalValue(result: WhatifResult, feature: Feature): Scalar {
  return (result.values[feature.position] ?? null) as Scalar;
}

export function currentValue(result: WhatifResult, edits: Edits, feature: Feature): Scalar {
  const key = String(feature.position);
  return Object.hasOwn(edits, key) ? (edits[key] ?? null) : originalValue(result, feature);
}

/** `edits` with one more value; a value that equals the original is no edit. */
export function withEdit(result: WhatifResult, edits: Edits, feature: Feature, value: Scalar): Edits {
  const { [String(feature.position)]: _old, ...others } = edits;
  return value === originalValue(result, feature) ? others : { ...others, [feature.position]: value };
}

/** The edits that turn the open row into `target`. */
export function editsTowards(
  result: WhatifResult,
  features: readonly Feature[],
  target: readonly Scalar[],
): Edits {
  return features.reduce<Edits>(
    (edits, feature) => withEdit(result, edits, feature, target[feature.position] ?? null),
    NO_EDITS,
  );
}

export function without(edits: Edits, position: number): Edits {
  const { [String(position)]: _gone, ...others } = edits;
  return others;
}

export function formatValue(feature: Feature, value: Scalar): string {
  if (value === null) return "missing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return feature.kind === "datetime" ? formatDate(value) : formatNumber(value, 6);
}

/** Whether the feature has a range to slide over. */
export function isOrdered(feature: Feature): feature is Feature & { low: number; high: number } {
  const { kind, low, high } = feature;
  return (kind === "numeric" || kind === "datetime") && low !== null && high !== null && high > low;
}

/** Whether the kernel can draw a curve of the feature. */
export function hasCurve(feature: Feature): boolean {
  if (feature.kind === "text") return false;
  return feature.kind === "numeric" || feature.kind === "datetime"
    ? feature.low !== null
    : feature.categories.length > 0;
}

/** A slider's position as a value with no more digits than a step has, and exactly the original when it is near. */
export function sliderValue(feature: Feature, position: number, original: Scalar): number {
  const { low, high } = feature;
  const step = ((high ?? 0) - (low ?? 0)) / STEPS;
  if (typeof original === "number" && Math.abs(position - original) < step / 2) return original;
  return roundTo(position, stepOf(feature));
}

/** The smallest useful difference: 1 for whole numbers, a day or a minute for dates, else a round power of ten. */
export function stepOf(feature: Feature): number {
  if (feature.integer) return 1;
  const range = (feature.high ?? 0) - (feature.low ?? 0);
  if (feature.kind === "datetime") return range > 2 * DAY * STEPS ? DAY : range > DAY ? 60_000 : 1;
  return range > 0 ? 10 ** Math.floor(Math.log10(range / STEPS)) : 1;
}

function roundTo(value: number, step: number): number {
  if (step >= 1) return Math.round(value / step) * step;
  return Number(value.toFixed(Math.min(12, Math.round(-Math.log10(step)))));
}

/** A number as it is typed, or null when the text is none. Accepts what `formatNumber` writes. */
export function parseNumber(text: string): number | null {
  const plain = text.replace(/[,\s]/g, "").replace("−", "-");
  const value = plain === "" ? Number.NaN : Number(plain);
  return Number.isFinite(value) ? value : null;
}

/** A number as a field shows it: no thousands separators; fractions with the digits that fit. */
export function fieldNumber(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
}

/** A date, or a date and time of day, as milliseconds since 1970 UTC; null when the text is none. */
export function parseDate(text: string): number | null {
  const parts = /^\s*(-?\d{4,6}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?\s*$/.exec(text);
  const value = parts === null ? Number.NaN : Date.parse(`${parts[1]}T${parts[2] ?? "00:00"}Z`);
  return Number.isNaN(value) ? null : value;
}

export interface Difference {
  feature: Feature;
  here: Scalar;
  there: Scalar;
}

/** Features in which the edited row and another row differ. */
export function differences(
  result: WhatifResult,
  edits: Edits,
  features: readonly Feature[],
  other: readonly Scalar[],
): Difference[] {
  return features
    .map((feature) => ({
      feature,
      here: currentValue(result, edits, feature),
      there: other[feature.position] ?? null,
    }))
    .filter(({ here, there }) => here !== there);
}

/** Python that asks the same question. Names are written as text literals, so that none can end its comment. */
export function pythonCode(result: WhatifResult, edits: Edits, features: readonly Feature[]): string {
  const lines = features
    .filter(({ position }) => Object.hasOwn(edits, String(position)))
    .map((feature) => {
      const value = pythonLiteral(edits[String(feature.position)] ?? null);
      const was = pythonLiteral(originalValue(result, feature));
      return `    ${feature.position}: ${value},  # ${pythonLiteral(feature.name)}, was ${was}`;
    });
  const changed = lines.length > 0 ? `{\n${lines.join("\n")}\n}` : "{}";
  return `# ${result.output_label.replace(/\s+/g, " ")}; edits by column position\nworkbench.evaluation.predict_edited(${result.row}, ${changed})\n`;
}

function pythonLiteral(value: Scalar): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return JSON.stringify(value);
}

/** The value lies beyond what the data holds: nobody measured the model there. */
export function isOutside({ low, high }: Feature, value: Scalar): boolean {
  return typeof value === "number" && low !== null && high !== null && (value < low || value > high);
}
