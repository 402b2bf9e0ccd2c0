/** Hooks between a view and its host. They take the host's parts as arguments, so a view can be tested with any. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type CodedError, isAborted, toCodedError } from "../contract/errors";
import type { Connection, State, ViewHost } from "../contract/host";

/** Subscribing in a layout effect matters: a change between the first paint and a plain effect would be lost. */
function useChanges(subscribe: (callback: () => void) => () => void): void {
  const [, redraw] = useState(0);
  useLayoutEffect(() => {
    redraw((n) => n + 1);
    return subscribe(() => redraw((n) => n + 1));
  }, [subscribe]);
}

/** The newest value of `key` and the function that sets it. */
export function useTrait<T>(state: State, key: string): [T, (value: T) => void] {
  useChanges(useCallback((callback) => state.subscribe(key, callback), [state, key]));
  const set = useCallback((value: T) => state.set(key, value), [state, key]);
  return [state.get<T>(key), set];
}

/** As `useTrait` on the workbench's values; `alone` is the value (and setting does nothing) without a workbench. */
export function useShared<T>(host: ViewHost, key: string, alone: T): [T, (value: T) => void] {
  const { shared } = host;
  useChanges(useCallback((callback) => (shared ? shared.subscribe(key, callback) : () => {}), [shared, key]));
  const set = useCallback((value: T) => shared?.set(key, value), [shared, key]);
  return [shared ? (shared.get<T>(key) ?? alone) : alone, set];
}

export function useConnection(host: ViewHost): Connection {
  useChanges(useCallback((callback) => host.onConnection(callback), [host]));
  return host.connection();
}

export interface Answer<T> {
  /** The newest answer, kept while the next one is awaited; null until there is one. */
  data: T | null;
  error: CodedError | null;
  /** True while `data` answers an older question than the one asked now. */
  stale: boolean;
}

/**
 * Asks the kernel whenever `params` change (compared as JSON); a newer question aborts the older one.
 * `params` null asks nothing and keeps what there was. Another `basis` makes older answers untrue: it is asked again.
 */
export function useRequest<T>(host: ViewHost, method: string, params: object | null, basis = ""): Answer<T> {
  const key = params === null ? null : JSON.stringify([params, basis]);
  const [answer, setAnswer] = useState<{ key: string | null; data: T | null; error: CodedError | null }>({
    key: null,
    data: null,
    error: null,
  });
  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    host.request<T>(method, JSON.parse(key)[0], { signal: controller.signal }).then(
      (data) => setAnswer({ key, data, error: null }),
      (thrown: unknown) => {
        if (!isAborted(thrown)) setAnswer((old) => ({ key, data: old.data, error: toCodedError(thrown) }));
      },
    );
    return () => controller.abort();
  }, [host, method, key]);
  return { data: answer.data, error: answer.error, stale: key !== null && answer.key !== key };
}

export interface Latest<P, T> {
  /** Asks with `params`. While an older question is in flight only the newest is kept. */
  ask: (params: P) => void;
  /** The newest answer and the question it answers. */
  answer: { params: P; data: T } | null;
  error: CodedError | null;
  /** True while the newest question has no answer yet. */
  stale: boolean;
  /** Forgets answer and question, and drops what is in flight. */
  reset: () => void;
}

/** One question in flight, the newest kept, those in between dropped: what a slider needs. */
export function useLatest<P, T>(run: (params: P) => Promise<T>): Latest<P, T> {
  const [shown, show] = useState<Pick<Latest<P, T>, "answer" | "error" | "stale">>(NOTHING);
  const newest = useRef(run);
  newest.current = run;
  const queue = useMemo(() => latestQueue<P, T>((params) => newest.current(params), show), []);
  useEffect(() => queue.open(), [queue]);
  return { ...shown, ask: queue.ask, reset: queue.reset };
}

const NOTHING = { answer: null, error: null, stale: false };

type Shown<P, T> = Pick<Latest<P, T>, "answer" | "error" | "stale">;

/** The state machine behind `useLatest`, apart from Preact so that it can be tested alone. */
export function latestQueue<P, T>(run: (params: P) => Promise<T>, show: (shown: Shown<P, T>) => void) {
  let shown: Shown<P, T> = NOTHING;
  let waiting: { params: P } | null = null;
  let inFlight: symbol | null = null;
  let closed = false;

  function update(change: Partial<Shown<P, T>>): void {
    shown = { ...shown, ...change };
    if (!closed) show(shown);
  }
  async function start(params: P): Promise<void> {
    const ticket = Symbol("in flight");
    inFlight = ticket;
    let change: Partial<Shown<P, T>>;
    try {
      change = { answer: { params, data: await run(params) }, error: null };
    } catch (thrown) {
      change = isAborted(thrown) ? {} : { error: toCodedError(thrown) };
    }
    if (inFlight !== ticket) return;
    inFlight = null;
    const next = waiting;
    waiting = null;
    update({ ...change, stale: next !== null });
    if (next !== null && !closed) void start(next.params);
  }
  return {
    ask(params: P): void {
      update({ stale: true });
      if (inFlight === null) void start(params);
      else waiting = { params };
    },
    reset(): void {
      inFlight = null;
      waiting = null;
      update(NOTHING);
    },
    open(): () => void {
      closed = false;
      return () => {
        closed = true;
      };
    },
  };
}

/** Width and height of an element in px, kept up to date. Put `ref` on the element. */
export function useSize<E extends Element>() {
  const ref = useRef<E>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, ...size };
}
