/** The confusion matrix as a grid of buttons: one tab stop, arrow keys move, Enter selects the cell's rows. */
import { useRef, useState } from "preact/hooks";
import { formatCount, formatPercent, MiddleEllipsis, plural } from "../../ui";
import type { Cell, CellSelection } from "./cells";
import type { Matrix } from "./matrix";

/** More classes than this are drawn small, in a scrolling frame. */
const LARGEST_ROOMY = 6;

interface ConfusionTableProps {
  matrix: Matrix;
  classes: readonly string[];
  selection: CellSelection;
}

export function ConfusionTable({ matrix, classes, selection }: ConfusionTableProps) {
  const [focused, setFocused] = useState<Cell>({ truth: 0, predicted: 0 });
  const grid = useRef<HTMLTableElement>(null);
  const roomy = matrix.size <= LARGEST_ROOMY;
  const move = (event: KeyboardEvent) => {
    const step = ARROWS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const inside = (place: number) => Math.min(matrix.size - 1, Math.max(0, place));
    const next = { truth: inside(focused.truth + step[0]), predicted: inside(focused.predicted + step[1]) };
    setFocused(next);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.truth}-${next.predicted}"]`)?.focus();
  };
  return (
    <div class={roomy ? "confusion" : "confusion many"}>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: arrow keys move in it, as in any grid */}
      <table role="grid" aria-label="Confusion matrix, rows are the truth" ref={grid} onKeyDown={move}>
        <thead>
          <tr>
            <td class="corner">
              <span>truth ↓</span> <span>predicted →</span>
            </td>
            {classes.map((name, index) => (
              <th key={index} scope="col" title={name}>
                <MiddleEllipsis text={name} tail={6} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((name, truth) => (
            <tr key={truth}>
              <th scope="row" title={name}>
                <MiddleEllipsis text={name} tail={6} />
                {roomy && <small>{plural(matrix.occurs[truth] ?? 0, "row")}</small>}
              </th>
              {classes.map((_, predicted) => (
                <ConfusionCell
                  key={predicted}
                  cell={{ truth, predicted }}
                  matrix={matrix}
                  classes={classes}
                  selection={selection}
                  roomy={roomy}
                  tabbable={focused.truth === truth && focused.predicted === predicted}
                  onFocus={setFocused}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ARROWS: Record<string, readonly [number, number] | undefined> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface ConfusionCellProps extends ConfusionTableProps {
  cell: Cell;
  roomy: boolean;
  tabbable: boolean;
  onFocus: (cell: Cell) => void;
}

function ConfusionCell({ cell, matrix, classes, selection, roomy, tabbable, onFocus }: ConfusionCellProps) {
  const { truth, predicted } = cell;
  const rows = matrix.at(truth, predicted);
  const share = rows / (matrix.occurs[truth] || 1);
  const right = truth === predicted;
  const selected = selection.cell?.truth === truth && selection.cell.predicted === predicted;
  const words = `truth ${classes[truth]}, predicted ${classes[predicted]}: ${plural(rows, "row")}, ${formatPercent(share)} of the truth`;
  const { select } = selection;
  return (
    <td
      class={right ? "right" : "wrong"}
      style={{ "--share": (right ? share : Math.sqrt(share)).toFixed(4) }}
    >
      <button
        type="button"
        data-cell={`${truth}-${predicted}`}
        aria-label={words}
        aria-pressed={select === null ? undefined : selected}
        title={words}
        tabIndex={tabbable ? 0 : -1}
        aria-disabled={select === null || rows === 0}
        onFocus={() => onFocus(cell)}
        onClick={() => rows > 0 && select?.(cell, rows)}
      >
        <span>{rows === 0 && !roomy ? "·" : roomy ? formatCount(rows) : compact(rows)}</span>
        {roomy && <small>{formatPercent(share)}</small>}
      </button>
    </td>
  );
}

/** At most four characters: 812, 3.4k, 34k. */
function compact(rows: number): string {
  if (rows < 1000) return String(rows);
  const [size, unit] = rows < 1e6 ? [rows / 1e3, "k"] : [rows / 1e6, "M"];
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)}${unit}`;
}
