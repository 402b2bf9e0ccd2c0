/** The panel's values and what it can ask, as one thing. */
import { useCallback, useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../../contract/errors";
import type { TextAttributionsResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import type { TextPage, TextRequests, TextSettings, TextStatus } from "../../contract/text_attributions";
import { useConnection, useTrait } from "../../ui";
import type { Shown } from "./text_card";

const IDLE: TextStatus = { state: "idle", text: "", fraction: null };
const NONE: readonly TextAttributionsResult[] = [];

export function useTexts(host: ViewHost) {
  const [results] = useTrait<readonly TextAttributionsResult[] | undefined>(host, "results");
  const [settings] = useTrait<Partial<TextSettings> | undefined>(host, "settings");
  const [page] = useTrait<Partial<TextPage> | undefined>(host, "page");
  const [status] = useTrait<Partial<TextStatus> | undefined>(host, "status");
  const connection = useConnection(host);
  return {
    results: results ?? NONE,
    settings: settings?.all_methods ? (settings as TextSettings) : null,
    page: page?.total === undefined ? null : (page as TextPage),
    status: status?.state ? (status as TextStatus) : IDLE,
    /** A kernel answers, and the panel has one: a result that stands alone has nobody to ask. */
    live: connection === "live" && host.shared !== null,
    connection,
  };
}

export type Ask = <Name extends keyof TextRequests>(name: Name, params: TextRequests[Name]) => void;

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

/** Every row once, in the order of the first result, with its text by each method. */
export function byRow(results: readonly TextAttributionsResult[]): Shown[][] {
  return (results[0]?.texts ?? []).map(({ row }) =>
    results.flatMap((result) => {
      const text = result.texts.find((each) => each.row === row);
      return text === undefined ? [] : [{ result, text }];
    }),
  );
}
