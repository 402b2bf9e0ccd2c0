/** Whether anybody answers: a live kernel, an exported file, or a kernel that has gone. */
import type { Connection } from "../contract/host";
import type { Kernel, WidgetManager, WidgetModel } from "./jupyter";

/** How long a kernel that is not known to be busy may leave a ping unanswered, and how often it is looked at. */
const PING_TIMEOUT_MS = 3000;
const LOOK_EVERY_MS = 1500;
const GONE_STATUS = new Set(["restarting", "autorestarting", "dead", "terminating"]);

export interface ConnectionSource {
  mode: string;
  manager: WidgetManager;
  /** The model whose comm is watched; it resolves later than the view is drawn. */
  model: Promise<WidgetModel | null>;
  /** True for the one model that asks for all where the host cannot tell how its kernel is. */
  asksForAll: boolean;
  /** Number of requests without an answer. */
  pending(): number;
  ping(): Promise<unknown>;
}

export interface ConnectionMonitor {
  current(): Connection;
  subscribe(callback: () => void): () => void;
  /** A message came from the kernel. */
  heard(): void;
  close(): void;
}

/**
 * Watches three signs. A dead comm or a restarted or replaced kernel is final: a new kernel knows nothing of this
 * widget. An unanswered ping is not: a message that comes later shows that the kernel was only silent.
 */
export function watchConnection(source: ConnectionSource): ConnectionMonitor {
  const { manager } = source;
  const callbacks = new Set<() => void>();
  const endings: (() => void)[] = [];
  let final = false;
  let state: Connection = source.mode === "report" ? "report" : "live";

  function become(next: Connection): void {
    if (final || state === next) return;
    state = next;
    for (const callback of [...callbacks]) callback();
  }
  function lose(): void {
    become("gone");
    final = true;
  }
  if (state === "live") {
    watchModel(source.model, lose, endings);
    watchKernel(manager, lose, endings);
    watchSilence(source, () => become("gone"), endings);
  }
  return {
    current: () => state,
    subscribe(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    heard: () => become("live"),
    close() {
      for (const end of endings) end();
      callbacks.clear();
    },
  };
}

function watchModel(found: Promise<WidgetModel | null>, lose: () => void, endings: (() => void)[]): void {
  let closed = false;
  endings.push(() => {
    closed = true;
  });
  found.then((model) => {
    if (model === null || closed) return;
    const look = () => {
      if (!model.comm_live) lose();
    };
    model.on("comm_live_update", look);
    model.on("comm:close", lose);
    endings.push(() => {
      model.off("comm_live_update", look);
      model.off("comm:close", lose);
    });
    look();
  });
}

/** In JupyterLab the manager knows its kernel, which tells of deaths that leave the comm's flag untouched. */
function watchKernel(manager: WidgetManager, lose: () => void, endings: (() => void)[]): void {
  const kernel = manager.kernel;
  if (!kernel) return;
  const look = (_: unknown, status: string) => {
    if (GONE_STATUS.has(status)) lose();
  };
  kernel.statusChanged.connect(look);
  endings.push(() => kernel.statusChanged.disconnect(look));
  const timer = setInterval(() => {
    if (manager.kernel?.id !== kernel.id) lose();
  }, LOOK_EVERY_MS);
  endings.push(() => clearInterval(timer));
}

/** Asks "are you there" only when it must. A kernel that is known to be busy is not asked: it answers when it is done. */
function watchSilence(source: ConnectionSource, silent: () => void, endings: (() => void)[]): void {
  let asking = false;
  const timer = setInterval(() => {
    const { kernel } = source.manager;
    const wanted = source.pending() > 0 || (!kernel && source.asksForAll);
    if (asking || !wanted || document.hidden || isBusy(kernel)) return;
    asking = true;
    const patience = setTimeout(() => {
      if (!isBusy(source.manager.kernel)) silent();
    }, PING_TIMEOUT_MS);
    const done = () => {
      clearTimeout(patience);
      asking = false;
    };
    source.ping().then(done, done);
  }, LOOK_EVERY_MS);
  endings.push(() => clearInterval(timer));
}

function isBusy(kernel: Kernel | null | undefined): boolean {
  return kernel?.status === "busy";
}
