/** Slices: where the model is wrong, confirmed on rows that the search did not see. */
import { useState } from "preact/hooks";
import type { SlicesResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { ErrorState, ViewFrame, WidgetSlot } from "../../ui";
import { BuildSlice } from "./builder/builder";
import { useBuilder } from "./builder/use_builder";
import { Compare, type Pair } from "./compare/compare";
import { Found } from "./found";
import { capital, scaleOfResult } from "./numbers";
import { SavedList } from "./saved/saved_list";
import { SearchState } from "./search_state";
import { leadSentence } from "./sentence";
import { SettingsBar } from "./settings_bar";
import { type NamedQuery, useSelecting } from "./use_selecting";
import { useSearch, useSlices } from "./use_slices";

export function Slices({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <SlicesBody host={host} />
    </ViewFrame>
  );
}

function SlicesBody({ host }: { host: ViewHost }) {
  const panel = useSlices(host);
  const { result, columns, embedded, settings, scope, status, live, saved } = panel;
  const { refused, search, again, cancel } = useSearch(host, scope, settings);
  const selecting = useSelecting(host);
  const builder = useBuilder(columns);
  const [pair, compare] = useState<Pair | null>(null);
  const compareWithRest = (first: NamedQuery) => compare({ first, second: "" });
  const onCompare = live || embedded !== null ? compareWithRest : null;
  const alone = host.shared === null;
  return (
    <>
      <header class="title">
        <h2>Slices</h2>
        <span class="grow" />
        {live && <SettingsBar settings={settings} scopes={panel.scopes} scope={scope} onSearch={search} />}
      </header>
      <p class="lead">
        {result
          ? leadSentence(result, scaleOfResult(result))
          : "Where the model is wrong, confirmed on rows that the search did not see."}
      </p>
      {panel.crossfilter !== "" && (
        <div class="strip">
          <WidgetSlot
            host={host}
            reference={panel.crossfilter}
            name="crossfilter"
            label="Histograms of all columns"
          />
        </div>
      )}
      {refused && <ErrorState error={refused} />}
      {!(alone && result) && (
        <SearchState
          status={status}
          hasResult={result !== null}
          stale={panel.stale}
          live={live}
          onSearch={again}
          onCancel={cancel}
        />
      )}
      {result && (
        <Found
          host={host}
          basis={panel.basis}
          result={result}
          columns={columns}
          embedded={embedded}
          running={live && status.state === "running"}
          live={live}
          selecting={selecting}
          onCompare={onCompare}
          onBuild={live ? builder.load : null}
        />
      )}
      {pair && (
        <Compare
          key={panel.basis}
          host={host}
          pair={pair}
          choices={comparable(result, saved)}
          embedded={embedded}
          live={live}
          onChange={compare}
        />
      )}
      {live && columns.length > 0 && (
        <BuildSlice
          host={host}
          builder={builder}
          columns={columns}
          metricLabel={capital(result?.metric_label ?? "metric")}
          basis={panel.basis}
          selecting={selecting}
          onCompare={compareWithRest}
        />
      )}
      {!live && !alone && <p class="small kernel-note">Building and saving slices needs the notebook.</p>}
      <SavedList
        host={host}
        saved={saved}
        selecting={selecting}
        live={live}
        onCompare={onCompare}
        onBuild={live && columns.length > 0 ? builder.load : null}
      />
    </>
  );
}

/** What can stand on either side of a comparison: the slices found and those that were saved. */
function comparable(
  result: SlicesResult | null,
  saved: readonly { name: string; query: string; n: number }[],
) {
  const found = (result?.slices ?? []).map(
    ({ query, label, size }): NamedQuery => ({ query, label, n: size }),
  );
  const named = saved.map(({ query, name, n }): NamedQuery => ({ query, label: name, n }));
  return [...named, ...found.filter(({ query }) => !named.some((each) => each.query === query))];
}
