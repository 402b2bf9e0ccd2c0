/** Light or dark, as the page around the view is; told again when it changes. */

const WATCHED = ["data-jp-theme-light", "data-vscode-theme-kind", "data-theme", "class", "style"];

/** True when the page is dark: said by JupyterLab or VS Code, else read off the colour of its text. */
export function isDark(body: HTMLElement = document.body): boolean {
  const lab = body.getAttribute("data-jp-theme-light");
  if (lab !== null) return lab === "false";
  const code = body.getAttribute("data-vscode-theme-kind");
  if (code !== null) return code.includes("dark") || code === "vscode-high-contrast";
  return lightness(getComputedStyle(body).color) > 0.5;
}

/** Keeps `data-mld-theme` on `element` in step with the page. Returns the function that ends it. */
export function followTheme(element: HTMLElement): () => void {
  const apply = () => element.setAttribute("data-mld-theme", isDark() ? "dark" : "light");
  apply();
  const observer = new MutationObserver(apply);
  observer.observe(document.body, { attributes: true, attributeFilter: WATCHED });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: WATCHED });
  const preference = window.matchMedia?.("(prefers-color-scheme: dark)");
  preference?.addEventListener("change", apply);
  return () => {
    observer.disconnect();
    preference?.removeEventListener("change", apply);
  };
}

/** Perceived lightness, 0 to 1, of a computed colour ("rgb(31, 35, 40)"). */
function lightness(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}
