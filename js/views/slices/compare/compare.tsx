/** Two slices, or a slice and the rest, side by side: metrics, and every feature's distribution. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { SliceComparison } from "../../../contract/generated";
import type { ViewHost } from "../../../contract/host";
import type { EmbeddedSlices } from "../../../contract/slices";
import {
  EmptyState,
  ErrorState,
  formatCount,
  LinkButton,
  Progress,
  plural,
  Select,
  useRequest,
} from "../../../ui";
import type { NamedQuery } from "../use_selecting";
import { Distribution } from "./distribution";
import { MetricTable } from "./metric_table";

/** Distributions shown before the person asks for all. */
const MOST_TELLING = 12;

export interface Pair {
  first: NamedQuery;
  /** Query of the other side; "" is the rest. */
  second: string;
}

interface CompareProps {
  host: ViewHost;
  pair: Pair;
  /** Slices that can be put on either side. */
  choices: readonly NamedQuery[];
  embedded: EmbeddedSlices | null;
  live: boolean;
  onChange: (pair: Pair | null) => void;
}

export function Compare({ host, pair, choices, embedded, live, onChange }: CompareProps) {
  const { first, second } = pair;
  const asked = useRequest<SliceComparison>(
    host,
    "compare",
    live ? { query: first.query, other: second } : null,
  );
  const kept = second === "" ? (embedded?.comparisons[first.query] ?? null) : null;
  const shown = live ? asked.data : kept;
  const heading = useFocus(first.query);
  const sides = withFirst(choices, first);
  const options = sides.map(({ query, label }) => ({ value: query, label }));
  return (
    <section class="compare" aria-label="Comparison" aria-busy={asked.stale}>
      <header class="title">
        <h3 tabIndex={-1} ref={heading}>
          Side by side
        </h3>
        <span class="grow" />
        <LinkButton onClick={() => onChange(null)}>Close</LinkButton>
      </header>
      <div class="tools">
        <Select
          label="First"
          choices={options}
          value={first.query}
          onChange={(query) =>
            onChange({ first: sides.find((side) => side.query === query) ?? first, second })
          }
        />
        <span class="quiet">against</span>
        <Select
          label="Second"
          choices={[
            { value: "", label: "the rest" },
            ...options.filter(({ value }) => value !== first.query),
          ]}
          value={second}
          disabled={!live}
          onChange={(query) => onChange({ first, second: query })}
        />
        {!live && <span class="small">Other pairs need the notebook.</span>}
      </div>
      {asked.error && <ErrorState error={asked.error} />}
      {shown === null && live && !asked.error && <Progress text="Comparing" fraction={null} />}
      {shown === null && !live && (
        <EmptyState title="This comparison is not in the file">
          The file holds the listed and the saved slices against the rest.
        </EmptyState>
      )}
      {shown && (
        <div class={asked.stale ? "stale" : undefined}>
          <Comparison comparison={named(shown, first)} />
        </div>
      )}
    </section>
  );
}

function Comparison({ comparison }: { comparison: SliceComparison }) {
  const [all, showAll] = useState(false);
  const {
    first_label: first,
    second_label: other,
    n_first,
    n_second,
    n_both,
    metrics,
    features,
  } = comparison;
  const second = other || "the rest";
  const drawn = all ? features : features.slice(0, MOST_TELLING);
  return (
    <>
      <MetricTable
        metrics={metrics}
        first={`${first} · ${formatCount(n_first)} rows`}
        second={`${second} · ${formatCount(n_second)} rows`}
      />
      {n_both > 0 && (
        <p class="small">{`${plural(n_both, "row is", "rows are")} in both and ${n_both === 1 ? "counts" : "count"} on both sides.`}</p>
      )}
      <p class="caption">
        How the columns differ, most different first. <span class="key first">outline</span> {first},{" "}
        <span class="key second">bars</span> {second}; the number is the share of rows that would have to
        move.
      </p>
      <div class="distributions">
        {drawn.map((feature) => (
          <Distribution key={feature.name} feature={feature} />
        ))}
      </div>
      {drawn.length === features.length && features.length < comparison.n_features && (
        <p class="small">{`The ${formatCount(features.length)} most different of ${plural(comparison.n_features, "column")}.`}</p>
      )}
      {drawn.length < features.length && (
        <LinkButton onClick={() => showAll(true)}>{`All ${formatCount(features.length)} columns`}</LinkButton>
      )}
    </>
  );
}

/** Brings the card into view, and the focus to its heading, when another slice is compared. */
function useFocus(query: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView?.({ block: "nearest" });
  }, [query]);
  return heading;
}

/** One query may be saved under several names: the side is called what the person chose. */
function named(comparison: SliceComparison, { query, label }: NamedQuery): SliceComparison {
  const known = label !== query && comparison.first_query === query;
  return known ? { ...comparison, first_label: label } : comparison;
}

function withFirst(choices: readonly NamedQuery[], first: NamedQuery): readonly NamedQuery[] {
  return choices.some(({ query }) => query === first.query) ? choices : [first, ...choices];
}
