/** The nearest real row that gets another answer, and one click to walk there. */
import { useEffect, useState } from "preact/hooks";
import type { Feature, NearestRow, WhatifResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import {
  Button,
  columnName,
  EmptyState,
  ErrorState,
  formatCount,
  formatFixed,
  formatNumber,
  MiddleEllipsis,
  plural,
  useRequest,
} from "../../ui";
import { differences, type Edits, formatValue, type Scalar } from "./values";

/** How long the hand must rest before the search starts by itself. */
const IDLE_MS = 700;
/** More rows than this are searched only when asked. */
const MOST_SEARCHED_UNASKED = 200_000;
const MOST_DIFFERENCES = 8;

interface NearestPanelProps {
  host: ViewHost;
  result: WhatifResult;
  edits: Edits;
  features: readonly Feature[];
  nRows: number;
  regression: boolean;
  /** In an exported file: what the search had found for the unchanged row. */
  kept: NearestRow | null;
  live: boolean;
  onWalk: (target: readonly Scalar[]) => void;
  onOpen: (row: number) => void;
}

export function NearestPanel(props: NearestPanelProps) {
  const { host, result, edits, nRows, regression, kept, live } = props;
  const settled = useSettled(edits, IDLE_MS);
  const [asked, ask] = useState<Edits | null>(null);
  const unasked = nRows <= MOST_SEARCHED_UNASKED;
  const wanted = unasked ? settled : asked;
  const found = useRequest<NearestRow>(
    host,
    "nearest",
    live && wanted !== null ? { row: result.row, edits: wanted } : null,
  );
  const nearest = found.data ?? kept;
  const stale = live && nearest !== null && (found.stale || wanted !== edits);
  return (
    <section class="nearest" aria-label="Nearest row with another answer">
      <h3>{regression ? "Nearest row with a different answer" : "Nearest row with another answer"}</h3>
      {!unasked && live && (
        <Button onClick={() => ask(edits)} disabled={asked === edits}>
          Search {plural(nRows, "row")}
        </Button>
      )}
      {found.error !== null && live && <ErrorState error={found.error} />}
      {nearest === null && found.error === null && <Waiting live={live} unasked={unasked} />}
      {nearest !== null && (
        <div class={stale ? "stale-soon" : undefined} aria-busy={stale}>
          <Nearest {...props} nearest={nearest} />
        </div>
      )}
    </section>
  );
}

function Waiting({ live, unasked }: { live: boolean; unasked: boolean }) {
  if (!live) return <p class="quiet">The search needs the notebook: no kernel answers here.</p>;
  return unasked ? <p class="quiet">Searching</p> : null;
}

function Nearest({
  nearest,
  result,
  edits,
  features,
  regression,
  live,
  onWalk,
  onOpen,
}: NearestPanelProps & { nearest: NearestRow }) {
  const { row, values, predicted, output, distance, searched, why } = nearest;
  if (row === null) return <EmptyState title="There is none">{why}.</EmptyState>;
  const all = differences(result, edits, features, values);
  const shown = all.slice(0, MOST_DIFFERENCES);
  return (
    <>
      <p class="quiet">
        {live ? (
          <button type="button" class="link" onClick={() => onOpen(row)}>
            Row {formatCount(row)}
          </button>
        ) : (
          `Row ${formatCount(row)}`
        )}
        : {regression ? formatNumber(output, 5) : predicted}
        {!regression && output !== null && ` (${formatNumber(output, 3)})`}, distance{" "}
        {formatFixed(distance, 3)}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Feature</th>
            <th scope="col" class="num">
              This
            </th>
            <th scope="col" class="num">
              Nearest
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ feature, here, there }) => (
            <tr key={feature.position}>
              <td>
                <MiddleEllipsis text={columnName(feature.name)} tail={6} />
              </td>
              <ValueCell feature={feature} value={here} />
              <ValueCell feature={feature} value={there} />
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > shown.length && (
        <p class="small">and {plural(all.length - shown.length, "more difference")}</p>
      )}
      <div class="actions">
        <Button
          onClick={() => onWalk(values)}
          disabled={!live || all.length === 0}
          title={
            live
              ? "Set every control to that row's value"
              : "Needs the notebook: several features move at once"
          }
        >
          Walk there
        </Button>
        <span class="small">
          {live
            ? `Gower's distance, ${plural(searched, "row")} compared`
            : "needs a kernel · found for the unchanged row"}
        </span>
      </div>
    </>
  );
}

/** Dates break between day and time; other long values lose their middle. */
function ValueCell({ feature, value }: { feature: Feature; value: Scalar }) {
  const text = formatValue(feature, value);
  return <td class="num">{feature.kind === "datetime" ? text : <MiddleEllipsis text={text} tail={5} />}</td>;
}

/** `value` once it has not changed for a while; null before. */
function useSettled<T>(value: T, idle: number): T | null {
  const [settled, settle] = useState<T | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), idle);
    return () => clearTimeout(timer);
  }, [value, idle]);
  return settled;
}
