/** One row: bars that lead from the baseline's output to the row's own. */
import { useState } from "preact/hooks";
import type { RowAttributions } from "../../contract/attributions";
import { formatCount, LinkButton, MiddleEllipsis } from "../../ui";
import { equals } from "./dots";
import { distinctNames } from "./names";
import { type Bar, FIRST, folded, isFolded, waterfallOf } from "./steps";
import { outputWords, whyNoSum } from "./words";

export function RowSteps({ row }: { row: RowAttributions }) {
  const [all, setAll] = useState(false);
  const waterfall = waterfallOf(all ? row : folded(row));
  const named = distinctNames(row.steps.map(({ name }) => name));
  const { sums, bars, start, end, startText, endText } = waterfall;
  return (
    <>
      <p class="from-to">
        {sums ? (
          <>
            <b>{startText}</b> baseline to <b>{endText}</b>
          </>
        ) : (
          <>
            output <b>{endText}</b>
          </>
        )}{" "}
        <span class="quiet">{outputWords(row)}</span>
      </p>
      <ul class="steps" aria-label={`What moved the answer for row ${formatCount(row.row)}`}>
        {sums && <Mark name="baseline" at={start} text={startText} />}
        {bars.map((bar) => (
          <Step key={bar.key} bar={bar} named={named} zero={sums ? null : start} />
        ))}
        {sums && <Mark name="this row" at={end} text={endText} />}
      </ul>
      {isFolded(row) && (
        <LinkButton onClick={() => setAll(!all)}>
          {all ? `Show the first ${FIRST}` : `Show ${formatCount(row.steps.length)} columns`}
        </LinkButton>
      )}
      {!sums && <p class="small">{whyNoSum(row)}</p>}
    </>
  );
}

interface StepProps {
  bar: Bar;
  named: (name: string) => string;
  zero: number | null;
}

function Step({ bar, named, zero }: StepProps) {
  const { name, cell, baseline, value, text, from, to } = bar;
  const up = (value ?? 0) > 0;
  const title = `${name}${equals(cell)}${cell === "" || baseline === "" ? "" : `, baseline ${baseline}`}`;
  return (
    <li>
      <span class="label" title={title}>
        <MiddleEllipsis text={named(name)} whole={title} />
        {cell !== "" && <span class="cell">{equals(cell)}</span>}
      </span>
      <span class="track" aria-hidden="true">
        {zero !== null && <span class="zero" style={{ left: percent(zero) }} />}
        <span
          class={up ? "bar up" : "bar down"}
          style={{ left: percent(Math.min(from, to)), width: percent(Math.abs(to - from)) }}
        />
        {zero === null && <span class="join" style={{ left: percent(to) }} />}
      </span>
      <span class="num">{text}</span>
    </li>
  );
}

function Mark({ name, at, text }: { name: string; at: number; text: string }) {
  return (
    <li class="mark-row">
      <span class="label">{name}</span>
      <span class="track" aria-hidden="true">
        <span class="tick" style={{ left: percent(at) }} />
      </span>
      <b class="num">{text}</b>
    </li>
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}
