/** A slice of one's own: conditions by clicking and dragging, or typed, measured while they change. */
import { useEffect, useRef } from "preact/hooks";
import type { ViewHost } from "../../../contract/host";
import type { BuilderColumn } from "../../../contract/slices";
import { Button, LinkButton } from "../../../ui";
import { SaveForm } from "../saved/save_form";
import type { NamedQuery, Selecting } from "../use_selecting";
import { ConditionRow } from "./condition_row";
import { MeasureLine } from "./measure_line";
import { QueryField } from "./query_field";
import type { Builder } from "./use_builder";
import { useMeasure } from "./use_measure";

interface BuildSliceProps {
  host: ViewHost;
  builder: Builder;
  columns: readonly BuilderColumn[];
  metricLabel: string;
  /** What measures depend on beside the query. */
  basis: string;
  selecting: Selecting;
  onCompare: (rows: NamedQuery) => void;
}

export function BuildSlice(props: BuildSliceProps) {
  const { host, builder, columns, metricLabel, basis, selecting, onCompare } = props;
  const { query, groups, behind } = builder;
  const measured = useMeasure(host, query, basis);
  const measure = measured.stale ? null : (measured.answer?.data ?? null);
  const heading = useReveal(builder.loads);
  const usable = query.trim() !== "" && measured.error === null && measure !== null && measure.n > 0;
  const rows = { query: measure?.query ?? query, label: query, n: measure?.n ?? null };
  const current = selecting.selection.kind === "query" ? (selecting.selection.query ?? "") : "";
  return (
    <section class="builder" aria-label="Build a slice">
      <header class="title">
        <h3 tabIndex={-1} ref={heading}>
          Build a slice
        </h3>
        <span class="grow" />
        <LinkButton
          disabled={current === ""}
          title={current === "" ? "Nothing is selected by a query" : current}
          onClick={() => builder.type(current)}
        >
          Use current selection
        </LinkButton>
        <LinkButton disabled={query === "" && groups.length === 0} onClick={builder.clear}>
          Clear
        </LinkButton>
      </header>
      <QueryField query={query} columns={columns} error={measured.error} onType={builder.type} />
      {behind && <p class="small">{groups.length > 0 ? CHANGED : TYPED}</p>}
      <div class={behind ? "conditions stale" : "conditions"} inert={behind}>
        <Conditions builder={builder} columns={columns} />
      </div>
      <MeasureLine
        measure={query.trim() === "" ? null : (measured.answer?.data ?? null)}
        stale={measured.stale}
        metricLabel={metricLabel}
      />
      <div class="actions">
        <Button disabled={!usable} onClick={() => selecting.select(rows)}>
          Select these rows
        </Button>
        <Button disabled={!usable} onClick={() => onCompare(rows)}>
          Compare with the rest
        </Button>
        <SaveForm host={host} query={rows.query} disabled={!usable} />
      </div>
    </section>
  );
}

/** Brings the builder into view, and the focus to its heading, when a query is put in from elsewhere. */
function useReveal(loads: number) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (loads === 0) return;
    heading.current?.focus({ preventScroll: true });
    heading.current?.closest("section")?.scrollIntoView?.({ block: "nearest" });
  }, [loads]);
  return heading;
}

const TYPED = "Typed by hand: it says more than rows of conditions can show.";
const CHANGED = "The query was changed by hand: these conditions do not say what it says.";

function Conditions({ builder, columns }: { builder: Builder; columns: readonly BuilderColumn[] }) {
  const { groups, behind } = builder;
  return (
    <>
      {groups.map((group, index) => (
        <div
          class="group"
          role="group"
          aria-label={groups.length > 1 ? `Alternative ${index + 1}` : "Conditions"}
          key={group[0]?.id}
        >
          {group.map((condition, place) => (
            <ConditionRow
              key={condition.id}
              joiner={place > 0 ? "and" : index > 0 ? "or" : ""}
              condition={condition}
              columns={columns}
              onChange={builder.change}
              onRemove={() => builder.remove(condition.id)}
            />
          ))}
          <div class="adding">
            <LinkButton onClick={() => builder.add(index)}>and another condition</LinkButton>
            {index === groups.length - 1 && (
              <LinkButton onClick={() => builder.add("new")}>or something else</LinkButton>
            )}
          </div>
        </div>
      ))}
      {groups.length === 0 && !behind && (
        <div class="adding">
          <Button disabled={columns.length === 0} onClick={() => builder.add("new")}>
            Add a condition
          </Button>
          <span class="small">by clicking values or dragging over a histogram; or type it above</span>
        </div>
      )}
    </>
  );
}
