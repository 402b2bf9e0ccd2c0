/** Keeps a query under a name. */
import { useId, useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../../../contract/errors";
import type { ViewHost } from "../../../contract/host";
import type { SavedSlice } from "../../../contract/slices";
import { Button, useShared } from "../../../ui";

/** The kernel allows no more. */
const LONGEST_NAME = 80;
const NONE: readonly SavedSlice[] = [];

interface SaveFormProps {
  host: ViewHost;
  query: string;
  disabled?: boolean;
}

export function SaveForm({ host, query, disabled = false }: SaveFormProps) {
  const [name, type] = useState("");
  const [said, say] = useState("");
  const [error, fail] = useState<CodedError | null>(null);
  const field = useId();
  const [saved] = useShared<readonly SavedSlice[]>(host, "saved_slices", NONE);
  const ready = !disabled && name.trim() !== "";
  const taken = saved.some((slice) => slice.name === name.trim());
  const save = () => {
    fail(null);
    host.request("save_slice", { name: name.trim(), query }).then(
      () => {
        say(`${taken ? "Replaced" : "Saved as"} ${name.trim()}`);
        type("");
      },
      (thrown: unknown) => fail(toCodedError(thrown)),
    );
  };
  return (
    <span class="save">
      <label class="hidden" for={field}>
        Name to save the slice under
      </label>
      <input
        id={field}
        class="input"
        type="text"
        placeholder="name"
        maxLength={LONGEST_NAME}
        autocomplete="off"
        value={name}
        disabled={disabled}
        aria-invalid={error !== null}
        onInput={(event) => {
          type(event.currentTarget.value);
          say("");
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !ready) return;
          event.preventDefault();
          save();
        }}
      />
      <Button disabled={!ready} onClick={save}>
        {taken ? "Replace" : "Save"}
      </Button>
      <span role="status" class="small">
        {error
          ? `${error.code}: ${error.got}. Allowed: ${error.allowed}. ${error.fix}`
          : said || (taken && "a slice of this name is saved already")}
      </span>
    </span>
  );
}
