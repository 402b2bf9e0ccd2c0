/** The theme's colours for canvases, which read no style sheets; read again when the theme changes. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** JupyterLab loads a theme's style sheet some time after it has said that the theme is another. */
const LATE_MS = 400;

/** Colours by name from CSS colours by name (a constant object); put `probe` on a hidden element of the view. */
export function useTokenColors<Name extends string>(tokens: Readonly<Record<Name, string>>) {
  const probe = useRef<HTMLSpanElement>(null);
  const [colors, setColors] = useState<Readonly<Record<Name, string>>>(() => blank(tokens));
  useLayoutEffect(() => {
    const element = probe.current;
    const root = element?.getRootNode();
    if (!element || !(root instanceof ShadowRoot)) return;
    const read = () => {
      const now = resolved(element, tokens);
      setColors((old) => (same(old, now) ? old : now));
    };
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
  }, [tokens]);
  return { probe, colors };
}

type Tokens<Name extends string> = Readonly<Record<Name, string>>;

function blank<Name extends string>(tokens: Tokens<Name>): Tokens<Name> {
  return Object.fromEntries(Object.keys(tokens).map((name) => [name, ""])) as Tokens<Name>;
}

function resolved<Name extends string>(element: HTMLElement, tokens: Tokens<Name>): Tokens<Name> {
  const colors = Object.entries<string>(tokens).map(([name, token]) => {
    element.style.color = token;
    return [name, getComputedStyle(element).color];
  });
  return Object.fromEntries(colors) as Tokens<Name>;
}

function same<Name extends string>(one: Tokens<Name>, other: Tokens<Name>): boolean {
  return (Object.keys(one) as Name[]).every((name) => one[name] === other[name]);
}
