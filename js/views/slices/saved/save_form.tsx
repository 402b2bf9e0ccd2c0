/** Keeps a query under a name. */
import { useId, useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../../../contract/errors";
import type { ViewHost } from "../../../contract/host";
import { Button } from "../../../ui";

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
  const ready = !disabled && name.trim() !== "";
  const save = () => {
    fail(null);
    host.request("save_slice", { name: name.trim(), query }).then(
      () => {
        say(`Saved as ${name.trim()}`);
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
        Save
      </Button>
      <span role="status" class="small">
        {error ? `${error.code}: ${error.got}. ${error.fix}` : said}
      </span>
    </span>
  );
}
