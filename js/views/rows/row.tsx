/** One row of the table. Cells are text; loss and confidence carry a bar. */
import type { TableColumn } from "../../contract/generated";
import { Meter } from "../../ui";
import { cellText, isNumeric, type Layout } from "./columns";
import type { Page } from "./pager";
import { ROW_HEIGHT } from "./scroll";

interface RowProps {
  /** Place in the order; `row` is the position in the Evaluation. */
  index: number;
  row: number | undefined;
  page: Page | undefined;
  top: number;
  layout: Layout;
  seen: readonly [number, number];
  decimals: readonly number[];
  selected: boolean;
  activeColumn: number | null;
}

export function Row({ index, row, page, top, layout, seen, decimals, selected, activeColumn }: RowProps) {
  const { columns, lefts, widths } = layout;
  const place = page === undefined ? 0 : index - page.start;
  const shown = [0, ...range(seen[0], seen[1])];
  const gap = (lefts[seen[0]] ?? 0) - (widths[0] ?? 0);
  const cells = shown.map((at) => {
    const column = columns[at];
    if (column === undefined) return null;
    return (
      <div
        key={column.key}
        id={cellId(index, at)}
        role="gridcell"
        aria-colindex={at + 1}
        class={cellClass(column, at, activeColumn)}
        style={{ width: `${widths[at]}px` }}
      >
        {page && <Cell column={column} page={page} at={at} place={place} decimals={decimals[at] ?? 0} />}
      </div>
    );
  });
  return (
    <div
      role="row"
      class={selected ? "row selected" : "row"}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-index={index}
      data-row={row}
      style={{ height: `${ROW_HEIGHT}px`, transform: `translateY(${top}px)` }}
    >
      {cells[0]}
      <div role="presentation" class="gap" style={{ width: `${gap}px` }} />
      {cells.slice(1)}
    </div>
  );
}

export function cellId(index: number, column: number): string {
  return `cell-${index}-${column}`;
}

export function range(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

function cellClass(column: TableColumn, at: number, activeColumn: number | null): string {
  const classes = ["cell"];
  if (at === 0) classes.push("first");
  if (isNumeric(column) && column.role !== "loss" && column.role !== "confidence") classes.push("num");
  if (at === activeColumn) classes.push("active");
  return classes.join(" ");
}

interface CellProps {
  column: TableColumn;
  page: Page;
  at: number;
  place: number;
  decimals: number;
}

function Cell({ column, page, at, place, decimals }: CellProps) {
  const cell = page.cells[at]?.[place];
  const text = cellText(column, cell, decimals);
  if (text === null) return <span class="missing">missing</span>;
  if (column.role === "loss" || column.role === "confidence") {
    const tone = column.role === "loss" ? "hot" : "calm";
    return (
      <Meter share={shareOf(column, cell)} tone={tone}>
        <span class="beside">{text}</span>
      </Meter>
    );
  }
  if (column.role === "predicted" && isWrong(page, place, cell)) {
    return (
      <span class="text wrong" title={`${text}: not the target`}>
        <span aria-hidden="true">≠ </span>
        <span class="hidden">wrong: </span>
        {text}
      </span>
    );
  }
  return (
    <span class="text" title={text}>
      {text === "" ? <span class="missing">empty text</span> : text}
    </span>
  );
}

function shareOf({ high }: TableColumn, cell: number | string | null | undefined): number | null {
  if (typeof cell !== "number" || high === null || high <= 0) return null;
  return cell / high;
}

/** Classes are texts: another text than the target's is a wrong answer. Numbers are never simply wrong. */
function isWrong(page: Page, place: number, answer: number | string | null | undefined): boolean {
  const target = page.cells[page.columns.findIndex(({ role }) => role === "target")]?.[place];
  return typeof answer === "string" && typeof target === "string" && answer !== target;
}
