/** What the search found, in three views: the ranked list, the tree, and the plane of two features. */
import { useState } from "preact/hooks";
import type { SlicesResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import type { BuilderColumn, EmbeddedSlices } from "../../contract/slices";
import { type Choice, EmptyState, Segmented } from "../../ui";
import { HeatMap } from "./heatmap/heatmap";
import { SliceList } from "./list/slice_list";
import { scaleOfResult } from "./numbers";
import { footNotes, nothingFound, readersNotes } from "./sentence";
import { ErrorTree } from "./tree/error_tree";
import type { NamedQuery, Selecting } from "./use_selecting";

type Mode = "list" | "tree" | "plane";

interface FoundProps {
  host: ViewHost;
  result: SlicesResult;
  columns: readonly BuilderColumn[];
  embedded: EmbeddedSlices | null;
  /** What the heat map depends on beside its columns. */
  basis: string;
  /** A newer search is under way. */
  running: boolean;
  live: boolean;
  selecting: Selecting;
  onCompare: ((rows: NamedQuery) => void) | null;
  onBuild: ((query: string) => void) | null;
}

export function Found(props: FoundProps) {
  const { host, result, columns, embedded, basis, running, live, selecting, onCompare, onBuild } = props;
  const [mode, setMode] = useState<Mode>("list");
  return (
    <section aria-label="What was found" aria-busy={running} class={running ? "found stale" : "found"}>
      <div class="modes">
        <Segmented
          label="View"
          choices={modesOf(live || embedded !== null)}
          value={mode}
          onChange={setMode}
        />
        {result.n_searched > 0 && <span class="small">{HINTS[mode]}</span>}
      </div>
      {mode === "list" && result.slices.length === 0 && <NothingFound result={result} />}
      {mode === "list" && result.slices.length > 0 && (
        <SliceList
          result={result}
          scale={scaleOfResult(result)}
          selecting={selecting}
          actions={{ host, live, onCompare, onBuild }}
        />
      )}
      {mode === "tree" && <ErrorTree result={result} selecting={selecting} />}
      {mode === "plane" && (
        <HeatMap
          key={basis}
          host={host}
          result={result}
          columns={columns}
          embedded={embedded?.heatmap ?? null}
          selecting={selecting}
          live={live}
        />
      )}
      <Notes result={result} />
    </section>
  );
}

const HINTS: Record<Mode, string> = {
  list: "click a slice to select its rows everywhere",
  tree: "each row splits the one above it; click to select its rows everywhere",
  plane: "click a cell to select its rows everywhere",
};

function modesOf(hasPlane: boolean): readonly Choice<Mode>[] {
  const modes: Choice<Mode>[] = [
    { value: "list", label: "List" },
    { value: "tree", label: "Tree" },
  ];
  return hasPlane ? [...modes, { value: "plane", label: "Two features" }] : modes;
}

function NothingFound({ result }: { result: SlicesResult }) {
  const { title, text } = nothingFound(result);
  return <EmptyState title={title}>{text}</EmptyState>;
}

function Notes({ result }: { result: SlicesResult }) {
  const { skipped } = result;
  const notes = readersNotes(result);
  return (
    <>
      {notes.length > 0 && (
        <ul class="plain notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <div class="foot">
        {footNotes(result).map((note) => (
          <span key={note}>{note}</span>
        ))}
        {skipped.length > 0 && (
          <details>
            <summary>why columns were left out</summary>
            <ul>
              {skipped.map(([column, why]) => (
                <li key={column}>
                  {column}: {why}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </>
  );
}
