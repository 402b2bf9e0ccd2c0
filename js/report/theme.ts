/** The page's theme: the reader's system decides until the button does. JupyterLab's own attribute carries it. */

const DARK = "(prefers-color-scheme: dark)";

function apply(dark: boolean, button: HTMLButtonElement): void {
  document.body.dataset.jpThemeLight = String(!dark);
  button.textContent = dark ? "Light theme" : "Dark theme";
}

/** Sets the theme now and whenever the system or the reader changes it. */
export function followTheme(button: HTMLButtonElement): void {
  const system = matchMedia(DARK);
  let chosen: boolean | null = null;
  const dark = (): boolean => chosen ?? system.matches;
  system.addEventListener("change", () => apply(dark(), button));
  button.addEventListener("click", () => {
    chosen = !dark();
    apply(chosen, button);
  });
  button.hidden = false;
  apply(dark(), button);
}
