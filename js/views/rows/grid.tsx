/** The table itself: only what is seen is in the document, however many rows and columns there are. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { TableColumn } from "../../contract/generated";
import { useSize } from "../../ui";
import { decimalsOf, layoutOf, seenColumns } from "./columns";
import { HEADER_HEIGHT, Header, headerId } from "./header";
import { moved, type Place } from "./keyboard";
import type { Pager, TableOrder } from "./pager";
import { cellId, Row, range } from "./row";
import { ROW_HEIGHT, seenRows } from "./scroll";
import type { Picking } from "./use_rows";
import { useScroll } from "./use_scroll";

interface GridProps {
  pager: Pager;
  order: TableOrder;
  columns: readonly TableColumn[];
  selected: ReadonlySet<number>;
  onSort: (column: TableColumn) => void;
  onPick: (index: number, picking: Picking) => void;
  /** A row is wanted in What-if. */
  onOpen: (index: number) => void;
}

const ROWS_SEEN = 18;
const SCROLL_BAR = 15;

export function Grid({ pager, order, columns, selected, onSort, onPick, onOpen }: GridProps) {
  const { ref, width, height } = useSize<HTMLDivElement>();
  const total = pager.state.total ?? 0;
  const viewport = Math.max(0, height - HEADER_HEIGHT);
  const layout = useMemo(() => layoutOf(columns, width), [columns, width]);
  const scrolling = useScroll(ref, total, viewport, JSON.stringify(order));
  const { top, left, shift } = scrolling;
  const [first, last] = seenRows(top, viewport, total);
  const seen = seenColumns(layout, left, width);
  const [active, setActive] = useState<Place>({ row: 0, column: 0 });
  useEffect(() => pager.want(order, first, Math.max(last, first + ROWS_SEEN)), [pager, order, first, last]);

  const activate = (place: Place) => {
    setActive(place);
    if (place.row >= 0) scrolling.show(place.row);
    if (place.column > 0) {
      scrolling.showColumn(
        layout.lefts[place.column] ?? 0,
        layout.widths[place.column] ?? 0,
        layout.widths[0] ?? 0,
      );
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(viewport / ROW_HEIGHT) - 1);
    const next = moved(active, event, total, columns.length, page);
    const column = columns[active.column];
    if (next !== null) {
      activate(next);
      if (event.shiftKey && next.row >= 0 && next.row !== active.row) onPick(next.row, "extend");
    } else if (event.key === "Enter" || event.key === " ") {
      if (active.row < 0) {
        if (column) onSort(column);
      } else onPick(active.row, event.key === " " || event.ctrlKey || event.metaKey ? "toggle" : "only");
    } else return;
    event.preventDefault();
  };
  const indexAt = (event: Event) => {
    const row = (event.target as Element).closest<HTMLElement>("[data-index]");
    return row === null ? null : Number(row.dataset.index);
  };
  const onClick = (event: MouseEvent) => {
    const index = indexAt(event);
    if (index === null) return;
    const column = (event.target as Element).closest("[aria-colindex]")?.getAttribute("aria-colindex");
    setActive({ row: index, column: Number(column ?? 1) - 1 });
    onPick(index, event.shiftKey ? "extend" : event.ctrlKey || event.metaKey ? "toggle" : "only");
  };
  const onDoubleClick = (event: MouseEvent) => {
    const index = indexAt(event);
    if (index !== null) onOpen(index);
  };

  const isDrawn = active.row >= first && active.row < last;
  const activeId =
    active.row < 0 ? headerId(active.column) : isDrawn ? cellId(active.row, active.column) : undefined;
  const decimals = usePageDecimals(pager, columns, first);
  const shown = Math.min(ROWS_SEEN, Math.max(4, total));
  return (
    <div
      class={pager.state.stale ? "grid stale" : "grid"}
      ref={ref}
      role="grid"
      tabIndex={0}
      aria-label="Rows"
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-multiselectable="true"
      aria-busy={pager.state.stale}
      aria-activedescendant={activeId}
      style={{ height: `${HEADER_HEIGHT + shown * ROW_HEIGHT + SCROLL_BAR}px` }}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onDblClick={onDoubleClick}
    >
      <div
        class="canvas"
        style={{ width: `${layout.width}px`, height: `${HEADER_HEIGHT + scrolling.canvas}px` }}
      >
        <Header
          layout={layout}
          seen={seen}
          order={order}
          activeColumn={active.row < 0 ? active.column : null}
          onSort={onSort}
        />
        {range(first, last).map((index) => {
          const row = pager.rowAt(index);
          return (
            <Row
              key={index}
              index={index}
              row={row}
              page={pager.pageOf(index)}
              top={HEADER_HEIGHT + index * ROW_HEIGHT + shift}
              layout={layout}
              seen={seen}
              decimals={decimals}
              selected={row !== undefined && selected.has(row)}
              activeColumn={active.row === index ? active.column : null}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Decimals by column, of the page at the top of the window: within a window, numbers of a column align. */
function usePageDecimals(pager: Pager, columns: readonly TableColumn[], first: number): readonly number[] {
  const page = pager.pageOf(first);
  return useMemo(() => (page ? columns.map((_, at) => decimalsOf(page, at)) : []), [page, columns]);
}
