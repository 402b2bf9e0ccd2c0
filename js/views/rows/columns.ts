/** Widths and places of the table's columns, and the text of their cells. */
import type { TableColumn } from "../../contract/generated";
import { formatCount, formatDate, formatFixed } from "../../ui";
import type { Page } from "./pager";

const ROLE_WIDTHS: Partial<Record<TableColumn["role"], number>> = {
  row: 84,
  split: 72,
  target: 108,
  predicted: 116,
  score: 104,
  confidence: 132,
  loss: 140,
};
const KIND_WIDTHS: Record<string, number> = {
  numeric: 104,
  boolean: 84,
  datetime: 136,
  categorical: 124,
  text: 200,
};

const MOST_HEADER_WIDTH = 160;

/** Columns with the place where each begins, in px. */
export interface Layout {
  columns: readonly TableColumn[];
  lefts: readonly number[];
  widths: readonly number[];
  width: number;
}

export function layoutOf(columns: readonly TableColumn[], room: number): Layout {
  const natural = columns.map(naturalWidth);
  const sum = natural.reduce((total, width) => total + width, 0);
  // Spare room goes to the columns in proportion, so that a narrow table fills its frame.
  const stretch = sum > 0 ? Math.max(1, room / sum) : 1;
  const widths = natural.map((width) => width * stretch);
  const lefts: number[] = [];
  let left = 0;
  for (const width of widths) {
    lefts.push(left);
    left += width;
  }
  return { columns, lefts, widths, width: left };
}

/** Wide enough for its cells, and for its name as far as that is reasonable. */
function naturalWidth({ role, kind, label }: TableColumn): number {
  const cells = ROLE_WIDTHS[role] ?? KIND_WIDTHS[kind] ?? 120;
  return Math.max(cells, Math.min(MOST_HEADER_WIDTH, label.length * 6.6 + 30));
}

/** Indices of the columns after the first (which stays in view) that are at least partly seen. */
export function seenColumns({ lefts, widths }: Layout, scrollLeft: number, room: number): [number, number] {
  const sticky = widths[0] ?? 0;
  let first = 1;
  while (first < lefts.length - 1 && (lefts[first] ?? 0) + (widths[first] ?? 0) < scrollLeft + sticky)
    first++;
  let last = first;
  while (last < lefts.length && (lefts[last] ?? 0) < scrollLeft + room) last++;
  return [first, last];
}

export function isNumeric({ kind }: TableColumn): boolean {
  return kind === "numeric";
}

/** A cell as text; null is missing. */
export function cellText(column: TableColumn, cell: number | string | null | undefined, decimals: number) {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return null;
  if (typeof cell === "string") return cell;
  if (column.role === "row") return formatCount(cell);
  if (column.kind === "boolean") return cell === 0 ? "false" : "true";
  if (column.kind === "datetime") return formatDate(cell);
  if (Math.abs(cell) >= 1e12) return cell.toExponential(4);
  return formatFixed(cell, decimals);
}

const MOST_DECIMALS = 6;

/** Decimals that the numbers of a page need, so that its largest shows at most four significant digits. */
export function decimalsOf(page: Page, index: number): number {
  const cells = page.cells[index];
  if (cells === undefined || !ArrayBuffer.isView(cells)) return 0;
  let needed = 0;
  let largest = 0;
  for (const value of cells) {
    if (!Number.isFinite(value)) continue;
    largest = Math.max(largest, Math.abs(value));
    while (needed < MOST_DECIMALS && !isWhole(value * 10 ** needed)) needed++;
  }
  const digits = largest > 0 ? Math.floor(Math.log10(largest)) + 1 : 1;
  return Math.max(0, Math.min(needed, 4 - digits));
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6 * Math.max(1, Math.abs(value));
}
