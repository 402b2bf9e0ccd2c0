/** The decision threshold: moved in the browser at once, told to the workbench a few times a second and when let go. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ViewHost } from "../../contract/host";
import { useShared } from "../../ui";
import { type Sweep, stopAt } from "./counts";

const TELL_EVERY_MS = 200;

export interface Threshold {
  stop: number;
  value: number;
  /** Moves to the stop nearest to `value` and returns that. */
  move: (value: number) => number;
  /** Tells the workbench where it stands now. */
  settle: () => void;
}

export function useThreshold(host: ViewHost, sweep: Sweep, initial: number): Threshold {
  const [shared, tell] = useShared<number | null>(host, "threshold", null);
  const [own, setOwn] = useState<number | null>(null);
  const pending = useRef<{ value: number; timer: ReturnType<typeof setTimeout> } | null>(null);

  const settle = useCallback(() => {
    if (pending.current === null) return;
    clearTimeout(pending.current.timer);
    const { value } = pending.current;
    pending.current = null;
    tell(value);
  }, [tell]);
  useEffect(() => settle, [settle]);

  // What others set counts, unless this slider is just being moved.
  useEffect(() => {
    if (pending.current === null) setOwn(null);
  }, [shared]);

  const value = own ?? shared ?? initial;
  const move = useCallback(
    (wanted: number) => {
      const stop = sweep.thresholds[stopAt(sweep, wanted)] ?? wanted;
      setOwn(stop);
      if (pending.current === null)
        pending.current = { value: stop, timer: setTimeout(settle, TELL_EVERY_MS) };
      else pending.current.value = stop;
      return stop;
    },
    [sweep, settle],
  );
  const stop = stopAt(sweep, value);
  return { stop, value: sweep.thresholds[stop] ?? value, move, settle };
}
