/** The table's header row: it stays in view, and sorts. */
import type { TableColumn } from "../../contract/generated";
import { columnName, MiddleEllipsis } from "../../ui";
import { isNumeric, type Layout } from "./columns";
import type { TableOrder } from "./pager";
import { range } from "./row";

export const HEADER_HEIGHT = 30;

interface HeaderProps {
  layout: Layout;
  seen: readonly [number, number];
  order: TableOrder;
  activeColumn: number | null;
  onSort: (column: TableColumn) => void;
}

export function headerId(column: number): string {
  return `head-${column}`;
}

export function Header({ layout, seen, order, activeColumn, onSort }: HeaderProps) {
  const { columns, lefts, widths } = layout;
  const gap = (lefts[seen[0]] ?? 0) - (widths[0] ?? 0);
  const cells = [0, ...range(seen[0], seen[1])].map((at) => {
    const column = columns[at];
    if (column === undefined) return null;
    const sorted = column.key === order.sort;
    const classes = ["cell", "head", at === 0 ? "first" : "", at === activeColumn ? "active" : ""];
    if (isNumeric(column)) classes.push("num");
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles keys for its active cell
      <div
        key={column.key}
        id={headerId(at)}
        role="columnheader"
        tabIndex={-1}
        aria-colindex={at + 1}
        aria-sort={sorted ? (order.ascending ? "ascending" : "descending") : "none"}
        class={classes.filter((name) => name !== "").join(" ")}
        style={{ width: `${widths[at]}px` }}
        title={`${columnName(column.label)}: sort`}
        onClick={() => onSort(column)}
      >
        <MiddleEllipsis text={columnName(column.label)} tail={6} />
        {sorted && <span class="direction">{order.ascending ? "↑" : "↓"}</span>}
      </div>
    );
  });
  return (
    <div role="row" class="header" aria-rowindex={1} style={{ height: `${HEADER_HEIGHT}px` }}>
      {cells[0]}
      <div role="presentation" class="gap" style={{ width: `${gap}px` }} />
      {cells.slice(1)}
    </div>
  );
}
