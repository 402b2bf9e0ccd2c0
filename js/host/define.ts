/** Makes an anywidget module out of a view: the only code that knows what anywidget calls, and when. */
import type { ViewHost } from "../contract/host";
import { anywidgetHost, refusal } from "./anywidget_host";
import { type Channel, openChannel } from "./channel";
import { type ConnectionMonitor, watchConnection } from "./connection";
import { drawView, makeFrame, type ViewComponent } from "./frame";
import { type AnyModel, modelOf, type WidgetManager, type WidgetModel } from "./jupyter";

/** What a bundle may add to its frame, such as a handle for JupyterLab's commands. */
export interface ViewParts {
  frame: HTMLElement;
  host: ViewHost;
  manager: WidgetManager;
  /** The workbench's model; null when the view stands alone. */
  workbench: WidgetModel | null;
}

interface Session {
  channel: Channel;
  monitor: ConnectionMonitor;
  workbench: Promise<WidgetModel | null>;
  close(): void;
}

/**
 * Returns anywidget's default export: a function that is called once per model. The channel and the watch over the
 * connection therefore belong to the model, while every view of it has its own frame.
 */
export function defineView(
  View: ViewComponent,
  sheets: readonly string[],
  decorate: (parts: ViewParts) => void = () => {},
) {
  return () => {
    let session: Session | null = null;
    return {
      initialize({ model }: { model: AnyModel }) {
        session = openSession(model);
        return session.close;
      },
      async render({ model, el }: { model: AnyModel; el: HTMLElement }) {
        const { channel, monitor, workbench: finding } = session ?? openSession(model);
        const frame = makeFrame(el, sheets);
        const workbench = await finding;
        const manager = model.widget_manager as WidgetManager;
        const host = anywidgetHost({ model, shared: workbench, manager, channel, monitor, frame });
        decorate({ frame, host, manager, workbench });
        return drawView(frame, View, host);
      },
    };
  };
}

function openSession(model: AnyModel): Session {
  const manager = model.widget_manager as WidgetManager;
  const reference = model.get("workbench");
  const workbench =
    typeof reference === "string" && reference !== ""
      ? modelOf(manager, reference).catch(() => null)
      : Promise.resolve(null);
  const channel = openChannel(model, () => monitor.heard());
  const monitor = watchConnection({
    mode: String(model.get("mode")),
    manager,
    model: workbench,
    asksForAll: model.get("panels") !== undefined,
    pending: channel.pending,
    ping: () => channel.request("ping"),
  });
  const end = monitor.subscribe(() => {
    const refused = refusal(monitor.current());
    if (refused) channel.failAll(refused);
  });
  return {
    channel,
    monitor,
    workbench,
    close() {
      end();
      monitor.close();
      channel.close();
    },
  };
}
