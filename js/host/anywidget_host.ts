/** `ViewHost` over an anywidget model. */
import { type CodedError, GONE, OFFLINE, RequestError } from "../contract/errors";
import type { Connection, State, ViewHost } from "../contract/host";
import { type Channel, frontEndError } from "./channel";
import { setWidget, showWidget } from "./children";
import type { ConnectionMonitor } from "./connection";
import type { WidgetManager, WidgetModel } from "./jupyter";

const REFUSALS: Partial<Record<Connection, CodedError>> = {
  gone: frontEndError(GONE, "kernel", "the kernel that computed this has gone", "Run the cell again."),
  report: frontEndError(
    OFFLINE,
    "kernel",
    "this is an exported file: no kernel answers here",
    "Run the notebook to ask new questions.",
  ),
};

export function refusal(connection: Connection): CodedError | null {
  return REFUSALS[connection] ?? null;
}

type StateModel = Pick<WidgetModel, "get" | "set" | "save_changes" | "on" | "off">;

export function stateOf(model: StateModel): State {
  return {
    get: <T>(key: string) => model.get(key) as T,
    set(key, value) {
      if (Object.is(model.get(key), value)) return;
      model.set(key, value);
      model.save_changes();
    },
    subscribe(key, callback) {
      const event = `change:${key}`;
      // Backbone passes (model, value), other hosts less: a view only ever hears that it should look again.
      const listen = () => callback();
      model.on(event, listen);
      return () => model.off(event, listen);
    },
  };
}

interface HostParts {
  model: StateModel;
  shared: StateModel | null;
  manager: WidgetManager;
  channel: Channel;
  monitor: ConnectionMonitor;
  /** Slotted children are put here. */
  frame: HTMLElement;
}

export function anywidgetHost({ model, shared, manager, channel, monitor, frame }: HostParts): ViewHost {
  return {
    ...stateOf(model),
    shared: shared && stateOf(shared),
    connection: monitor.current,
    onConnection: monitor.subscribe,
    request(method, params, options) {
      const refused = refusal(monitor.current());
      if (refused) return Promise.reject(new RequestError(refused));
      return channel.request(method, params, options);
    },
    async mount(reference, slot) {
      const container = document.createElement("div");
      container.slot = slot;
      frame.append(container);
      try {
        const end = await showWidget(manager, reference, container);
        return () => {
          end();
          container.remove();
        };
      } catch (thrown) {
        container.remove();
        throw thrown;
      }
    },
    update: (reference, values) => setWidget(manager, reference, values),
  };
}
