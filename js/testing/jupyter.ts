/** Widget models and a widget manager as Jupyter's are, as far as our host touches them. Listeners are counted. */
import type { AnyModel, Kernel, Listener, LuminoWidget, WidgetManager, WidgetModel } from "../host/jupyter";

export interface FakeModel extends AnyModel, WidgetModel {
  sent: { type: string; id: string; method: string; params: Record<string, unknown> }[];
  saved: Record<string, unknown>[];
  /** As when the kernel sends something. */
  emit(event: string, ...values: unknown[]): void;
  receive(values: Record<string, unknown>): void;
  loseComm(): void;
  listeners(): number;
  widget_manager: WidgetManager;
}

export function fakeModel(id: string, initial: Record<string, unknown>, manager: WidgetManager): FakeModel {
  const values = new Map(Object.entries(initial));
  const callbacks = new Map<string, Set<Listener>>();
  let dirty: Record<string, unknown> = {};
  let live = true;
  const emit = (event: string, ...details: unknown[]) => {
    for (const callback of [...(callbacks.get(event) ?? [])])
      (callback as (...all: unknown[]) => void)(...details);
  };
  const assign = (key: string, value: unknown) => {
    if (Object.is(values.get(key), value)) return;
    values.set(key, value);
    emit(`change:${key}`);
  };
  const model: FakeModel = {
    model_id: id,
    widget_manager: manager,
    sent: [],
    saved: [],
    emit,
    get comm_live() {
      return live;
    },
    get: (key) => values.get(key),
    set(key, value) {
      dirty[key] = value;
      assign(key, value);
    },
    save_changes() {
      model.saved.push(dirty);
      dirty = {};
    },
    set_state: (state) => model.receive(state),
    receive(state) {
      for (const [key, value] of Object.entries(state)) assign(key, value);
    },
    send: (content) => model.sent.push(content as FakeModel["sent"][number]),
    on: (event, callback) => callbacks.set(event, (callbacks.get(event) ?? new Set()).add(callback)),
    off: (event, callback) => callbacks.get(event)?.delete(callback),
    loseComm() {
      live = false;
      emit("comm_live_update");
    },
    listeners: () => [...callbacks.values()].reduce((sum, known) => sum + known.size, 0),
  };
  return model;
}

export interface FakeKernel extends Kernel {
  become(status: string): void;
  slots(): number;
}

export function fakeKernel(): FakeKernel {
  const slots = new Set<(sender: unknown, status: string) => void>();
  let status = "idle";
  return {
    id: "kernel-1",
    get status() {
      return status;
    },
    statusChanged: { connect: (slot) => slots.add(slot), disconnect: (slot) => slots.delete(slot) },
    become(next) {
      status = next;
      for (const slot of [...slots]) slot(null, next);
    },
    slots: () => slots.size,
  };
}

export interface FakeManager extends WidgetManager {
  models: Map<string, FakeModel>;
  kernel: Kernel | null;
  /** What happened to views, in order. */
  log: string[];
}

export function fakeManager(kernel: Kernel | null = null): FakeManager {
  const models = new Map<string, FakeModel>();
  const log: string[] = [];
  return {
    models,
    kernel,
    log,
    async get_model(id) {
      const model = models.get(id);
      if (model === undefined) throw new Error("widget model not found");
      return model;
    },
    async create_view(model) {
      const luminoWidget = fakeLumino(log);
      luminoWidget.node.textContent = `view of ${model.model_id}`;
      return {
        luminoWidget,
        remove: () => {
          log.push(luminoWidget.isAttached ? "removed while attached" : "removed");
          luminoWidget.node.remove();
        },
      };
    },
  };
}

/** As Lumino: attaching needs a host in the document, detaching a node in it. */
function fakeLumino(log: string[]): LuminoWidget {
  const node = document.createElement("div");
  let attached = false;
  const widget: LuminoWidget = {
    node,
    get isAttached() {
      return attached;
    },
    clearFlag: () => {
      attached = false;
    },
    constructor: {
      Flag: { IsAttached: 1 },
      attach(_, container) {
        if (!container.isConnected) throw new Error("Host is not attached.");
        container.append(node);
        attached = true;
        log.push("attached");
      },
    },
  };
  return widget;
}
