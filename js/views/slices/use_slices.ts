/** The panel's values and what it can ask, as one thing. */
import { useCallback, useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../../contract/errors";
import type { SlicesResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import type {
  BuilderColumn,
  EmbeddedSlices,
  SavedSlice,
  SearchStatus,
  SliceSettings,
} from "../../contract/slices";
import { useConnection, useShared, useTrait } from "../../ui";
import type { Wanted } from "./settings_bar";

const IDLE: SearchStatus = { state: "idle", text: "", fraction: null };
const SETTINGS: SliceSettings = {
  metric: "error",
  metrics: [],
  direction: "worse",
  max_predicates: 3,
  k: 10,
};
const NO_COLUMNS: readonly BuilderColumn[] = [];
const NO_SCOPES: readonly string[] = [];
const NO_SAVED: readonly SavedSlice[] = [];

export function useSlices(host: ViewHost) {
  const [result] = useTrait<SlicesResult | null | undefined>(host, "result");
  const [crossfilter] = useTrait<string | undefined>(host, "crossfilter");
  const [columns] = useTrait<readonly BuilderColumn[] | undefined>(host, "columns");
  const [scopes] = useTrait<readonly string[] | undefined>(host, "scopes");
  const [scope] = useTrait<string | undefined>(host, "scope");
  const [settings] = useTrait<SliceSettings | undefined>(host, "settings");
  const [embedded] = useTrait<EmbeddedSlices | null | undefined>(host, "embedded");
  const [status] = useTrait<SearchStatus | undefined>(host, "status");
  const [stale] = useTrait<boolean | undefined>(host, "stale");
  const [saved] = useShared<readonly SavedSlice[]>(host, "saved_slices", NO_SAVED);
  const [threshold] = useShared<number | null>(host, "threshold", null);
  const connection = useConnection(host);
  return {
    result: result ?? null,
    crossfilter: crossfilter ?? "",
    columns: columns ?? NO_COLUMNS,
    scopes: scopes ?? NO_SCOPES,
    scope: scope ?? "",
    settings: settings?.metrics ? settings : SETTINGS,
    embedded: embedded ?? null,
    status: status?.state ? status : IDLE,
    stale: stale ?? false,
    saved,
    /** What answers about rows depend on beside the question: another one makes them untrue. */
    basis: `${scope} ${settings?.metric} ${threshold}`,
    /** A kernel answers, and the panel has one: a result that stands alone has nobody to ask. */
    live: connection === "live" && host.shared !== null,
  };
}

/** Starting and ending the search; `refused` is what the kernel said to that. */
export function useSearch(host: ViewHost, scope: string, settings: SliceSettings) {
  const [refused, refuse] = useState<CodedError | null>(null);
  const search = useCallback(
    (wanted: Wanted) => {
      refuse(null);
      host.request("search", wanted).catch((thrown: unknown) => refuse(toCodedError(thrown)));
    },
    [host],
  );
  const { metric, direction, max_predicates } = settings;
  return {
    refused,
    search,
    again: () => search({ scope, metric, direction, max_predicates }),
    cancel: () => {
      host.request("cancel").catch((thrown: unknown) => refuse(toCodedError(thrown)));
    },
  };
}
