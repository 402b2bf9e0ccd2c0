/** A host without Jupyter: for tests and for the gallery. Counts its listeners, so that a leak is seen. */
import { OFFLINE, RequestError } from "../contract/errors";
import type { Connection, RequestOptions, State, ViewHost } from "../contract/host";
import { frontEndError } from "./channel";

export type Answers = Record<string, (params: never, options?: RequestOptions) => unknown>;

export interface StaticState extends State {
  listeners(): number;
}

/** Values in memory that behave like a widget model's. */
export function staticState(initial: Record<string, unknown>): StaticState {
  const values = new Map(Object.entries(initial));
  const callbacks = new Map<string, Set<() => void>>();
  return {
    get: <T>(key: string) => values.get(key) as T,
    set(key, value) {
      if (Object.is(values.get(key), value)) return;
      values.set(key, value);
      for (const callback of [...(callbacks.get(key) ?? [])]) callback();
    },
    subscribe(key, callback) {
      const known = callbacks.get(key) ?? new Set();
      callbacks.set(key, known.add(callback));
      return () => known.delete(callback);
    },
    listeners: () => [...callbacks.values()].reduce((sum, known) => sum + known.size, 0),
  };
}

export interface StaticHostOptions {
  shared?: StaticState | null;
  connection?: Connection;
  /** What the kernel would answer, by method; a method that is not here is refused. */
  answers?: Answers;
  /** Shows a child: given the reference and the slotted container, returns the function that takes it away. */
  child?: (reference: string, container: HTMLElement) => () => void;
  /** Where slotted children go: the view's frame. */
  frame?: () => HTMLElement | null;
}

export interface StaticHost extends ViewHost {
  setConnection(connection: Connection): void;
  listeners(): number;
}

export function staticHost(traits: Record<string, unknown>, options: StaticHostOptions = {}): StaticHost {
  const own = staticState({ failed: null, mode: "live", workbench: "", ...traits });
  const connections = staticState({ connection: options.connection ?? "live" });
  const { shared = null, answers = {} } = options;
  return {
    ...own,
    shared,
    connection: () => connections.get<Connection>("connection"),
    onConnection: (callback) => connections.subscribe("connection", callback),
    setConnection: (connection) => connections.set("connection", connection),
    listeners: () => own.listeners() + connections.listeners() + (shared?.listeners() ?? 0),
    async request<T>(method: string, params: object = {}, requestOptions?: RequestOptions) {
      const answer = Object.hasOwn(answers, method) ? answers[method] : undefined;
      if (answer === undefined) {
        throw new RequestError(frontEndError(OFFLINE, method, "nobody answers this here"));
      }
      return (await answer(params as never, requestOptions)) as T;
    },
    async mount(reference, slot) {
      const container = document.createElement("div");
      container.slot = slot;
      options.frame?.()?.append(container);
      const end = options.child?.(reference, container) ?? (() => {});
      return () => {
        end();
        container.remove();
      };
    },
    update: async () => {},
  };
}
