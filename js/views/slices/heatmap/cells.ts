/** The cells of the heat map: their words, their colours, their queries. */
import type { ErrorHeatMap } from "../../../contract/generated";
import { type Values, values } from "../../../contract/values";
import { formatCount } from "../../../ui";
import { metricText, type Scale, scaleOf } from "../numbers";
import type { NamedQuery } from "../use_selecting";

/** Cells with fewer rows than this are drawn paler: their mean says little. */
export const FEW_ROWS = 30;
/** Full strength of the colours, so that the numbers on them stay readable in both themes. */
const STRONGEST = 55;

export interface Cell {
  x: number;
  y: number;
  count: number;
  /** null where there is no row. */
  mean: number | null;
}

export interface Cells {
  columns: number;
  rows: number;
  at(x: number, y: number): Cell;
  scale: Scale;
  /** Lowest and highest mean, of cells with enough rows where there are such. */
  low: number;
  high: number;
}

export function cellsOf(map: ErrorHeatMap): Cells {
  const [rows, columns] = [map.y_labels.length, map.x_labels.length];
  const [counts, means] = [values(map.counts), values(map.means)];
  const known = knownMeans(counts, means);
  const at = (x: number, y: number): Cell => {
    const mean = means[y * columns + x];
    const count = counts[y * columns + x] ?? 0;
    return { x, y, count, mean: mean === undefined || Number.isNaN(mean) ? null : mean };
  };
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return { columns, rows, at, scale: scaleOf([low, high, map.overall]), low, high };
}

function knownMeans(counts: Values, means: Values): number[] {
  const all = [...means].map((mean, index) => ({ mean, count: counts[index] ?? 0 }));
  const filled = all.filter(({ mean }) => !Number.isNaN(mean));
  const sure = filled.filter(({ count }) => count >= FEW_ROWS);
  const used = (sure.length > 0 ? sure : filled).map(({ mean }) => mean);
  return used.length > 0 ? used : [0];
}

/** Blue below the overall mean, orange above it, paler where there are few rows. */
export function colourOf(
  { mean, count }: Cell,
  { low, high }: Cells,
  overall: number | null,
): string | undefined {
  if (mean === null || overall === null) return undefined;
  const widest = Math.max(high - overall, overall - low);
  const deviation = widest > 0 ? Math.max(-1, Math.min(1, (mean - overall) / widest)) : 0;
  const strength = Math.abs(deviation) * Math.min(1, count / FEW_ROWS) * STRONGEST;
  return `color-mix(in srgb, var(${deviation > 0 ? "--hot" : "--bar-2"}) ${strength.toFixed(0)}%, var(--bg))`;
}

/** "distance 500 to 800": labels of bins may or may not name their column. */
function named(column: string, label: string): string {
  return label.startsWith(column) ? label : `${column} ${label}`;
}

export function cellRows(map: ErrorHeatMap, { x, y, count }: Cell): NamedQuery {
  const parts = [map.x_queries[x] ?? "", map.y_queries[y] ?? "", map.scope_query];
  const query = parts
    .filter((part) => part !== "")
    .map((part) => `(${part})`)
    .join(" and ");
  const label = `${named(map.x, map.x_labels[x] ?? "")} and ${named(map.y, map.y_labels[y] ?? "")}`;
  return { query, label, n: count };
}

/** "distance 500 to 800 and origin EWR: error 0.43 in 1,204 rows, 0.17 over all". */
export function cellSentence(map: ErrorHeatMap, cell: Cell, scale: Scale): string {
  const { label } = cellRows(map, cell);
  if (cell.mean === null) return `${label}: no rows`;
  const rows = cell.count === 1 ? "1 row" : `${formatCount(cell.count)} rows`;
  return `${label}: ${map.metric_label} ${metricText(cell.mean, scale)} in ${rows}, ${metricText(map.overall, scale)} over all`;
}
