/** The panel's values and what it can ask, as one thing. */
import { useCallback, useState } from "preact/hooks";
import type {
  AttributionPart,
  AttributionRequests,
  AttributionSettings,
  AttributionsSummary,
  ComparedAttributions,
  PartStatus,
  RowAttributions,
} from "../../contract/attributions";
import { type CodedError, toCodedError } from "../../contract/errors";
import type { TrustLine } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { useConnection, useTrait } from "../../ui";

const IDLE: PartStatus = { state: "idle", text: "", fraction: null, error: null };
const NO_LINES: readonly TrustLine[] = [];

type Statuses = Partial<Record<AttributionPart, PartStatus>>;

export function useAttributions(host: ViewHost) {
  const [result] = useTrait<AttributionsSummary | null | undefined>(host, "result");
  const [local] = useTrait<RowAttributions | null | undefined>(host, "local");
  const [compared] = useTrait<ComparedAttributions | null | undefined>(host, "compared");
  const [trust] = useTrait<readonly TrustLine[] | undefined>(host, "trust");
  const [settings] = useTrait<Partial<AttributionSettings> | undefined>(host, "settings");
  const [status] = useTrait<Statuses | undefined>(host, "status");
  const [nRows] = useTrait<number | undefined>(host, "n_rows");
  const [unavailable] = useTrait<string | undefined>(host, "unavailable");
  const connection = useConnection(host);
  return {
    result: result ?? null,
    local: local ?? null,
    compared: compared ?? null,
    trust: trust ?? NO_LINES,
    settings: settings?.methods ? (settings as AttributionSettings) : null,
    statusOf: (part: AttributionPart): PartStatus => status?.[part] ?? IDLE,
    nRows: nRows ?? 0,
    unavailable: unavailable ?? "",
    /** A kernel answers, and the panel has one: a result that stands alone has nobody to ask. */
    live: connection === "live" && host.shared !== null,
  };
}

export type Ask = <Name extends keyof AttributionRequests>(
  name: Name,
  params: AttributionRequests[Name],
) => void;

/** Asking the kernel; `refused` is what it said to the last question, should it have minded. */
export function useAsking(host: ViewHost): { ask: Ask; refused: CodedError | null } {
  const [refused, refuse] = useState<CodedError | null>(null);
  const ask: Ask = useCallback(
    (name, params) => {
      refuse(null);
      host.request(name, params).catch((thrown: unknown) => refuse(toCodedError(thrown)));
    },
    [host],
  );
  return { ask, refused };
}
