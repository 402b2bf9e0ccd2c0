/** Rows: every row of the data with what the model said about it, sorted by loss at first. */
import { useState } from "preact/hooks";
import type { RowsResult, TableColumn } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import type { Selection } from "../../contract/workbench";
import {
  Button,
  type Choice,
  EmptyState,
  ErrorState,
  LinkButton,
  Progress,
  plural,
  Segmented,
  useConnection,
  useShared,
  useTrait,
  ViewFrame,
} from "../../ui";
import { Filter } from "./filter";
import { Grid } from "./grid";
import { canNarrow } from "./local";
import { PictureGrid } from "./picture_grid";
import { useScope } from "./scope";
import { leadSentence } from "./sentence";
import { classesOf, useOrder, usePager, usePicking } from "./use_rows";

const NO_COLUMNS: readonly TableColumn[] = [];
const WHAT_IF = { panel: "whatif", label: "What-if" };
const IMAGES = { panel: "gradcam", label: "Images" };

type Layout = "table" | "pictures";
const LAYOUTS: readonly Choice<Layout>[] = [
  { value: "pictures", label: "pictures" },
  { value: "table", label: "table" },
];

export function Rows({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <RowsBody host={host} />
    </ViewFrame>
  );
}

function RowsBody({ host }: { host: ViewHost }) {
  const inReport = useConnection(host) === "report";
  const [embedded] = useTrait<RowsResult | null>(host, "embedded");
  const [announced] = useTrait<readonly TableColumn[] | null>(host, "columns");
  const columns = (inReport ? embedded?.columns : announced) ?? NO_COLUMNS;
  const scope = useScope(host);
  const [order, setOrder] = useOrder(host, scope);
  const pager = usePager(host, scope);
  const picking = usePicking(host, pager);
  const [, openPanel] = useShared<string>(host, "panel", "");
  const { state } = pager;
  const [layout, setLayout] = useLayout(host);
  const opens = useOpens(host);

  const sortBy = ({ key, kind }: TableColumn) => {
    const textual = kind === "categorical" || kind === "text";
    setOrder({ sort: key, ascending: key === order.sort ? !order.ascending : textual });
  };
  const open = async (index: number) => {
    await picking.pick(index, "only");
    openPanel(opens.panel);
  };
  const filterError = state.error?.argument === "query" ? state.error : null;
  const error = (filterError ? null : state.error) ?? picking.error;
  if (inReport && embedded === null) return <EmptyState title="This file holds no rows" />;
  return (
    <>
      <h2>Rows</h2>
      <p class="lead">
        <span role="status">
          {leadSentence({ state, scope, columns, carried: inReport ? (embedded?.rows.shape[0] ?? 0) : null })}
        </span>
        {scope.kind !== "all" && <LinkButton onClick={picking.clear}>Show all rows</LinkButton>}
      </p>
      {embedded && inReport && <Unworkable embedded={embedded} scope={scope} host={host} />}
      <div class="tools">
        <Filter
          query={order.query}
          onApply={(query) => setOrder({ query })}
          error={filterError}
          host={host}
        />
        {!inReport && order.query !== "" && !filterError && (
          <Button onClick={() => picking.selectQuery(order.query)}>Select these rows</Button>
        )}
        {layout && <Segmented label="Rows as" choices={LAYOUTS} value={layout} onChange={setLayout} />}
        <OpenRow host={host} label={opens.label} onOpen={() => openPanel(opens.panel)} />
      </div>
      {error && <ErrorState error={error} />}
      {state.total === 0 && (
        <EmptyState title="No row matches">Clear the filter, or the selection in the bar above.</EmptyState>
      )}
      {state.total === null && !state.error && <Progress text="Sorting the rows" fraction={null} />}
      {layout === "pictures" ? (
        <PictureGrid
          host={host}
          pager={pager}
          order={order}
          selected={picking.selected}
          onPick={picking.pick}
          onOpen={open}
        />
      ) : (
        <Grid
          pager={pager}
          order={order}
          columns={columns}
          selected={picking.selected}
          onSort={sortBy}
          onPick={picking.pick}
          onOpen={open}
        />
      )}
      <Footer selected={picking.selected.size} stale={state.stale} opens={opens.label} />
    </>
  );
}

function Unworkable({ embedded, scope, host }: { embedded: RowsResult; scope: Selection; host: ViewHost }) {
  if (canNarrow(embedded, scope, classesOf(host))) return null;
  return (
    <p class="note">
      Which rows the selection {scope.label} holds cannot be worked out without a kernel: the table shows
      every row of this file.
    </p>
  );
}

function OpenRow({ host, label, onOpen }: { host: ViewHost; label: string; onOpen: () => void }) {
  const [row] = useShared<number | null>(host, "row", null);
  if (host.shared === null) return null;
  return (
    <Button disabled={row === null} title={row === null ? "Click a row first" : undefined} onClick={onOpen}>
      Open in {label}
    </Button>
  );
}

function Footer({ selected, stale, opens }: { selected: number; stale: boolean; opens: string }) {
  return (
    <div class="foot">
      <span role="status">
        {stale ? "Sorting" : selected === 0 ? "No row selected" : `${plural(selected, "row")} selected`}
      </span>
      <span>click selects · Ctrl adds · Shift takes the run between · double click opens {opens}</span>
    </div>
  );
}

/** Rows as pictures or as a table; null where there are no pictures. Without a table, pictures come first. */
function useLayout(host: ViewHost): [Layout | null, (layout: Layout) => void] {
  const [pictures] = useTrait<boolean | undefined>(host, "pictures");
  const [chosen, choose] = useState<Layout | null>(null);
  const [columns] = useTrait<readonly TableColumn[] | null>(host, "columns");
  if (!pictures) return [null, choose];
  return [chosen ?? (hasFeatures(columns) ? "table" : "pictures"), choose];
}

/** Where a row is looked at more closely: images alone have no values to change. */
function useOpens(host: ViewHost) {
  const [pictures] = useTrait<boolean | undefined>(host, "pictures");
  const [columns] = useTrait<readonly TableColumn[] | null>(host, "columns");
  return pictures && !hasFeatures(columns) ? IMAGES : WHAT_IF;
}

function hasFeatures(columns: readonly TableColumn[] | null): boolean {
  return columns?.some(({ role }) => role === "feature") ?? false;
}
