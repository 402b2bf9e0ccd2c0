/** The panel's sentences: what was searched, on which rows, and what came of it. */
import type { SlicesResult } from "../../contract/generated";
import { formatCount, formatSeconds, plural } from "../../ui";
import { metricText, type Scale } from "./numbers";

const WHERE = {
  worse: "Where the model does worst",
  better: "Where the model does best",
  difference: "Where the two evaluations differ most",
} as const;

export function leadSentence(result: SlicesResult, scale: Scale): string {
  const { direction, metric_label: label, overall } = result;
  const level = overall === null ? "" : `; ${label} is ${metricText(overall, scale)} over all of them`;
  return `${WHERE[direction]} on ${searchedRows(result)}${level}. ${searchSentence(result)}`;
}

/** "84,194 test rows". */
export function searchedRows({ n, split }: SlicesResult): string {
  return split === "" ? plural(n, "row") : `${formatCount(n)} ${split} ${n === 1 ? "row" : "rows"}`;
}

function searchSentence({ slices, n_searched: candidates, n_confirmation: held }: SlicesResult): string {
  if (candidates === 0) return "Nothing was searched.";
  const count = plural(candidates, "candidate");
  if (held === 0)
    return `${count} searched on all of them; no rows were held back to confirm what was found.`;
  const confirmed = slices.filter((slice) => slice.confirmed).length;
  if (confirmed > 0 || slices.length === 0)
    return `${count} searched on one half, confirmed on the other half.`;
  const [none, them] =
    slices.length === 1
      ? ["the one found did not hold", "it"]
      : [`none of the ${slices.length} found held`, "them"];
  return `${count} searched on one half; ${none} on the other half, so chance may explain ${them}.`;
}

export interface Nothing {
  title: string;
  text: string;
}

/** Why there is no slice to list, and what to do about it. */
export function nothingFound(result: SlicesResult): Nothing {
  return (
    withoutRows(result) ??
    withoutContrast(result) ??
    withoutConditions(result) ??
    withFewErrors(result) ??
    withoutDifference(result)
  );
}

function withoutRows({ n, metric_label: label }: SlicesResult): Nothing | null {
  if (n > 0) return null;
  return {
    title: "There is no row to search",
    text: `No row has a known ${label}: a score or a target is missing in all of them. Choose other rows.`,
  };
}

/** Every row is as wrong as every other one. */
function withoutContrast(result: SlicesResult): Nothing | null {
  const { metric_name: name, metric_label: label, n_searched: candidates, overall, total } = result;
  if (name === "error" && total === 0 && (candidates === 0 || result.direction === "worse")) {
    return {
      title: "No row is wrong",
      text: "There is nothing to find here. Search the loss, or other rows.",
    };
  }
  if (name === "error" && overall === 1) {
    return {
      title: "Every row is wrong",
      text: "No slice can be worse than the rest. Look at the target, the class names and the threshold first.",
    };
  }
  const isConstant = candidates === 0 && result.n_columns === 0 && result.skipped.length === 0;
  if (!isConstant || overall === null || hasTooFewRows(result)) return null;
  return {
    title: `The ${label} is the same in every row`,
    text: "So no slice differs from the rest. Search another metric, or other rows.",
  };
}

function hasTooFewRows({
  n_searched: candidates,
  n_discovery: seen,
  min_rows: least,
}: SlicesResult): boolean {
  return candidates === 0 && seen < least;
}

/** Nothing that a slice could be made of. */
function withoutConditions(result: SlicesResult): Nothing | null {
  const { n_searched: candidates, n_discovery: seen, n_confirmation: held, min_rows: least } = result;
  if (candidates > 0) return null;
  if (hasTooFewRows(result)) {
    const halves =
      held > 0 ? `: ${formatCount(held)} more ${held === 1 ? "is" : "are"} held back to confirm` : "";
    return {
      title: "There are too few rows",
      text: `A slice needs ${plural(least, "row")}, and the search sees ${formatCount(seen)}${halves}. Evaluate more rows, or ask for smaller slices: mld.find_slices(ev, min_rows=...).`,
    };
  }
  if (result.n_columns === 0) {
    return {
      title: "No column gives a condition",
      text: "Each holds one value alone, or none that is frequent enough. Hand over columns that the model never saw: mld.show(..., metadata=...).",
    };
  }
  return null;
}

/** So few that one half may hold none of them. */
const FEW_ERRORS = 10;

function withFewErrors({
  metric_name: name,
  direction,
  n_confirmation: held,
  n,
  total,
}: SlicesResult): Nothing | null {
  const isOfErrors = name === "error" && direction === "worse" && held > 0;
  if (!isOfErrors || total === null || total === 0 || total >= FEW_ERRORS) return null;
  return {
    title: "Few rows are wrong",
    text: `${plural(total, "row")} of ${formatCount(n)}: not enough to find a slice in one half and confirm it in the other. Search the loss, or evaluate more rows.`,
  };
}

function withoutDifference({
  metric_name: name,
  n_searched: candidates,
  min_rows: least,
}: SlicesResult): Nothing {
  const searched = candidates === 0 ? "No condition" : `None of ${plural(candidates, "candidate")}`;
  const spread = name === "error" ? "The errors are" : "It is";
  return {
    title: "No slice stands out",
    text: `${searched} with at least ${plural(least, "row")} differs from the rest. ${spread} spread evenly, or the columns do not tell where.`,
  };
}

/** What stands under the list: how it was ranked and how long it took. */
export function footNotes(result: SlicesResult): string[] {
  const { objective, min_rows: least, seconds, n_columns: columns, skipped } = result;
  if (result.n_searched === 0) {
    return skipped.length > 0 ? [`${plural(skipped.length, "column")} left out`] : [];
  }
  const notes = [`at least ${plural(least, "row")} per slice`, `${plural(columns, "column")} searched`];
  if (objective !== "") notes.unshift(`ranked by ${objective}`);
  if (skipped.length > 0) notes.push(`${plural(skipped.length, "column")} left out`);
  if (seconds !== null) notes.push(`${formatSeconds(seconds)}, seed ${result.seed}`);
  return notes;
}

/** What a reader must know beside the slices; where nothing was searched the empty list already says why. */
export function readersNotes({ notes, n_searched: candidates }: SlicesResult): readonly string[] {
  return candidates === 0 ? notes.slice(1) : notes;
}
