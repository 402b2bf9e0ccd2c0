import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { IDocumentWidget } from "@jupyterlab/docregistry";
import type { Widget } from "@lumino/widgets";
import { isWorkbench, WORKBENCH_ATTRIBUTE, type WorkbenchElement } from "../contract/element";

const SELECTOR = `[${WORKBENCH_ATTRIBUTE}]`;

/** A workbench on screen, and the document (usually a notebook) that it belongs to. */
export interface PlacedWorkbench {
  element: WorkbenchElement;
  document: IDocumentWidget | null;
}

/** A main-area widget that shows a workbench of another document says so with this property. */
export interface ShowsWorkbench {
  readonly origin: IDocumentWidget | null;
}

export function documentOf(widget: Widget | null): IDocumentWidget | null {
  if (widget === null) return null;
  if ("origin" in widget) return (widget as Widget & ShowsWorkbench).origin;
  return "context" in widget ? (widget as IDocumentWidget) : null;
}

/**
 * Knows which workbench a command means: in the current tab the one that holds focus or held it last, else the
 * first visible one; without any in the current tab, the one that held focus last.
 */
export class FocusedWorkbench {
  private last: WeakRef<WorkbenchElement> | null = null;

  constructor(private readonly shell: JupyterFrontEnd.IShell) {
    for (const type of ["focusin", "pointerdown"]) {
      document.addEventListener(type, (event) => this.remember(event.target), { capture: true });
    }
  }

  current(): PlacedWorkbench | null {
    const last = this.last?.deref();
    const remembered = last?.isConnected ? last : null;
    const inTab = this.inCurrentTab();
    const element =
      remembered !== null && inTab.includes(remembered) ? remembered : (inTab.find(isVisible) ?? remembered);
    return element === null ? null : { element, document: documentOf(this.tabOf(element)) };
  }

  private remember(target: EventTarget | null): void {
    const element = target instanceof Element ? target.closest(SELECTOR) : null;
    if (isWorkbench(element)) this.last = new WeakRef(element);
  }

  private inCurrentTab(): WorkbenchElement[] {
    const elements = this.shell.currentWidget?.node.querySelectorAll(SELECTOR) ?? [];
    return [...elements].filter(isWorkbench);
  }

  private tabOf(element: Element): Widget | null {
    for (const widget of this.shell.widgets("main")) if (widget.node.contains(element)) return widget;
    return null;
  }
}

function isVisible(element: Element): boolean {
  return element.getClientRects().length > 0;
}
