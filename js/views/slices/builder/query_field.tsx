/** The query as text, completed while it is typed: a combobox with its list. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { CodedError } from "../../../contract/errors";
import type { BuilderColumn } from "../../../contract/slices";
import { type Suggestion, suggestionsAt } from "./completion";

/** A query of the first columns that can be asked for: "[]" where there are none. */
function exampleOf(columns: readonly BuilderColumn[]): string[] {
  const listed = columns.find(({ kind, values }) => kind === "categorical" && values.length > 0);
  const measured = columns.find(({ kind }) => kind === "numeric");
  const conditions = [
    listed && `${listed.query_name} == ${listed.values[0]?.query_literal}`,
    measured && measured.high !== null && `${measured.query_name} < ${Number(measured.high.toPrecision(3))}`,
  ].filter((text) => typeof text === "string");
  return conditions.length === 0 ? [] : [conditions.join(" and ")];
}

interface QueryFieldProps {
  query: string;
  columns: readonly BuilderColumn[];
  error: CodedError | null;
  onType: (query: string) => void;
}

export function QueryField({ query, columns, error, onType }: QueryFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const list = useId();
  const { offered, active, offer, close, move } = useSuggestions(columns);
  const caret = useCaret(field, query);
  const accept = (suggestion: Suggestion) => {
    const next = query.slice(0, suggestion.start) + suggestion.text + query.slice(suggestion.end);
    caret(suggestion.start + suggestion.text.length);
    onType(next);
    offer(next, suggestion.start + suggestion.text.length);
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    const chosen = offered[active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (offered.length > 0) move(event.key === "ArrowDown" ? 1 : -1);
      else offer(query, event.currentTarget.selectionStart ?? query.length);
    } else if (event.key === "Escape" && offered.length > 0) {
      event.stopPropagation();
      close();
    } else if ((event.key === "Enter" || event.key === "Tab") && chosen !== undefined) {
      event.preventDefault();
      accept(chosen);
    }
  };
  return (
    <div class="query-field">
      <label for={`${list}-field`}>Query</label>
      <input
        id={`${list}-field`}
        ref={field}
        class="input mono"
        type="text"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={offered.length > 0}
        aria-controls={list}
        aria-activedescendant={active >= 0 ? `${list}-${active}` : undefined}
        aria-invalid={error !== null}
        aria-describedby={`${list}-error`}
        spellcheck={false}
        autocomplete="off"
        placeholder={[...exampleOf(columns), "arrow down completes"].join(" · ")}
        value={query}
        onInput={(event) => {
          const { value, selectionStart } = event.currentTarget;
          onType(value);
          offer(value, selectionStart ?? value.length);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {offered.length > 0 && <SuggestionList id={list} offered={offered} active={active} onAccept={accept} />}
      <div id={`${list}-error`} class="query-error">
        {error && (
          <>
            <span class="code">{error.code}</span> {error.got}. {error.fix}
          </>
        )}
      </div>
    </div>
  );
}

interface SuggestionListProps {
  id: string;
  offered: readonly Suggestion[];
  active: number;
  onAccept: (suggestion: Suggestion) => void;
}

function SuggestionList({ id, offered, active, onAccept }: SuggestionListProps) {
  return (
    <div id={id} class="suggestions" role="listbox" aria-label="Completions">
      {offered.map((suggestion, index) => (
        <div
          id={`${id}-${index}`}
          key={suggestion.text}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          onMouseDown={(event) => {
            // The field keeps the focus, so that typing goes on.
            event.preventDefault();
            onAccept(suggestion);
          }}
        >
          <span class="mono">{suggestion.label}</span>
          <span class="small">{suggestion.hint}</span>
        </div>
      ))}
    </div>
  );
}

function useSuggestions(columns: readonly BuilderColumn[]) {
  const [{ offered, active }, show] = useState<{ offered: readonly Suggestion[]; active: number }>(NONE);
  return {
    offered,
    active,
    offer: (query: string, caret: number) =>
      show({ offered: suggestionsAt(query, caret, columns), active: -1 }),
    close: () => show(NONE),
    move: (step: number) =>
      show({
        offered,
        active: (Math.max(active, step > 0 ? -1 : 0) + step + offered.length) % offered.length,
      }),
  };
}

const NONE: { offered: readonly Suggestion[]; active: number } = { offered: [], active: -1 };

/** Returns the function that puts the caret somewhere once the next text is drawn. */
function useCaret(field: { current: HTMLInputElement | null }, query: string) {
  const wanted = useRef<number | null>(null);
  useEffect(() => {
    if (wanted.current === null) return;
    field.current?.setSelectionRange(wanted.current, wanted.current);
    wanted.current = null;
  }, [field, query]);
  return (place: number) => {
    wanted.current = place;
  };
}
