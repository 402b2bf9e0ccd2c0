/** The grid of the heat map: numbers on colours, arrow keys move, Enter selects the cell's rows. */
import { useMemo, useRef, useState } from "preact/hooks";
import type { ErrorHeatMap } from "../../../contract/generated";
import { columnName } from "../../../ui";
import { metricText } from "../numbers";
import type { Selecting } from "../use_selecting";
import { type Cell, type Cells, cellRows, cellSentence, colourOf, FEW_ROWS } from "./cells";

interface HeatGridProps {
  map: ErrorHeatMap;
  cells: Cells;
  selecting: Selecting;
}

const MOVES: Record<string, [number, number] | undefined> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

export function HeatGrid({ map, cells, selecting }: HeatGridProps) {
  const [current, setCurrent] = useState<Cell>(() => worstCell(cells));
  const grid = useRef<HTMLTableElement>(null);
  const xs = useMemo(() => Array.from({ length: cells.columns }, (_, x) => x), [cells.columns]);
  const ys = useMemo(() => Array.from({ length: cells.rows }, (_, y) => y), [cells.rows]);
  const move = (event: KeyboardEvent) => {
    const step = MOVES[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const x = Math.min(cells.columns - 1, Math.max(0, current.x + step[0]));
    const y = Math.min(cells.rows - 1, Math.max(0, current.y + step[1]));
    setCurrent(cells.at(x, y));
    grid.current?.querySelector<HTMLElement>(`[data-cell="${x} ${y}"]`)?.focus();
  };
  return (
    <>
      <div class="scroll" role="region" aria-label={`${map.metric_label} by ${map.x} and ${map.y}`}>
        <table class="heat-grid" ref={grid} onKeyDown={move}>
          <thead>
            <tr>
              <th scope="col" class="corner">
                {columnName(map.y)} <span aria-hidden="true">↓</span>{" "}
                <span class="across">
                  {columnName(map.x)} <span aria-hidden="true">→</span>
                </span>
              </th>
              {xs.map((x) => (
                <th scope="col" key={x} title={map.x_labels[x]}>
                  {map.x_labels[x]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ys.map((y) => (
              <tr key={y}>
                <th scope="row" title={map.y_labels[y]}>
                  {map.y_labels[y]}
                </th>
                {xs.map((x) => (
                  <HeatCell
                    key={x}
                    map={map}
                    cell={cells.at(x, y)}
                    cells={cells}
                    stop={x === current.x && y === current.y}
                    selecting={selecting}
                    onCurrent={setCurrent}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="cell-line" aria-live="polite">
        {cellSentence(map, current, cells.scale)}
      </p>
      <Legend map={map} cells={cells} />
    </>
  );
}

interface HeatCellProps {
  map: ErrorHeatMap;
  cell: Cell;
  cells: Cells;
  /** The cell that Tab stops at. */
  stop: boolean;
  selecting: Selecting;
  onCurrent: (cell: Cell) => void;
}

function HeatCell({ map, cell, cells, stop, selecting, onCurrent }: HeatCellProps) {
  const { x, y, mean, count } = cell;
  const rows = cellRows(map, cell);
  const selected = selecting.isSelected(rows.query);
  return (
    <td class={selected ? "selected" : undefined} style={{ background: colourOf(cell, cells, map.overall) }}>
      <button
        type="button"
        data-cell={`${x} ${y}`}
        tabIndex={stop ? 0 : -1}
        aria-label={cellSentence(map, cell, cells.scale)}
        aria-pressed={selecting.possible ? selected : undefined}
        class={count < FEW_ROWS ? "few" : undefined}
        onFocus={() => onCurrent(cell)}
        onMouseEnter={() => onCurrent(cell)}
        onClick={() => mean !== null && selecting.toggle(rows)}
      >
        {mean === null ? "" : metricText(mean, cells.scale)}
      </button>
    </td>
  );
}

function Legend({ map, cells }: { map: ErrorHeatMap; cells: Cells }) {
  const { low, high, scale } = cells;
  return (
    <div class="foot">
      <span class="legend">
        {metricText(low, scale)} <span class="ramp below" aria-hidden="true" />{" "}
        {metricText(map.overall, scale)} over all <span class="ramp above" aria-hidden="true" />{" "}
        {metricText(high, scale)}
      </span>
      <span>cells with fewer than {FEW_ROWS} rows are paler, empty ones have no number</span>
      {map.scope_query !== "" && <span>only rows with {map.scope_query}</span>}
    </div>
  );
}

/** Where a reader's eye should start: the highest mean among cells with enough rows. */
function worstCell(cells: Cells): Cell {
  let worst = cells.at(0, 0);
  for (let y = 0; y < cells.rows; y++) {
    for (let x = 0; x < cells.columns; x++) {
      const cell = cells.at(x, y);
      const sure = cell.count >= FEW_ROWS || worst.mean === null;
      if (
        sure &&
        cell.mean !== null &&
        (worst.mean === null || worst.count < FEW_ROWS || cell.mean > worst.mean)
      ) {
        worst = cell;
      }
    }
  }
  return worst;
}
