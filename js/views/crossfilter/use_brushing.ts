/** The strip's brushes, tied to where their counts come from and drawn again when they change. */
import { useEffect, useMemo, useReducer, useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../../contract/errors";
import type { CarriedPairs, CrossfilterResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { useConnection, useTrait } from "../../ui";
import { Brushing } from "./brushing";
import { fileSource, kernelSource } from "./sources";
import { readStrip, type Strip } from "./strip";

export interface StripState {
  strip: Strip;
  brushing: Brushing;
  error: CodedError | null;
  /** Why nothing can be brushed, or "". */
  idle: string;
  /** True in a file, where one brush is followed at a time. */
  single: boolean;
}

export function useBrushing(host: ViewHost, result: CrossfilterResult): StripState {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const [error, setError] = useState<CodedError | null>(null);
  const connection = useConnection(host);
  const [carried] = useTrait<CarriedPairs | null>(host, "embedded");
  const strip = useMemo(() => readStrip(result), [result]);
  const { brushing, source } = useMemo(() => {
    const made = carried === null ? kernelSource(host, strip) : fileSource(host, strip, carried);
    return {
      source: made,
      brushing: new Brushing({
        strip,
        source: made,
        changed: () => redraw(undefined),
        failed: (thrown) => setError(thrown === null ? null : toCodedError(thrown)),
      }),
    };
  }, [host, strip, carried]);
  useEffect(() => {
    // Not through a hook: the answer to a released brush must not be drawn a frame after the brush has gone.
    const end = source.follow((bins, brushes) => brushing.settle(bins, brushes));
    return () => {
      end();
      brushing.close();
    };
  }, [source, brushing]);
  const idle = connection === "live" || carried !== null ? "" : "Nobody answers: the kernel has gone";
  return { strip, brushing, error, idle, single: carried !== null };
}
