import type { WidgetModel, WidgetView } from "@jupyter-widgets/base";
import { type IManagerState, ManagerBase } from "@jupyter-widgets/base-manager";
import { Widget } from "@lumino/widgets";
import type { ModuleTable } from "./amd";

type WidgetClass = typeof WidgetModel | typeof WidgetView;

/** Jupyter's widget manager without a kernel: models come from the page's saved state and answer to nobody. */
export class ReportManager extends ManagerBase {
  readonly #modules: ModuleTable;

  constructor(modules: ModuleTable) {
    super();
    this.#modules = modules;
  }

  /** Rebuilds every model in `state`, then draws the model `root` inside `element`. */
  async draw(state: IManagerState, root: string, element: HTMLElement): Promise<void> {
    await this.set_state(state);
    const view = await this.create_view(await this.get_model(root));
    Widget.attach(view.luminoWidget, element);
  }

  protected override async loadClass(className: string, moduleName: string): Promise<WidgetClass> {
    const found = this.#modules.require(moduleName)[className];
    if (found === undefined) throw new Error(`The module ${moduleName} has no ${className}`);
    return found as WidgetClass;
  }

  protected override _create_comm(): Promise<never> {
    return Promise.reject(new Error("There is no kernel behind this file"));
  }

  protected override _get_comm_info(): Promise<Record<string, never>> {
    return Promise.resolve({});
  }
}
