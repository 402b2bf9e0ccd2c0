/** Which row is open, and the way to others. */
import { useState } from "preact/hooks";
import { Button, formatCount } from "../../ui";

interface RowBarProps {
  row: number;
  nRows: number;
  /** Why other rows cannot be opened, or "". */
  locked: string;
  onOpen: (row: number) => void;
}

export function RowBar({ row, nRows, locked, onOpen }: RowBarProps) {
  return (
    <span class="row-bar" title={locked || undefined}>
      {locked !== "" && <span class="small">needs a kernel</span>}
      <Button onClick={() => onOpen(row - 1)} disabled={locked !== "" || row <= 0}>
        Previous
      </Button>
      <RowInput row={row} nRows={nRows} disabled={locked !== ""} onOpen={onOpen} />
      <Button onClick={() => onOpen(row + 1)} disabled={locked !== "" || row >= nRows - 1}>
        Next
      </Button>
    </span>
  );
}

interface RowInputProps {
  row: number | null;
  nRows: number;
  disabled?: boolean;
  onOpen: (row: number) => void;
}

export function RowInput({ row, nRows, disabled = false, onOpen }: RowInputProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const wanted = draft === null || draft.trim() === "" ? null : Number(draft.replace(/[,\s]/g, ""));
  const possible = wanted !== null && Number.isInteger(wanted) && wanted >= 0 && wanted < nRows;
  const impossible = draft !== null && draft.trim() !== "" && !possible;
  const decide = () => {
    // What cannot be opened stays in the field, with why, until it is mended or given up.
    if (impossible) return;
    if (wanted !== null && possible && wanted !== row) onOpen(wanted);
    setDraft(null);
  };
  return (
    <label class="row-input">
      <span class="quiet">Row</span>
      <input
        class="input"
        inputMode="numeric"
        aria-label={`Row, 0 to ${formatCount(nRows - 1)}`}
        aria-invalid={impossible}
        title={`0 to ${formatCount(nRows - 1)}`}
        disabled={disabled}
        value={draft ?? (row === null ? "" : formatCount(row))}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={decide}
        onKeyDown={(event) => {
          if (event.key === "Enter") decide();
          if (event.key === "Escape") setDraft(null);
        }}
      />
      {impossible && <span class="small">rows go from 0 to {formatCount(nRows - 1)}</span>}
    </label>
  );
}
