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

function searchSentence({ n_searched: candidates, n_confirmation: held }: SlicesResult): string {
  const count = plural(candidates, "candidate");
  return held > 0
    ? `${count} searched on one half, confirmed on the other half.`
    : `${count} searched on all of them; no rows were held back to confirm what was found.`;
}

export interface Nothing {
  title: string;
  text: string;
}

/** Why there is no slice to list. */
export function nothingFound(result: SlicesResult): Nothing {
  const { metric_label: label, min_rows: least, n_searched: candidates } = result;
  if (result.n === 0) return { title: "There is no row to search", text: "Choose other rows." };
  if (result.total === 0 && result.direction === "worse") {
    return {
      title: `No row of these has any ${label}`,
      text: "There is nothing to find here. Search other rows, or another metric such as the loss.",
    };
  }
  if (result.metric_name === "error" && result.overall === 1) {
    return {
      title: "Every row of these is wrong",
      text: "No slice can be worse than the rest. Look at the target, the class names and the threshold first.",
    };
  }
  const searched = candidates === 0 ? "No condition" : `None of ${plural(candidates, "candidate")}`;
  return {
    title: "No slice stands out",
    text: `${searched} with at least ${plural(least, "row")} differs from the rest. The errors are spread evenly, or the columns do not tell them apart.`,
  };
}

/** What stands under the list: how it was ranked and how long it took. */
export function footNotes(result: SlicesResult): string[] {
  const { objective, min_rows: least, seconds, n_columns: columns, skipped } = result;
  const notes = [`at least ${plural(least, "row")} per slice`, `${plural(columns, "column")} searched`];
  if (objective !== "") notes.unshift(`ranked by ${objective}`);
  if (skipped.length > 0) notes.push(`${plural(skipped.length, "column")} left out`);
  if (seconds !== null) notes.push(`${formatSeconds(seconds)}, seed ${result.seed}`);
  return notes;
}
