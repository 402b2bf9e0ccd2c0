/** The line that says which rows are shown, and in which order. */
import type { TableColumn } from "../../contract/generated";
import type { Selection } from "../../contract/workbench";
import { formatCount, plural } from "../../ui";
import type { PagerState, TableOrder } from "./pager";

interface Told {
  state: PagerState;
  scope: Selection;
  columns: readonly TableColumn[];
  /** Rows that an exported file carries; null with a kernel. */
  carried: number | null;
}

export function leadSentence({ state, scope, columns, carried }: Told): string {
  const { total, all, order } = state;
  if (total === null || order === null) return "Every row with what the model said about it.";
  const column = columns.find(({ key }) => key === order.sort);
  const of = carried ?? all;
  const count = total === of ? `All ${plural(of, "row")}` : `${formatCount(total)} of ${plural(of, "row")}`;
  const why = narrowing(scope, order, carried !== null);
  const file =
    carried === null
      ? ""
      : ` This file carries ${formatCount(carried)} of ${plural(all, "row")}, chosen by their loss.`;
  return `${count}${why}, ${direction(column, order)}.${file}`;
}

function narrowing(scope: Selection, order: TableOrder, inReport: boolean): string {
  const parts: string[] = [];
  if (scope.kind !== "all") parts.push(scope.label);
  if (order.query !== "") parts.push(inReport ? `holding "${order.query}"` : `where ${order.query}`);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}

function direction(column: TableColumn | undefined, order: TableOrder): string {
  const name = column?.label || order.sort;
  if (column?.kind === "numeric") return `${order.ascending ? "lowest" : "highest"} ${name} first`;
  return `sorted by ${name}${order.ascending ? "" : ", backwards"}`;
}
