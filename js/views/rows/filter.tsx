/** The filter over the table: a query for the kernel, or plain text where there is none. */
import { useEffect, useState } from "preact/hooks";
import type { CodedError } from "../../contract/errors";
import type { ViewHost } from "../../contract/host";
import { Button, useConnection } from "../../ui";

interface FilterProps {
  query: string;
  onApply: (query: string) => void;
  error: CodedError | null;
  host: ViewHost;
}

export function Filter({ query, onApply, error, host }: FilterProps) {
  const connection = useConnection(host);
  const inReport = connection === "report";
  const disabled = connection === "gone";
  const [typed, type] = useState(query);
  useEffect(() => type(query), [query]);
  const apply = () => onApply(typed.trim());
  // Inside JupyterLab a form does not submit itself on Enter.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    apply();
  };
  const clear = () => {
    type("");
    onApply("");
  };
  return (
    <search class="filter">
      <label for="filter">{inReport ? "Find" : "Filter"}</label>
      <input
        id="filter"
        class="input mono"
        type="text"
        spellcheck={false}
        autocomplete="off"
        placeholder={inReport ? "text in any column" : 'loss > 2 and split == "test"'}
        value={typed}
        disabled={disabled}
        aria-invalid={error !== null}
        aria-describedby="filter-error"
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Button disabled={disabled || typed.trim() === query} onClick={apply}>
        Apply
      </Button>
      {query !== "" && <Button onClick={clear}>Clear</Button>}
      <div id="filter-error" class="filter-error" role="alert">
        {error && (
          <>
            <span class="code">{error.code}</span> {error.got}. {error.fix}
          </>
        )}
      </div>
    </search>
  );
}
