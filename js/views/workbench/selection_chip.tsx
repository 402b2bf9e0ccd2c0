/** The rows in focus, as a chip that can be removed. */
import type { ViewHost } from "../../contract/host";
import { ALL_ROWS, nextSelection, type Selection } from "../../contract/workbench";
import { MiddleEllipsis, plural, useTrait } from "../../ui";

export function SelectionChip({ host }: { host: ViewHost }) {
  const [selection, select] = useTrait<Selection | null>(host, "selection");
  const words = describe(selection);
  const clear = () => select(nextSelection(selection, ALL_ROWS));
  return (
    <>
      <span class="hidden" role="status">
        {words === null ? "All rows are in focus" : `Selected: ${words}`}
      </span>
      {words !== null && (
        <span class="chip">
          <MiddleEllipsis text={words} tail={14} />
          <button
            type="button"
            aria-label={`Clear the selection: ${words}`}
            title="Clear the selection"
            onClick={clear}
          >
            ×
          </button>
        </span>
      )}
    </>
  );
}

/** "truth late, predicted on time · 812 rows"; null when all rows are in focus. */
export function describe(selection: Selection | null): string | null {
  if (!selection || selection.kind === "all") return null;
  const { label, n } = selection;
  if (n === null || label === plural(n, "row") || (n === 1 && label.startsWith("row "))) return label;
  return `${label} · ${plural(n, "row")}`;
}
