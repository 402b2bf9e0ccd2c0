/** What a view may ask of the place it is shown in. Views know this interface and nothing behind it. */

/** `live`: a kernel answers. `report`: an exported file, nobody answers. `gone`: the kernel was there and is not any more. */
export type Connection = "live" | "report" | "gone";

/** Named values that are shared with the kernel. Reading gives the newest value; setting sends it. */
export interface State {
  get<T>(key: string): T;
  set(key: string, value: unknown): void;
  /** Calls back after every change of `key`, wherever it came from. Returns the function that ends it. */
  subscribe(key: string, callback: () => void): () => void;
}

export interface RequestOptions {
  /** Aborting rejects at once; the kernel's answer, should one still come, is dropped. */
  signal?: AbortSignal;
}

/** The view's own values (`State`), the workbench's values, and the way to the kernel and to other widgets. */
export interface ViewHost extends State {
  /** The workbench's values; null when the view stands alone. */
  readonly shared: State | null;
  connection(): Connection;
  onConnection(callback: () => void): () => void;
  /** Asks the kernel; rejects with a `RequestError`. Arrays in the answer are ready for `values()`. */
  request<T>(method: string, params?: object, options?: RequestOptions): Promise<T>;
  /**
   * Shows any Jupyter widget ("IPY_MODEL_<id>") as a light-DOM child `<div slot="…">` of the view.
   * The view must render a `<slot name="…">` where it wants it. Returns the function that takes it away.
   */
  mount(reference: string, slot: string): Promise<() => void>;
  /** Sets values of another widget, in the browser only: nothing is sent to the kernel. */
  update(reference: string, values: Record<string, unknown>): Promise<void>;
}
