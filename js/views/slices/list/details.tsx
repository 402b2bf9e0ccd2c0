/** What stands behind one slice: in words, what to try, what was folded under it, its query, and what to do with it. */
import type { FoldedSlice, NextStep, Slice, SlicesResult } from "../../../contract/generated";
import type { ViewHost } from "../../../contract/host";
import { CopyButton, columnName, formatCount, LinkButton, useRequest } from "../../../ui";
import { metricText, type Scale } from "../numbers";
import { SaveForm } from "../saved/save_form";
import type { NamedQuery, Selecting } from "../use_selecting";

export interface DetailActions {
  host: ViewHost;
  /** Whether a kernel can be asked. */
  live: boolean;
  /** null where two sets of rows cannot be compared. */
  onCompare: ((rows: NamedQuery) => void) | null;
  onBuild: ((query: string) => void) | null;
}

interface DetailsProps extends DetailActions {
  slice: Slice;
  result: SlicesResult;
  scale: Scale;
  selecting: Selecting;
}

export function Details({ slice, result, scale, selecting, host, live, onCompare, onBuild }: DetailsProps) {
  const steps = useNextSteps(host, slice, live);
  const rows = { query: slice.query, label: slice.label, n: slice.size };
  return (
    <>
      <p>{slice.description}</p>
      {steps.length > 0 && (
        <>
          <h4>What next</h4>
          <ul class="plain">
            {steps.map(({ kind, text }) => (
              <li key={kind}>{text}</li>
            ))}
          </ul>
        </>
      )}
      {slice.folded.length > 0 && (
        <Folded slice={slice} result={result} scale={scale} selecting={selecting} />
      )}
      <h4>As a query</h4>
      <div class="query-line">
        <code class="mono">{slice.query}</code>
        <CopyButton text={slice.query}>Copy</CopyButton>
      </div>
      <StandIns slice={slice} />
      <div class="actions">
        {onCompare && <LinkButton onClick={() => onCompare(rows)}>Compare with the rest</LinkButton>}
        {onBuild && (
          <LinkButton onClick={() => onBuild(conditionsOf(slice))}>Change in the builder</LinkButton>
        )}
        {live && <SaveForm host={host} query={slice.query} />}
      </div>
    </>
  );
}

const WHY: Record<FoldedSlice["why"], string> = {
  "same rows": "the same rows",
  "adds nothing": "not clearly worse than this one",
  "explained by it": "its excess lies in this one",
};

function Folded({
  slice,
  result,
  scale,
  selecting,
}: Pick<DetailsProps, "slice" | "result" | "scale" | "selecting">) {
  return (
    <>
      <h4>Folded under it</h4>
      <table class="folded">
        <tbody>
          {slice.folded.map(({ label, query, size, metric, why }) => (
            <tr key={query} class={selecting.isSelected(query) ? "selected" : undefined}>
              <td>
                {selecting.possible ? (
                  <button
                    type="button"
                    class="pick mono"
                    aria-pressed={selecting.isSelected(query)}
                    onClick={() => selecting.toggle({ query, label, n: size })}
                  >
                    {label}
                  </button>
                ) : (
                  <span class="mono">{label}</span>
                )}
              </td>
              <td class="num">{formatCount(size)} rows</td>
              <td class="num">
                {result.metric_label} {metricText(metric, scale)}
              </td>
              <td class="quiet">{WHY[why]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** pandas cannot write every name, so a query may say "column_3": which column that is, and who understands it. */
function StandIns({ slice: { predicates } }: { slice: Slice }) {
  const names = new Map<string, string>();
  for (const { query, column } of predicates) {
    const standIn = query.match(STAND_IN)?.[0];
    if (standIn !== undefined && !column.includes(standIn)) names.set(standIn, columnName(column));
  }
  if (names.size === 0) return null;
  const told = [...names].map(([standIn, name]) => `${standIn} is ${name}`).join(", ");
  return <p class="small">{`${told}: pandas cannot write this name, ev.rows_matching(query) reads it.`}</p>;
}

const STAND_IN = /\bcolumn_\d+\b/;

/** The conditions alone: the query also says which rows were searched. */
function conditionsOf({ predicates }: Slice): string {
  return predicates.map(({ query }) => (query.includes(" or ") ? `(${query})` : query)).join(" and ");
}

/** The steps that came with the slice, or the kernel's answer: they take a look at the training rows. */
function useNextSteps(host: ViewHost, slice: Slice, live: boolean): readonly NextStep[] {
  const ask = live && slice.next_steps.length === 0;
  const { data } = useRequest<readonly NextStep[]>(host, "what_next", ask ? { query: slice.query } : null);
  return slice.next_steps.length > 0 ? slice.next_steps : (data ?? []);
}
