/** What the JupyterLab extension finds on a workbench's element: see contract/element.ts. */
import { WORKBENCH_ATTRIBUTE, type WorkbenchHandle } from "../contract/element";
import { fetchExport } from "../contract/export_file";
import { showWidget } from "./children";
import type { ViewParts } from "./define";

/** Marks the frame with the workbench's model id and puts the handle on it. */
export function exposeWorkbench({ frame, host, manager, workbench }: ViewParts): void {
  if (workbench === null) return;
  const { model_id } = workbench;
  const handle: WorkbenchHandle = {
    createView: (container) => showWidget(manager, `IPY_MODEL_${model_id}`, container),
    exportBytes: (format, includeData) => fetchExport(host.request, format, includeData),
    title: () => host.get<string>("title"),
  };
  frame.setAttribute(WORKBENCH_ATTRIBUTE, model_id);
  Object.assign(frame, { mldWorkbench: handle });
}
