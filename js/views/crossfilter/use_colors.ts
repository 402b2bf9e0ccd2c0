/** The theme's colours for the canvases, which read no style sheets; read again when the theme changes. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Colors } from "./paint";

const TOKENS: Readonly<Record<keyof Colors, string>> = {
  bar: "var(--bar)",
  ghost: "color-mix(in srgb, var(--bar) 45%, var(--bg))",
  chosen: "var(--bar-2)",
  hot: "var(--hot)",
  band: "var(--accent-soft)",
  edge: "var(--accent)",
};
const NONE: Colors = { bar: "", ghost: "", chosen: "", hot: "", band: "", edge: "" };
/** JupyterLab loads a theme's style sheet some time after it has said that the theme is another. */
const LATE_MS = 400;

export function useColors() {
  const probe = useRef<HTMLSpanElement>(null);
  const [colors, setColors] = useState(NONE);
  useLayoutEffect(() => {
    const element = probe.current;
    const root = element?.getRootNode();
    if (!element || !(root instanceof ShadowRoot)) return;
    const read = () => setColors((old) => (same(old, resolved(element)) ? old : resolved(element)));
    let timer = 0;
    const later = () => {
      read();
      window.clearTimeout(timer);
      timer = window.setTimeout(read, LATE_MS);
    };
    later();
    const observer = new MutationObserver(later);
    observer.observe(root.host, { attributes: true, attributeFilter: ["data-mld-theme"] });
    return () => {
      observer.disconnect();
      window.clearTimeout(timer);
    };
  }, []);
  return { probe, colors };
}

function resolved(element: HTMLElement): Colors {
  const colors = Object.entries(TOKENS).map(([name, token]) => {
    element.style.color = token;
    return [name, getComputedStyle(element).color];
  });
  return Object.fromEntries(colors) as unknown as Colors;
}

function same(one: Colors, other: Colors): boolean {
  return (Object.keys(TOKENS) as (keyof Colors)[]).every((name) => one[name] === other[name]);
}
