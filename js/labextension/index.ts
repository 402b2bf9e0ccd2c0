import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import type { ExportFormat } from "../contract/export_file";
import { exportWorkbench } from "./export";
import { openInTab } from "./tab";
import { FocusedWorkbench, type PlacedWorkbench } from "./workbenches";

const CATEGORY = "ML debugging";

/** Nothing that calls a command can steer it: a hostile page may trigger one, but never name a path or a row. */
const NO_ARGUMENTS = { args: { type: "object", properties: {}, additionalProperties: false } } as const;

function activate(app: JupyterFrontEnd, palette: ICommandPalette | null): void {
  const focused = new FocusedWorkbench(app.shell);

  const addCommand = (name: string, label: string, run: (workbench: PlacedWorkbench) => Promise<void>) => {
    const command = `mldebug-widgets:${name}`;
    app.commands.addCommand(command, {
      label,
      describedBy: NO_ARGUMENTS,
      isEnabled: () => focused.current() !== null,
      execute: async () => {
        const workbench = focused.current();
        if (workbench !== null) await run(workbench);
      },
    });
    palette?.addItem({ command, category: CATEGORY });
  };
  const addExport = (format: ExportFormat, label: string) =>
    addCommand(`export-${format}`, label, (workbench) =>
      exportWorkbench(workbench, format, app.serviceManager.contents),
    );

  addExport("html", "Export Workbench as HTML…");
  addExport("ipynb", "Export Workbench as Notebook…");
  addCommand("open-in-tab", "Open Workbench in Its Own Tab", (workbench) => openInTab(workbench, app.shell));
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: "mldebug-widgets:commands",
  description: "Commands that export the focused workbench or open it in its own tab.",
  autoStart: true,
  // Notebook 7 and other hosts may have no palette; the commands stay usable for key bindings there.
  optional: [ICommandPalette],
  activate,
};

export default plugin;
