/** Saved slices, to be selected from every panel. */
import { useState } from "preact/hooks";
import type { ViewHost } from "../../contract/host";
import type { SavedSlice } from "../../contract/slices";
import { nextSelection, type Selection } from "../../contract/workbench";
import { formatCount, MiddleEllipsis, useConnection, useTrait } from "../../ui";
import { useClosing } from "./use_closing";

export function SavedMenu({ host }: { host: ViewHost }) {
  const [saved] = useTrait<readonly SavedSlice[] | undefined>(host, "saved_slices");
  if (!saved?.length) return null;
  return <Menu host={host} saved={saved} />;
}

function Menu({ host, saved }: { host: ViewHost; saved: readonly SavedSlice[] }) {
  const [selection, select] = useTrait<Selection | null>(host, "selection");
  const live = useConnection(host) === "live";
  const [isOpen, setOpen] = useState(false);
  const menu = useClosing(() => setOpen(false));
  const choose = ({ name, query, n, rows }: SavedSlice) => {
    // Without a kernel nobody counts the rows or finds them: the file says which of its rows they are.
    const known = live ? { n: null } : { n, ...(rows ? { rows: [...rows] } : {}) };
    select(nextSelection(selection, { kind: "query", label: name, query, ...known }));
    setOpen(false);
    menu.current?.querySelector("button")?.focus();
  };
  return (
    <div class="saved-slices" ref={menu}>
      <button
        type="button"
        class="button"
        aria-expanded={isOpen}
        aria-controls="saved-menu"
        onClick={() => setOpen(!isOpen)}
      >
        Saved slices
        <span class="quiet">{saved.length}</span>
      </button>
      {isOpen && (
        <ul class="saved-menu" id="saved-menu" aria-label="Saved slices" onKeyDown={moveInside}>
          {saved.map((slice) => (
            <li key={slice.name}>
              <button
                type="button"
                title={slice.query}
                aria-pressed={selection?.kind === "query" && selection.query === slice.query}
                onClick={() => choose(slice)}
              >
                <MiddleEllipsis text={slice.name} />
                <span class="small">{formatCount(slice.n)} rows</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function moveInside(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const focused = buttons.indexOf(event.target as HTMLButtonElement);
  buttons[(focused + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
