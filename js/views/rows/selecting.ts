/** Clicks and keys as selections of rows. */

import { ALL_ROWS, MAX_SELECTED_ROWS, nextSelection, type Selection } from "../../contract/workbench";
import { formatCount, plural } from "../../ui";

/** Positions of the rows that the selection lists; empty when it describes them otherwise. */
export function listedRows(selection: Selection): ReadonlySet<number> {
  return new Set(selection.kind === "rows" ? (selection.rows ?? []) : []);
}

/** The next selection made of `rows`, in the order they were clicked; of nothing: all rows. */
export function selectionOf(current: Selection, rows: readonly number[], inReport: boolean): Selection {
  const kept = rows.slice(0, MAX_SELECTED_ROWS);
  const first = kept[0];
  if (first === undefined) return nextSelection(current, ALL_ROWS);
  const label = kept.length === 1 ? `row ${formatCount(first)}` : plural(kept.length, "row");
  return nextSelection(current, { kind: "rows", label, n: inReport ? kept.length : null, rows: kept });
}

/** `rows` with `row` added, or taken out when it was there. */
export function toggled(rows: ReadonlySet<number>, row: number): number[] {
  const kept = [...rows].filter((other) => other !== row);
  return rows.has(row) ? kept : [...kept, row];
}
