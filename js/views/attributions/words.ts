/** The panel's sentences. */
import type {
  AttributionsSummary,
  ComparedAttributions,
  FeatureAttributions,
  RowAttributions,
  RowPlace,
} from "../../contract/attributions";
import { values } from "../../contract/values";
import { columnName, formatCount, formatSeconds, formatSigned, plural } from "../../ui";
import { cellText, type Dots, dotText, equals } from "./dots";
import { decimalsOf } from "./steps";

const WITHOUT_BASELINE = new Set(["saliency", "input_x_gradient"]);

export function leadSentence(result: AttributionsSummary): string {
  const { method, method_label: label, baseline_note: baseline, method_reason: reason } = result;
  const against = WITHOUT_BASELINE.has(method) ? "" : `, compared with the ${baseline}`;
  return `${label}${against}. ${reason === "" ? "" : `Chosen: ${reason}.`}`.trim();
}

/** "log-odds of late". */
export function outputWords({ unit, target }: { unit: string; target: string }): string {
  return target === "" ? unit : `${unit} of ${target}`;
}

/** Why the bars do not lead from the baseline's output to the row's: the method, or columns without a number. */
export function whyNoSum({ steps }: RowAttributions): string {
  const unknown = steps.filter(({ value }) => value === null).map(({ name }) => columnName(name));
  const [first, second] = unknown;
  if (first === undefined) return "This method's numbers rank the columns; they do not add up to the output.";
  const names =
    unknown.length > 2 ? plural(unknown.length, "column") : [first, second].filter(Boolean).join(" and ");
  const has = unknown.length > 1 ? "have" : "has";
  return `${names} ${has} no number for this row, so the bars do not add up to the output.`;
}

export function rowTitle({ row, why }: RowAttributions): string {
  return `Row ${formatCount(row)}${why === "" ? "" : `, ${why}`}`;
}

/** "3 of 120 in the selection, by loss". */
export function placeWords({ at, total, rows, by_loss }: RowPlace): string {
  if (at === null) return `not among the ${formatCount(total)} ${rows}`;
  const place = `${formatCount(at + 1)} of ${formatCount(total)} ${rows}`;
  return by_loss ? `${place}, by loss` : place;
}

/** "Row 12: age = 81 (+0.39)": one dot of a column. */
export function dotWords(feature: FeatureAttributions, dots: Dots, dot: number, column: number): string {
  const value = dots.values[dot * dots.width + column] as number;
  return `Row ${formatCount(dots.rows[dot] as number)}: ${stepWords(feature, dots, dot, column, value)}`;
}

/** "Row 12: age = 81 (+0.39), member = False (+0.07)": the largest steps of a row. */
export function rowWords(features: readonly FeatureAttributions[], dots: Dots, dot: number): string {
  const largest = features
    .map((feature, column) => ({ feature, column, value: dots.values[dot * dots.width + column] as number }))
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value))
    .slice(0, 3)
    .map(({ feature, column, value }) => stepWords(feature, dots, dot, column, value));
  return `Row ${formatCount(dots.rows[dot] as number)}: ${largest.join(", ")}`;
}

function stepWords(
  feature: FeatureAttributions,
  dots: Dots,
  dot: number,
  column: number,
  value: number,
): string {
  const cell = dotText(feature, dots, dot, column);
  const amount = formatSigned(value, decimalsOf([dots.low, dots.high]));
  return `${columnName(feature.name)}${equals(cell)} (${amount})`;
}

export function footNotes(result: AttributionsSummary): string[] {
  const { n_rows: attributed, n, sampled, seed, seconds, dots } = result;
  const [drawn = 0] = dots.rows.shape;
  const rows = sampled
    ? `${formatCount(attributed)} of ${plural(n, "row")} attributed, seed ${seed}`
    : `${plural(attributed, "row")} attributed`;
  const notes = [rows];
  if (drawn === 0) notes.push("no dots: the file holds the values of none of these rows");
  else if (drawn < attributed)
    notes.push(`${formatCount(drawn)} of them drawn as dots, means of all ${formatCount(attributed)}`);
  const inexact = [...values(dots.rounded)].filter((one) => one === 1).length;
  if (inexact > 0)
    notes.push(`${plural(inexact, "dot")} of rows that this file does not carry: numbers rounded`);
  if (seconds !== null && seconds > 0) notes.push(formatSeconds(seconds));
  return notes;
}

/** "On average lowest at 5.2 (−0.31), highest at 22.4 (+0.44). Missing in 12 rows: −0.02." */
export function dependenceSentence(feature: FeatureAttributions): string {
  return [valuesSentence(feature), missingSentence(feature)].filter((part) => part !== "").join(" ");
}

function missingSentence({ curve: { n_missing, missing_mean } }: FeatureAttributions): string {
  if (n_missing === 0) return "";
  return `Missing in ${plural(n_missing, "row")}: ${formatSigned(missing_mean, decimalsOf([missing_mean]))} on average.`;
}

function valuesSentence(feature: FeatureAttributions): string {
  const [x, mean] = [values(feature.curve.x), values(feature.curve.mean)];
  if (mean.length === 1) {
    const value = mean[0] as number;
    return `Always ${cellText(feature, x[0] as number)}: ${formatSigned(value, decimalsOf([value]))} on average.`;
  }
  if (mean.length === 0) return "";
  let [low, high] = [0, 0];
  for (let bin = 1; bin < mean.length; bin++) {
    if ((mean[bin] as number) < (mean[low] as number)) low = bin;
    if ((mean[bin] as number) > (mean[high] as number)) high = bin;
  }
  const decimals = decimalsOf([mean[low] as number, mean[high] as number]);
  const at = (bin: number) =>
    `${cellText(feature, x[bin] as number)} (${formatSigned(mean[bin] as number, decimals)})`;
  return `On average lowest at ${at(low)}, highest at ${at(high)}.`;
}

export function comparedSentence({
  n_selected,
  n_all,
  n_rest,
  seed,
  features,
}: ComparedAttributions): string {
  const [first] = features;
  const some =
    n_selected < n_all
      ? `${formatCount(n_selected)} of ${plural(n_all, "row")}, seed ${seed}`
      : plural(n_all, "row");
  const told = `${some}, against ${formatCount(n_rest)} others.`;
  return first === undefined ? told : `${told} ${columnName(first.name)} differs most.`;
}
