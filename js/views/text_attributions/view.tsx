/** Text: which words moved the model's answer, by one method or by several one under the other. */
import type { TextAttributionsResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import type { TextPage, TextStatus } from "../../contract/text_attributions";
import { ALL_ROWS, type Selection } from "../../contract/workbench";
import {
  Button,
  EmptyState,
  ErrorState,
  formatCount,
  formatSeconds,
  Progress,
  plural,
  TrustLines,
  useShared,
  ViewFrame,
} from "../../ui";
import { scaleOf, signed } from "./numbers";
import { SettingsBar } from "./settings_bar";
import { TextCard } from "./text_card";
import { type Ask, byRow, useAsking, useTexts } from "./use_texts";

export function TextAttributions({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <Body host={host} />
    </ViewFrame>
  );
}

function Body({ host }: { host: ViewHost }) {
  const { results, settings, page, status, live } = useTexts(host);
  const { ask, refused } = useAsking(host);
  const [selection] = useShared<Selection>(host, "selection", ALL_ROWS);
  const running = live && status.state === "running";
  const rows = byRow(results);
  return (
    <>
      <h2>Text</h2>
      <p class="lead">{leadSentence(results, page, selection, host.shared !== null)}</p>
      {settings && live && (
        <SettingsBar settings={settings} onChange={(wanted) => ask("configure", wanted)} />
      )}
      {refused && <ErrorState error={refused} />}
      {live && <State status={status} waiting={results.length === 0} empty={page?.total === 0} ask={ask} />}
      {!live && rows.length === 0 && (
        <EmptyState title="No text is in this file">
          Texts are attributed when the panel is first opened in the notebook.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <div class={running ? "stale" : undefined} aria-busy={running}>
          <Legend results={results} />
          {rows.map((shown) => (
            <TextCard
              key={shown[0]?.text.row}
              shown={shown}
              onOpen={live ? (row) => ask("open_row", { row }) : null}
            />
          ))}
        </div>
      )}
      {live && page && page.total > page.size && <Pager page={page} running={running} ask={ask} />}
      <div class="trust">
        {results.map((result) => (
          <Checks key={result.method} result={result} several={results.length > 1} />
        ))}
      </div>
    </>
  );
}

interface StateProps {
  status: TextStatus;
  waiting: boolean;
  empty: boolean;
  ask: Ask;
}

function State({ status, waiting, empty, ask }: StateProps) {
  if (empty) return <EmptyState title="No row is in focus">Clear the selection to see texts.</EmptyState>;
  if (status.state === "running") {
    return (
      <div class="part-state" role="status">
        <Progress text={status.text} fraction={status.fraction} onCancel={() => ask("cancel", {})} />
      </div>
    );
  }
  if (status.error) return <ErrorState error={status.error} onRetry={() => ask("compute", {})} />;
  if (status.state === "cancelled" || waiting) {
    return (
      <div class="state part-state" role="status">
        <b>{status.state === "cancelled" ? "Cancelled" : "Not computed yet"}</b>
        <div class="actions">
          <Button onClick={() => ask("compute", {})}>Compute</Button>
        </div>
      </div>
    );
  }
  return null;
}

function Legend({ results }: { results: readonly TextAttributionsResult[] }) {
  const only = results.length === 1 ? results[0] : undefined;
  const scale = only && scaleOf(only);
  return (
    <p class="legend">
      <span class="word down marked">pushes down</span>
      {scale && scale.largest > 0 && ` ${signed(-scale.largest, scale)} `}
      <i class="ramp" aria-hidden="true" />
      {scale && scale.largest > 0 && ` ${signed(scale.largest, scale)} `}
      <span class="word up marked">pushes up</span>
      <span class="quiet">{only ? only.unit : "each method on its own scale"}</span>
    </p>
  );
}

function Pager({ page, running, ask }: { page: TextPage; running: boolean; ask: Ask }) {
  const { start, size, total } = page;
  const last = Math.min(start + size, total);
  return (
    <nav class="pager" aria-label="Texts">
      <Button disabled={start === 0} onClick={() => ask("turn", { start: start - size })}>
        Previous
      </Button>
      <span role="status">{pageWords(page, running)}</span>
      <Button disabled={last >= total} onClick={() => ask("turn", { start: start + size })}>
        Next
      </Button>
    </nav>
  );
}

/** "1 to 5 of 18": what is shown; "1 to 5 of 18, 6 to 10 coming" while others are awaited. */
function pageWords({ start, size, total, shown }: TextPage, running: boolean): string {
  const state = running ? "coming" : "not computed";
  const words = (from: number, of: number) =>
    `${formatCount(from + 1)} to ${formatCount(Math.min(from + size, of))}`;
  const asked = words(start, total);
  if (shown === null || shown.total === 0) return `${asked} of ${formatCount(total)} ${state}`;
  const now = `${words(shown.start, shown.total)} of ${formatCount(shown.total)}`;
  if (shown.start === start && shown.total === total) return now;
  return `${now}, ${asked}${shown.total === total ? "" : ` of ${formatCount(total)}`} ${state}`;
}

function Checks({ result, several }: { result: TextAttributionsResult; several: boolean }) {
  const { method_label: label, trust_lines: lines, notes, seconds } = result;
  return (
    <section aria-label={`How far to trust ${label}`}>
      <h3>How far to trust it{several && `: ${label}`}</h3>
      <TrustLines lines={lines} />
      <div class="foot">
        {notes.map((note) => (
          <span key={note}>{note}</span>
        ))}
        {seconds !== null && <span>{formatSeconds(seconds)}</span>}
      </div>
    </section>
  );
}

function leadSentence(
  results: readonly TextAttributionsResult[],
  page: TextPage | null,
  selection: Selection,
  inWorkbench: boolean,
): string {
  const [first] = results;
  if (first === undefined) return "Which words moved the model's answer.";
  const how = results.length > 1 ? `${results.length} methods, one under the other` : methodWords(first);
  const total = page?.shown?.total ?? first.texts.length;
  const of = selection.kind === "all" ? "" : " in the selection";
  const which = `${formatCount(first.texts.length)} of ${plural(total, "text")}${of}`;
  return `${how}. ${which}${inWorkbench ? ", highest loss first" : ""}.`;
}

function methodWords({ method_label, baseline_note, method_reason }: TextAttributionsResult): string {
  const against = baseline_note === "" ? "" : `, ${baseline_note}`;
  const why = method_reason === "" ? "" : ` Chosen because ${method_reason}.`;
  return `${method_label}${against}.${why}`.replace(/\.$/, "");
}
