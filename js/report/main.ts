/** Starts an exported HTML file: reads the widget state that the page holds and draws the workbench from it. */
import * as base from "@jupyter-widgets/base";
import type { IManagerState } from "@jupyter-widgets/base-manager";
// The one control that figures use: bqplot keeps a picture's bytes in it. The whole package would be 300 KB.
import { ImageModel, ImageView } from "@jupyter-widgets/controls/lib/widget_image";
import { ModuleTable } from "./amd";
import { ReportManager } from "./manager";
import { followTheme } from "./theme";

interface Content {
  root: string;
  state: IManagerState;
}

function element<Kind extends HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has lost its element #${id}`);
  return found as Kind;
}

async function start(modules: ModuleTable, readable: HTMLElement): Promise<void> {
  const place = element("mld-workbench");
  try {
    const { root, state }: Content = JSON.parse(element("mld-content").textContent ?? "");
    await new ReportManager(modules).draw(state, root, place);
    place.dataset.state = "drawn";
  } catch (error) {
    readable.hidden = false;
    place.dataset.state = "failed";
    place.textContent = `The panels could not be drawn: ${error instanceof Error ? error.message : String(error)}`;
  }
}

// At once, not when the page has loaded: a dark page must not begin white, nor show what only a page without script needs.
followTheme(element<HTMLButtonElement>("mld-theme"));
const readable = element("mld-static");
readable.hidden = true;
const modules = new ModuleTable({
  "@jupyter-widgets/base": { ...base },
  "@jupyter-widgets/controls": { ImageModel, ImageView },
});
// The modules of the installed packages follow as inline scripts and call this one global function.
Object.assign(globalThis, { define: Object.assign(modules.define, { amd: {} }) });
document.addEventListener("DOMContentLoaded", () => void start(modules, readable));
