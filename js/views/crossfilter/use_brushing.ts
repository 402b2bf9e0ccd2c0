/** Ties the brush to its host: where cubes come from, and where brushed rows go. */
import { useEffect, useMemo, useReducer, useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../../contract/errors";
import type { BrushCube, CrossfilterResult, SelectedBins } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { Brushing } from "./brushing";
import {
  type Brushes,
  brushesOf,
  brushRecords,
  readCube,
  readSelected,
  readStrip,
  type Strip,
} from "./strip";

export interface StripState {
  strip: Strip;
  brushing: Brushing;
  error: CodedError | null;
}

export function useBrushing(host: ViewHost, result: CrossfilterResult): StripState {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const [error, setError] = useState<CodedError | null>(null);
  const strip = useMemo(() => readStrip(result), [result]);
  const brushing = useMemo(
    () =>
      new Brushing({
        strip,
        most: strip.histograms.length,
        ask: async (active, fixed) =>
          readCube(await host.request<BrushCube>("cube", { active, brushes: brushRecords(fixed) })),
        select: async (brushes: Brushes) => {
          setError(null);
          await host.request("select", { brushes: brushRecords(brushes) });
        },
        changed: () => redraw(undefined),
        failed: (thrown) => setError(toCodedError(thrown)),
      }),
    [host, strip],
  );
  useEffect(() => {
    // Not through a hook: the answer to a released brush must not be drawn a frame after the brush has gone.
    const follow = () => {
      const selected = host.get<SelectedBins | null>("selected");
      brushing.settle(selected && readSelected(selected), brushesOf(selected?.brushes ?? []));
    };
    follow();
    const end = host.subscribe("selected", follow);
    return () => {
      end();
      brushing.close();
    };
  }, [host, brushing]);
  return { strip, brushing, error };
}
