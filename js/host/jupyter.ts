/** The small part of Jupyter's widget classes that the host touches. Read in @jupyter-widgets/base 6 and Lumino 2. */

export type Listener = (...args: never[]) => void;

/** What anywidget hands to `initialize` and `render`: a wrapped widget model. */
export interface AnyModel {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, callback: Listener): void;
  off(event: string, callback: Listener): void;
  widget_manager: unknown;
}

/** A widget model itself, as the widget manager gives it. */
export interface WidgetModel extends Omit<AnyModel, "widget_manager"> {
  readonly model_id: string;
  /** False when nothing can reach the kernel: restarted, replaced, or a page without one. */
  readonly comm_live: boolean;
  /** Sets values that are not sent to the kernel. */
  set_state(values: Record<string, unknown>): void;
}

export interface LuminoWidget {
  readonly node: HTMLElement;
  readonly isAttached: boolean;
  readonly constructor: {
    /** Puts the node into `host` with the attach messages that views wait for. `host` must be in the document. */
    attach(widget: LuminoWidget, host: HTMLElement): void;
    Flag: { IsAttached: number };
  };
  clearFlag(flag: number): void;
}

export interface WidgetView {
  readonly luminoWidget: LuminoWidget;
  remove(): void;
}

interface Signal<T> {
  connect(slot: (sender: unknown, value: T) => void): unknown;
  disconnect(slot: (sender: unknown, value: T) => void): unknown;
}

export interface Kernel {
  readonly id: string;
  readonly status: string;
  readonly statusChanged: Signal<string>;
}

export interface WidgetManager {
  get_model(id: string): Promise<WidgetModel>;
  create_view(model: WidgetModel): Promise<WidgetView>;
  /** Only JupyterLab's managers have it. */
  readonly kernel?: Kernel | null;
}

const PREFIX = "IPY_MODEL_";

/** The model that `reference` ("IPY_MODEL_<id>") names. */
export async function modelOf(manager: WidgetManager, reference: string): Promise<WidgetModel> {
  if (!reference.startsWith(PREFIX)) throw new Error(`Not a widget reference: ${reference}`);
  return manager.get_model(reference.slice(PREFIX.length));
}
