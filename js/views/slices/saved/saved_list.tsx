/** Slices that were saved by name: they can be selected in every panel. */
import { useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../../../contract/errors";
import type { ViewHost } from "../../../contract/host";
import type { SavedSlice } from "../../../contract/slices";
import { ErrorState, formatCount, LinkButton, MiddleEllipsis } from "../../../ui";
import { moveThrough } from "../arrow_keys";
import type { NamedQuery, Selecting } from "../use_selecting";

interface SavedListProps {
  host: ViewHost;
  saved: readonly SavedSlice[];
  selecting: Selecting;
  live: boolean;
  /** null where two sets of rows cannot be compared. */
  onCompare: ((rows: NamedQuery) => void) | null;
  /** Puts a query into the builder; null where there is none. */
  onBuild: ((query: string) => void) | null;
}

export function SavedList({ host, saved, selecting, live, onCompare, onBuild }: SavedListProps) {
  const [error, fail] = useState<CodedError | null>(null);
  if (saved.length === 0) return null;
  const remove = (name: string) => {
    fail(null);
    host.request("remove_slice", { name }).catch((thrown: unknown) => fail(toCodedError(thrown)));
  };
  return (
    <section aria-label="Saved slices">
      <h3>Saved slices</h3>
      {error && <ErrorState error={error} />}
      <table class="saved" onKeyDown={moveThrough("button.pick")}>
        <tbody>
          {saved.map(({ name, query, n }) => (
            <tr key={name} class={selecting.isSelected(query) ? "selected" : undefined}>
              <td class="name">
                <button
                  type="button"
                  class="pick"
                  aria-pressed={selecting.isSelected(query)}
                  onClick={() => selecting.toggle({ query, label: name, n })}
                >
                  <MiddleEllipsis text={name} />
                </button>
              </td>
              <td class="mono query">
                <MiddleEllipsis text={query} tail={12} />
              </td>
              <td class="num">{formatCount(n)} rows</td>
              <td class="ways">
                {onCompare && (
                  <LinkButton onClick={() => onCompare({ query, label: name, n })}>Compare</LinkButton>
                )}
                {onBuild && (
                  <LinkButton onClick={() => onBuild(query)} title={`Change ${name} in the builder`}>
                    Change
                  </LinkButton>
                )}
                {live && (
                  <LinkButton onClick={() => remove(name)} title={`Remove ${name}`}>
                    Remove
                  </LinkButton>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
