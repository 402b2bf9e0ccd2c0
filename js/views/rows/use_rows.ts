/** The table's state: its order, its pages, and the picking of rows. */
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../../contract/errors";
import type { RowsResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { ALL_ROWS, MAX_SELECTED_ROWS, nextSelection, type Selection } from "../../contract/workbench";
import { useConnection, useShared, useTrait } from "../../ui";
import { localSource } from "./local";
import { Pager, type RowSource, type TableOrder } from "./pager";
import { listedRows, selectionOf, toggled } from "./selecting";

export type Picking = "only" | "toggle" | "extend";

/** What the table shows; kept in the view's values, so that a saved state brings it back. */
export function useOrder(
  host: ViewHost,
  scope: Selection,
): [TableOrder, (change: Partial<TableOrder>) => void] {
  const [sort, setSort] = useTrait<string | undefined>(host, "sort");
  const [ascending, setAscending] = useTrait<boolean | undefined>(host, "ascending");
  const [query, setQuery] = useTrait<string | undefined>(host, "query");
  const [version] = useTrait<number | undefined>(host, "version");
  const order = useMemo(
    () => ({
      sort: sort ?? "loss",
      ascending: ascending ?? false,
      query: query ?? "",
      scope: `${scope.token} ${scope.kind} ${version ?? 0}`,
    }),
    [sort, ascending, query, scope.token, scope.kind, version],
  );
  const change = (next: Partial<TableOrder>) => {
    if (next.sort !== undefined) setSort(next.sort);
    if (next.ascending !== undefined) setAscending(next.ascending);
    if (next.query !== undefined) setQuery(next.query);
  };
  return [order, change];
}

/** Class names in the model's order: an exported file needs them to find the rows of a confusion cell. */
export function classesOf(host: ViewHost): readonly string[] {
  return host.get<readonly string[] | undefined>("classes") ?? [];
}

/** Pages from the kernel, or from the rows that the file carries. */
export function usePager(host: ViewHost, scope: Selection): Pager {
  const inReport = useConnection(host) === "report";
  const [embedded] = useTrait<RowsResult | null>(host, "embedded");
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const pager = useMemo(() => {
    const source: RowSource =
      inReport && embedded
        ? localSource(embedded, scope, classesOf(host))
        : (params, signal) => host.request<RowsResult>("page", params, { signal });
    return new Pager(source, () => redraw(undefined));
  }, [host, inReport, embedded, inReport ? scope : null]);
  useEffect(() => () => pager.close(), [pager]);
  return pager;
}

interface PickedRows {
  selected: ReadonlySet<number>;
  pick(index: number, picking: Picking): Promise<void>;
  /** Selects every row that the query finds. */
  selectQuery(query: string): void;
  /** Puts all rows back into focus. */
  clear(): void;
  error: CodedError | null;
}

export function usePicking(host: ViewHost, pager: Pager): PickedRows {
  const [selection, select] = useShared<Selection>(host, "selection", ALL_ROWS);
  const [, setRow] = useShared<number | null>(host, "row", null);
  const inReport = useConnection(host) === "report";
  const anchor = useRef(0);
  const [error, setError] = useState<CodedError | null>(null);
  const selected = useMemo(() => listedRows(selection), [selection]);

  async function runTo(index: number): Promise<number[]> {
    const [first, last] = [Math.min(anchor.current, index), Math.max(anchor.current, index)];
    const run = await pager.rowsBetween(first, Math.min(last, first + MAX_SELECTED_ROWS - 1));
    return index < anchor.current ? run.reverse() : run;
  }
  async function pick(index: number, picking: Picking): Promise<void> {
    setError(null);
    const row = pager.rowAt(index);
    if (row === undefined) return;
    try {
      let rows = [row];
      if (picking === "toggle") rows = toggled(selected, row);
      if (picking === "extend") rows = await runTo(index);
      else anchor.current = index;
      select(selectionOf(selection, rows, inReport));
      setRow(row);
    } catch (thrown) {
      setError(toCodedError(thrown));
    }
  }
  return {
    selected,
    pick,
    selectQuery: (query) => select(nextSelection(selection, { kind: "query", label: query, n: null, query })),
    clear: () => select(nextSelection(selection, ALL_ROWS)),
    error,
  };
}
