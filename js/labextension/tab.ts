import type { JupyterFrontEnd } from "@jupyterlab/application";
import { MainAreaWidget } from "@jupyterlab/apputils";
import type { IDocumentWidget } from "@jupyterlab/docregistry";
import { Widget } from "@lumino/widgets";
import type { PlacedWorkbench, ShowsWorkbench } from "./workbenches";

/** A tab with a second view of a workbench. It closes with the document that the workbench belongs to. */
class WorkbenchTab extends MainAreaWidget implements ShowsWorkbench {
  constructor(
    readonly origin: IDocumentWidget | null,
    title: string,
    private readonly removeView: () => void,
    content: Widget,
  ) {
    super({ content });
    this.title.label = title;
    this.title.caption = origin === null ? title : `${title}, of ${origin.context.path}`;
    this.title.closable = true;
    origin?.disposed.connect(this.dispose, this);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.origin?.disposed.disconnect(this.dispose, this);
    this.removeView();
    super.dispose();
  }
}

export async function openInTab(
  { element, document }: PlacedWorkbench,
  shell: JupyterFrontEnd.IShell,
): Promise<void> {
  const content = new Widget();
  content.node.style.overflow = "auto";
  content.node.tabIndex = -1;
  const removeView = await element.mldWorkbench.createView(content.node);
  const tab = new WorkbenchTab(document, element.mldWorkbench.title(), removeView, content);
  shell.add(tab, "main", document === null ? {} : { mode: "tab-after", ref: document.id });
  shell.activateById(tab.id);
}
