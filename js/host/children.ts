/** Other Jupyter widgets inside a view: bqplot figures, ipywidgets, our own panels. */
import { type LuminoWidget, modelOf, type WidgetManager } from "./jupyter";

/**
 * Shows the widget `reference` in `container`, which must be or become part of the document.
 *
 * Views of bqplot and ipywidgets wait for Lumino's attach message before they lay themselves out ("displayed").
 * Lumino's own `Widget.attach` sends it; it is inherited by the class of the view's own Lumino widget, so the copy of
 * Lumino that made the view is the one that attaches it.
 */
export async function showWidget(
  manager: WidgetManager,
  reference: string,
  container: HTMLElement,
): Promise<() => void> {
  const view = await manager.create_view(await modelOf(manager, reference));
  const { luminoWidget } = view;
  let removed = false;
  const stopWaiting = whenInDocument(container, () =>
    luminoWidget.constructor.attach(luminoWidget, container),
  );
  return () => {
    if (removed) return;
    removed = true;
    stopWaiting();
    allowDispose(luminoWidget);
    view.remove();
  };
}

/** Sets values in the browser only: the model does not send them, now or with its next change. */
export async function setWidget(
  manager: WidgetManager,
  reference: string,
  values: Record<string, unknown>,
): Promise<void> {
  const model = await modelOf(manager, reference);
  model.set_state(values);
}

/** JupyterLab renders a widget before its cell is in the document, so attaching may have to wait. */
function whenInDocument(element: HTMLElement, then: () => void): () => void {
  if (element.isConnected) {
    then();
    return () => {};
  }
  const observer = new ResizeObserver(() => {
    if (!element.isConnected) return;
    observer.disconnect();
    then();
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/** Lumino refuses to detach a node whose ancestors have already left the document; the flag is what it looks at. */
function allowDispose(widget: LuminoWidget): void {
  if (widget.isAttached && !widget.node.isConnected) widget.clearFlag(widget.constructor.Flag.IsAttached);
}
