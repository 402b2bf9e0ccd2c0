/** The rows as pictures: a page of thumbnails in the table's order. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TableColumn, Thumbnails } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { values } from "../../contract/values";
import {
  Button,
  ErrorState,
  formatCount,
  formatNumber,
  nextTile,
  type Picture,
  PictureView,
  picturesOf,
  useConnection,
  useRequest,
  useTrait,
} from "../../ui";
import type { Pager, TableOrder } from "./pager";
import { range } from "./row";
import type { Picking } from "./use_rows";

export const TILES = 48;

interface PictureGridProps {
  host: ViewHost;
  pager: Pager;
  order: TableOrder;
  selected: ReadonlySet<number>;
  onPick: (index: number, picking: Picking) => void;
  onOpen: (index: number) => void;
}

export function PictureGrid({ host, pager, order, selected, onPick, onOpen }: PictureGridProps) {
  const key = JSON.stringify(order);
  const [place, setPlace] = useState({ key, start: 0 });
  const start = place.key === key ? place.start : 0;
  const total = pager.state.total ?? 0;
  useEffect(() => pager.want(order, start, start + TILES), [pager, order, start]);
  const indices = range(start, Math.min(start + TILES, total)).filter(
    (index) => pager.rowAt(index) !== undefined,
  );
  const rows = indices.map((index) => pager.rowAt(index) ?? 0);
  const { pictures, error } = useThumbnails(host, rows);
  const list = useRef<HTMLUListElement>(null);
  const pick = (event: MouseEvent, index: number) =>
    onPick(index, event.shiftKey ? "extend" : event.ctrlKey || event.metaKey ? "toggle" : "only");
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextTile([...(list.current?.querySelectorAll("button") ?? [])], event);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <>
      {error && <ErrorState error={error} />}
      <ul
        class={pager.state.stale ? "tiles thumbnails stale" : "tiles thumbnails"}
        aria-label="Rows as pictures"
        aria-busy={pager.state.stale}
        ref={list}
        onKeyDown={onKeyDown}
      >
        {indices.map((index) => (
          <li key={index}>
            <Tile
              row={pager.rowAt(index) ?? 0}
              picture={pictures.get(pager.rowAt(index) ?? -1)}
              cells={cellsOf(pager, index)}
              selected={selected.has(pager.rowAt(index) ?? -1)}
              onPick={(event) => pick(event, index)}
              onOpen={() => onOpen(index)}
            />
          </li>
        ))}
      </ul>
      {total > TILES && (
        <div class="foot turning">
          <span role="status">
            {formatCount(start + 1)} to {formatCount(Math.min(start + TILES, total))} of {formatCount(total)}
          </span>
          <span class="grow" />
          <Button disabled={start === 0} onClick={() => setPlace({ key, start: start - TILES })}>
            Previous {TILES}
          </Button>
          <Button disabled={start + TILES >= total} onClick={() => setPlace({ key, start: start + TILES })}>
            Next {TILES}
          </Button>
        </div>
      )}
    </>
  );
}

interface TileProps {
  row: number;
  picture: Picture | undefined;
  cells: Cells;
  selected: boolean;
  onPick: (event: MouseEvent) => void;
  onOpen: () => void;
}

function Tile({ row, picture, cells, selected, onPick, onOpen }: TileProps) {
  const { target, predicted, loss } = cells;
  const wrong = target !== "" && predicted !== "" && target !== predicted;
  const verdict = target === "" ? "" : wrong ? `is ${target}` : "right";
  const spoken = [`Row ${formatCount(row)}`, predicted, verdict, `loss ${loss}`].filter(Boolean).join(", ");
  return (
    <button
      type="button"
      class={selected ? "tile selected" : "tile"}
      aria-label={spoken}
      aria-pressed={selected}
      data-row={row}
      onClick={onPick}
      onDblClick={onOpen}
    >
      <span class="framed">
        {picture ? <PictureView picture={picture} map={null} /> : <span class="picture no-picture" />}
      </span>
      <span class="caption" title={spoken}>
        <span class="answer">{predicted}</span>
        <span class={wrong ? "wrong" : "quiet"}>{verdict}</span>
      </span>
    </button>
  );
}

interface Cells {
  target: string;
  predicted: string;
  loss: string;
}

function cellsOf(pager: Pager, index: number): Cells {
  const page = pager.pageOf(index);
  const cell = (role: TableColumn["role"]) => {
    const at = page?.columns.findIndex((column) => column.role === role) ?? -1;
    const value = page?.cells[at]?.[index - page.start];
    if (value === null || value === undefined || Number.isNaN(value)) return "";
    return typeof value === "number" ? formatNumber(value, 3) : value;
  };
  return { target: cell("target"), predicted: cell("predicted"), loss: cell("loss") || "not known" };
}

/** Small pictures by row: asked of the kernel, or those that the file carries. */
function useThumbnails(host: ViewHost, rows: readonly number[]) {
  const live = useConnection(host) === "live";
  const [carried] = useTrait<Thumbnails | null | undefined>(host, "embedded_pictures");
  const { data, error, stale } = useRequest<Thumbnails>(
    host,
    "thumbnails",
    live && rows.length > 0 ? { rows } : null,
  );
  const found = live ? data : (carried ?? null);
  const pictures = useMemo(() => {
    if (found === null) return new Map<number, Picture>();
    const all = picturesOf(found);
    return new Map(Array.from(values(found.rows), (row, place) => [row, all[place] as Picture]));
  }, [found]);
  return { pictures, error: stale ? null : error };
}
