/** The edits of the open row: here at once, in the kernel's state when the hand rests. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { WhatifResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { useTrait } from "../../ui";
import type { Edits } from "./values";

const SAVE_AFTER_MS = 250;

/** Must be used in a component that is keyed by the open row: edits belong to one row. */
export function useEdits(host: ViewHost, row: number): [Edits, (edits: Edits) => void] {
  const [saved, save] = useTrait<Edits>(host, "edits");
  const [edits, setEdits] = useState(saved);
  const written = useRef(JSON.stringify(saved));
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const newest = useRef(edits);

  const flush = useCallback(() => {
    if (timer.current === null) return;
    clearTimeout(timer.current);
    timer.current = null;
    // Another row may have been opened meanwhile: its edits are not these.
    if (host.get<WhatifResult | null>("result")?.row !== row) return;
    written.current = JSON.stringify(newest.current);
    save(newest.current);
  }, [host, row, save]);
  useEffect(() => flush, [flush]);

  // What the kernel says counts: a restored state, or a refusal. Its echo of what was written is an equal new object.
  const told = JSON.stringify(saved);
  useEffect(() => {
    if (told === written.current) return;
    written.current = told;
    newest.current = JSON.parse(told);
    setEdits(newest.current);
  }, [told]);

  const edit = useCallback(
    (next: Edits) => {
      newest.current = next;
      setEdits(next);
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = setTimeout(flush, SAVE_AFTER_MS);
    },
    [flush],
  );
  return [edits, edit];
}
