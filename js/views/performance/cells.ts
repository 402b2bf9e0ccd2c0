/** A confusion cell as a selection of its rows. */
import type { ViewHost } from "../../contract/host";
import { nextSelection, type Selection } from "../../contract/workbench";
import { useConnection, useShared } from "../../ui";

export interface Cell {
  truth: number;
  predicted: number;
}

export interface CellSelection {
  /** The selected cell of this split, or null. */
  cell: Cell | null;
  /** Null where nothing can be selected: the view stands alone. */
  select: ((cell: Cell, rows: number) => void) | null;
  /** Keeps the selected cell at the threshold where no kernel does it. */
  follow: (threshold: number, rowsOf: (cell: Cell) => number) => void;
}

export function useCellSelection(
  host: ViewHost,
  split: string,
  classes: readonly string[],
  threshold: number | null,
): CellSelection {
  const [selection, setSelection] = useShared<Selection | null>(host, "selection", null);
  const answered = useConnection(host) === "live";
  const cell = cellOf(selection, split);

  const ask = ({ truth, predicted }: Cell, rows: number, at: number | null) =>
    setSelection(
      nextSelection(selection, {
        kind: "cell",
        label: `truth ${classes[truth]}, predicted ${classes[predicted]}`,
        n: answered ? null : rows,
        split,
        truth,
        predicted,
        ...(at === null ? {} : { threshold: at }),
      }),
    );
  return {
    cell,
    select: host.shared === null ? null : (chosen, rows) => ask(chosen, rows, threshold),
    follow(at, rowsOf) {
      if (!answered && cell !== null && selection?.threshold !== at) ask(cell, rowsOf(cell), at);
    },
  };
}

function cellOf(selection: Selection | null, split: string): Cell | null {
  if (selection?.kind !== "cell" || selection.split !== split) return null;
  const { truth, predicted } = selection;
  return truth === undefined || predicted === undefined ? null : { truth, predicted };
}
