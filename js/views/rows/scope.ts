/** Which rows the table runs over. Rows clicked in the table are marked in it; every other selection narrows it. */
import { useRef } from "preact/hooks";
import type { ViewHost } from "../../contract/host";
import { ALL_ROWS, type Selection } from "../../contract/workbench";
import { useConnection, useShared, useTrait } from "../../ui";

/**
 * The selection that narrows the table. The kernel says which one it applies (the trait `scope`); without a kernel it
 * is the newest selection that was not made of clicked rows.
 */
export function useScope(host: ViewHost): Selection {
  const [applied] = useTrait<Selection | null>(host, "scope");
  const [selection] = useShared<Selection>(host, "selection", ALL_ROWS);
  const inReport = useConnection(host) === "report";
  const newest = useRef<Selection>(ALL_ROWS);
  if (selection.kind !== "rows") newest.current = selection;
  return inReport ? newest.current : (applied ?? ALL_ROWS);
}
