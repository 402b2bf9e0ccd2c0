/** Count and metric of the query in hand: one question in flight, the newest kept. */
import { useEffect } from "preact/hooks";
import type { SliceMeasure } from "../../../contract/generated";
import type { ViewHost } from "../../../contract/host";
import { type Latest, useLatest } from "../../../ui";

/** `basis` is what the answer depends on beside the query: when it changes, the same query is asked again. */
export function useMeasure(host: ViewHost, query: string, basis: string): Latest<string, SliceMeasure> {
  const latest = useLatest((asked: string) => host.request<SliceMeasure>("measure", { query: asked }));
  const { ask, reset } = latest;
  const wanted = query.trim();
  useEffect(() => {
    if (wanted === "") reset();
    else ask(wanted);
  }, [wanted, basis, ask, reset]);
  return latest;
}
