/** Attributions: why one row got its answer, what drives the model overall, and what is different in a selection. */
import { useMemo, useState } from "preact/hooks";
import type { AttributionsSummary, RowAttributions } from "../../contract/attributions";
import type { TrustLine } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { ALL_ROWS, type Selection } from "../../contract/workbench";
import { EmptyState, ErrorState, TrustLines, useShared, ViewFrame } from "../../ui";
import { Compared } from "./compared";
import { readDots, rowOfDot } from "./dots";
import { Overall } from "./overall";
import { PartState } from "./part_state";
import { RowNav } from "./row_nav";
import { RowSteps } from "./row_steps";
import { SettingsBar } from "./settings_bar";
import { useAsking, useAttributions } from "./use_attributions";
import { leadSentence, rowTitle } from "./words";

export function Attributions({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <Body host={host} />
    </ViewFrame>
  );
}

function Body({ host }: { host: ViewHost }) {
  const panel = useAttributions(host);
  const { ask, refused } = useAsking(host);
  const { result, settings, live, nRows, unavailable } = panel;
  const Title = host.shared === null ? "h3" : "h2";
  if (unavailable !== "") {
    return (
      <>
        <Title>Attributions</Title>
        <EmptyState title="The model cannot be asked">{unavailable}.</EmptyState>
      </>
    );
  }
  return (
    <>
      <div class="title">
        <Title>Attributions</Title>
        {settings && live && (
          <SettingsBar settings={settings} nRows={nRows} onChange={(wanted) => ask("configure", wanted)} />
        )}
      </div>
      <p class="lead">
        {result
          ? leadSentence(result)
          : "How much each column moved the model's answer, away from a baseline."}
      </p>
      {refused && <ErrorState error={refused} />}
      <Parts host={host} panel={panel} ask={ask} />
    </>
  );
}

interface PartsProps {
  host: ViewHost;
  panel: ReturnType<typeof useAttributions>;
  ask: ReturnType<typeof useAsking>["ask"];
}

function Parts({ host, panel, ask }: PartsProps) {
  const { result, compared, trust, live, nRows, statusOf } = panel;
  const [selection] = useShared<Selection>(host, "selection", ALL_ROWS);
  const dots = useMemo(() => (result ? readDots(result) : null), [result]);
  const [picked, pick] = useState<{ of: AttributionsSummary; dot: number } | null>(null);
  // What was picked belongs to the picture that it was picked in.
  const dot = !live && picked !== null && picked.of === result ? picked.dot : null;
  const local = result && dots && dot !== null ? rowOfDot(result, dots, dot) : panel.local;
  const open = (chosen: number) => {
    if (!result || !dots) return;
    if (live) ask("open_row", { row: dots.rows[chosen] as number });
    else pick({ of: result, dot: chosen });
  };
  const state = (part: Parameters<typeof statusOf>[0]) =>
    live && <PartState part={part} status={statusOf(part)} ask={ask} />;
  const none = selection.n === 0;
  const many = result !== null && result.n_rows > 1;
  return (
    <>
      <div class={many || live ? "two" : undefined}>
        <section aria-label="One row">
          <div class="row-title">
            <h3>{local ? rowTitle(local) : "One row"}</h3>
          </div>
          <RowNav local={local} nRows={nRows} ask={live ? ask : null} />
          {state("row")}
          <RowPart
            local={local}
            live={live}
            dots={(dots?.count ?? 0) > 0}
            stale={live && statusOf("row").state === "running"}
          />
          <h3>
            How far to trust it {trust.length > 0 && <span class="legend">checked on at most 20 rows</span>}
          </h3>
          {state("trust")}
          <TrustPart lines={trust} waiting={live && statusOf("all").state === "running"} />
        </section>
        {(many || live) && (
          <section aria-label="All rows">
            <h3 class="first">
              All rows {dots?.count !== 0 && <Legend unordered={dots?.unordered ?? false} />}
            </h3>
            {state("all")}
            {result && dots && (
              <div class={live && statusOf("all").state === "running" ? "stale" : undefined}>
                <Overall summary={result} dots={dots} openRow={local?.row ?? null} onOpen={open} />
              </div>
            )}
            <Notes notes={result?.notes ?? []} />
          </section>
        )}
      </div>
      {selection.kind !== "all" && (compared || none || (live && statusOf("compared").state !== "idle")) && (
        <section aria-label="The selection" class="compared">
          <h3>{compared?.label ?? selection.label} against the rest</h3>
          {state("compared")}
          {compared && <Compared compared={compared} />}
          {none && <p class="quiet">The selection holds no row; what stands above is of all rows.</p>}
        </section>
      )}
    </>
  );
}

interface RowPartProps {
  local: RowAttributions | null;
  live: boolean;
  /** There are dots to click. */
  dots: boolean;
  stale: boolean;
}

function RowPart({ local, live, dots, stale }: RowPartProps) {
  if (local) {
    return (
      <div class={stale ? "stale" : undefined} aria-busy={stale}>
        <RowSteps row={local} />
      </div>
    );
  }
  return live ? null : (
    <EmptyState title="No row is open">
      {dots ? "Click a dot to see its row." : "Open one in the notebook, then export again."}
    </EmptyState>
  );
}

function Legend({ unordered }: { unordered: boolean }) {
  return (
    <span class="legend">
      each dot a row, its value <i class="low" /> low <i class="high" /> high
      {unordered && (
        <>
          {" "}
          <i class="none" /> unordered
        </>
      )}
    </span>
  );
}

function TrustPart({ lines, waiting }: { lines: readonly TrustLine[]; waiting: boolean }) {
  if (lines.length > 0) return <TrustLines lines={lines} />;
  return <p class="quiet">{waiting ? "Checked when all rows are there." : "Not checked."}</p>;
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul class="notes small">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
