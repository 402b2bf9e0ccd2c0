/** Values with their counts; a click takes one in or out. */
import { useState } from "preact/hooks";
import type { BuilderColumn } from "../../../contract/slices";
import { columnName, formatCount, LinkButton, valueName } from "../../../ui";

/** Values shown before the person looks for more. */
const MOST_FREQUENT = 10;
const MOST_FOUND = 60;

interface ValuePickerProps {
  column: BuilderColumn;
  /** Literals of the chosen values. */
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}

export function ValuePicker({ column, chosen, onChange }: ValuePickerProps) {
  const { values } = column;
  const [all, showAll] = useState(false);
  const [wanted, find] = useState("");
  const highest = values.reduce((most, { count }) => Math.max(most, count), 1);
  const found = values.filter(({ label }) => valueName(label).toLowerCase().includes(wanted.toLowerCase()));
  const shown = found.filter(
    ({ query_literal }, index) =>
      index < (all ? MOST_FOUND : MOST_FREQUENT) || chosen.includes(query_literal),
  );
  const unknown = chosen.filter((literal) => !values.some(({ query_literal }) => query_literal === literal));
  const toggle = (literal: string) =>
    onChange(chosen.includes(literal) ? chosen.filter((each) => each !== literal) : [...chosen, literal]);
  return (
    <div class="values" role="group" aria-label={`Values of ${columnName(column.name)}`}>
      {all && values.length > MOST_FREQUENT && (
        <input
          class="input"
          type="search"
          aria-label={`Find a value of ${columnName(column.name)}`}
          placeholder={`find one of ${formatCount(values.length)}`}
          value={wanted}
          onInput={(event) => find(event.currentTarget.value)}
        />
      )}
      {shown.map(({ label, query_literal, count }) => (
        <button
          type="button"
          class="value"
          key={query_literal}
          aria-pressed={chosen.includes(query_literal)}
          style={{ "--part": `${((100 * count) / highest).toFixed(1)}%` }}
          onClick={() => toggle(query_literal)}
        >
          {valueName(label)} <span class="count">{formatCount(count)}</span>
        </button>
      ))}
      {unknown.map((literal) => (
        <button type="button" class="value" key={literal} aria-pressed={true} onClick={() => toggle(literal)}>
          {literal}
        </button>
      ))}
      {!all && found.length > shown.length && (
        <LinkButton
          onClick={() => showAll(true)}
        >{`${formatCount(found.length - shown.length)} more`}</LinkButton>
      )}
      {all && found.length > shown.length && (
        <span class="small">{formatCount(found.length - shown.length)} more, type to find them</span>
      )}
    </div>
  );
}
