/** The element a view lives in: an open shadow root with its style sheets, the theme, and JupyterLab's attributes. */
import { type ComponentType, h, render } from "preact";
import type { ViewHost } from "../contract/host";
import { followTheme } from "./theme";

export type ViewComponent = ComponentType<{ host: ViewHost }>;

/** Makes the frame inside `parent`. Light-DOM children of the frame can be shown through slots. */
export function makeFrame(parent: HTMLElement, sheets: readonly string[]): HTMLElement {
  const frame = document.createElement("div");
  // Typing in a field must not run a cell's commands, and a right click must not open the notebook's menu.
  frame.setAttribute("data-lm-suppress-shortcuts", "true");
  frame.setAttribute("data-jp-suppress-context-menu", "");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(sheets.join("\n"));
  frame.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
  parent.append(frame);
  return frame;
}

/** Draws `View` in the frame. Returns the function that takes everything away again. */
export function drawView(frame: HTMLElement, View: ViewComponent, host: ViewHost): () => void {
  const root = frame.shadowRoot;
  if (root === null) throw new Error("The frame has no shadow root");
  const endTheme = followTheme(frame);
  render(h(View, { host }), root);
  return () => {
    render(null, root);
    endTheme();
    frame.remove();
  };
}
