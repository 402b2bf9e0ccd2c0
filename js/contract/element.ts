/** What a workbench's element offers to the page it stands in. `js/host` sets it, `js/labextension` uses it. */

import type { ExportedFile, ExportFormat } from "./export_file";

export interface WorkbenchHandle {
  title(): string;
  /** Draws a second view of the same workbench into `container`. Resolves to the function that takes it away. */
  createView(container: HTMLElement): Promise<() => void>;
  /** The file that `workbench.export` would write; `includeData` puts all raw rows into it. */
  exportBytes(format: ExportFormat, includeData: boolean): Promise<ExportedFile>;
}

export interface WorkbenchElement extends HTMLElement {
  mldWorkbench: WorkbenchHandle;
}

/** The attribute that marks a workbench's element; its value is the widget model's id. */
export const WORKBENCH_ATTRIBUTE = "data-mld-workbench";

export function isWorkbench(element: Element | null): element is WorkbenchElement {
  return element !== null && "mldWorkbench" in element;
}
