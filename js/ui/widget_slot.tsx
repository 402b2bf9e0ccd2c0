/** A place in a view where another Jupyter widget (a bqplot figure, a panel) is shown. */
import { useEffect, useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../contract/errors";
import type { ViewHost } from "../contract/host";
import { ErrorState } from "./states";

interface WidgetSlotProps {
  host: ViewHost;
  /** "IPY_MODEL_<id>"; "" shows nothing. */
  reference: string;
  /** Name of the slot: unique within the view. */
  name: string;
  /** What is shown, for people who do not see it. */
  label: string;
}

export function WidgetSlot({ host, reference, name, label }: WidgetSlotProps) {
  const [error, setError] = useState<CodedError | null>(null);
  useEffect(() => {
    if (reference === "") return;
    let unmount: (() => void) | null = null;
    let ended = false;
    setError(null);
    host.mount(reference, name).then(
      (end) => {
        if (ended) end();
        else unmount = end;
      },
      (thrown: unknown) => {
        if (!ended) setError(toCodedError(thrown));
      },
    );
    return () => {
      ended = true;
      unmount?.();
    };
  }, [host, reference, name]);
  return (
    <div role="group" aria-label={label} class="widget-slot">
      {error ? <ErrorState error={error} /> : <slot name={name} />}
    </div>
  );
}
