/** Two features: the mean metric in the plane of two columns. A cell is a slice. */
import { useState } from "preact/hooks";
import type { ErrorHeatMap, SlicesResult } from "../../../contract/generated";
import type { ViewHost } from "../../../contract/host";
import type { BuilderColumn } from "../../../contract/slices";
import { columnName, EmptyState, ErrorState, Progress, Select, useRequest } from "../../../ui";
import type { Selecting } from "../use_selecting";
import { cellsOf } from "./cells";
import { HeatGrid } from "./heat_grid";

interface HeatMapProps {
  host: ViewHost;
  result: SlicesResult;
  columns: readonly BuilderColumn[];
  /** The one map that an exported file holds. */
  embedded: ErrorHeatMap | null;
  selecting: Selecting;
  live: boolean;
}

export function HeatMap({ host, result, columns: all, embedded, selecting, live }: HeatMapProps) {
  const columns = all.filter(({ has_bins }) => has_bins !== false);
  const [chosen, choose] = useState<[string, string] | null>(null);
  const [x, y] = chosen ?? mostTelling(result, columns);
  const asked = useRequest<ErrorHeatMap>(
    host,
    "heatmap",
    live && x !== "" && y !== "" && x !== y ? { x, y } : null,
  );
  const map = live ? asked.data : embedded;
  const choices = columns.map(({ name }) => ({ value: name, label: columnName(name) }));
  if (!live && embedded === null) {
    return <EmptyState title="No heat map was computed">Another one needs the notebook.</EmptyState>;
  }
  if (live && columns.length < 2) {
    return (
      <EmptyState title="There are no two columns">A heat map needs two columns with a few bins.</EmptyState>
    );
  }
  return (
    <div class="heat">
      {live && (
        <div class="tools">
          <span class="quiet">across</span>
          <Select
            label="Across"
            choices={choices}
            value={x}
            onChange={(name) => choose([name, name === y ? x : y])}
          />
          <span class="quiet">down</span>
          <Select
            label="Down"
            choices={choices}
            value={y}
            onChange={(name) => choose([name === x ? y : x, name])}
          />
        </div>
      )}
      {asked.error && <ErrorState error={asked.error} />}
      {map === null && !asked.error && <Progress text="Counting the cells" fraction={null} />}
      {map && (
        <div class={asked.stale ? "stale" : undefined} aria-busy={asked.stale}>
          <HeatGrid key={`${map.x} ${map.y}`} map={map} cells={cellsOf(map)} selecting={selecting} />
        </div>
      )}
      {!live && <p class="small">Other columns need the notebook.</p>}
    </div>
  );
}

/** The first two columns that the slices are made of, else the first two there are. */
function mostTelling({ slices }: SlicesResult, columns: readonly BuilderColumn[]): [string, string] {
  const names = columns.map(({ name }) => name);
  const used = slices.flatMap(({ predicates }) => predicates.map(({ column }) => column));
  const [x = "", y = ""] = new Set([...used.filter((name) => names.includes(name)), ...names]);
  return [x, y];
}
