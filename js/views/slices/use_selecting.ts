/** Slices as the workbench's selection. */
import { useEffect, useMemo } from "preact/hooks";
import type { SlicesResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import type { EmbeddedSlices, SavedSlice } from "../../contract/slices";
import { ALL_ROWS, nextSelection, type Selection } from "../../contract/workbench";
import { useConnection, useShared, useTrait } from "../../ui";

/** Rows that a query finds, as they are named on screen; `n` null where it is not known. */
export interface NamedQuery {
  query: string;
  label: string;
  n: number | null;
}

export interface Selecting {
  /** Whether there is a workbench whose panels follow. */
  possible: boolean;
  selection: Selection;
  isSelected(query: string): boolean;
  select(rows: NamedQuery): void;
  /** Selects, or puts all rows back into focus when these are selected. */
  toggle(rows: NamedQuery): void;
}

const NO_SAVED: readonly SavedSlice[] = [];

export function useSelecting(host: ViewHost): Selecting {
  const [selection, set] = useShared<Selection>(host, "selection", ALL_ROWS);
  const [saved] = useShared<readonly SavedSlice[]>(host, "saved_slices", NO_SAVED);
  const [result] = useTrait<SlicesResult | null | undefined>(host, "result");
  const [embedded] = useTrait<EmbeddedSlices | null | undefined>(host, "embedded");
  const connection = useConnection(host);
  const live = connection === "live";
  useEffect(() => {
    // A finding selects by its query alone; what this file knows of it is added here.
    const { kind, query = "", rows } = selection;
    const carried = embedded?.carried[query];
    if (connection !== "report" || kind !== "query" || rows || !carried) return;
    const found = result?.slices.find((slice) => slice.query === query);
    const known = found ? { n: found.size, label: found.label } : {};
    set(nextSelection(selection, { ...selection, ...known, rows: [...carried] }));
  }, [connection, selection, embedded, result, set]);
  return useMemo(() => {
    const isSelected = (query: string) => selection.kind === "query" && selection.query === query;
    const select = ({ query, label, n }: NamedQuery) => {
      // Without a kernel nobody counts the rows or finds them: the file says which of its rows they are.
      const rows = embedded?.carried[query] ?? saved.find((slice) => slice.query === query)?.rows;
      const known = live ? {} : { n, ...(rows ? { rows: [...rows] } : {}) };
      set(nextSelection(selection, { kind: "query", label, n: null, query, ...known }));
    };
    return {
      possible: host.shared !== null,
      selection,
      isSelected,
      select,
      toggle: (rows: NamedQuery) =>
        isSelected(rows.query) ? set(nextSelection(selection, ALL_ROWS)) : select(rows),
    };
  }, [host, selection, saved, embedded, live, set]);
}
