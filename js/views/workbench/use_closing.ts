/** A menu that closes when the person turns to something else. */
import { useEffect, useRef } from "preact/hooks";

/** Closes on Escape inside, and on a press or focus outside. Put the returned ref on the menu with its button. */
export function useClosing(close: () => void) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const root = element.getRootNode();
    const outside = (event: Event) => {
      if (!event.composedPath().includes(element)) close();
    };
    const onEscape = (event: Event) => {
      if ((event as KeyboardEvent).key !== "Escape") return;
      close();
      element.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", outside);
    root.addEventListener("focusin", outside);
    element.addEventListener("keydown", onEscape);
    return () => {
      document.removeEventListener("pointerdown", outside);
      root.removeEventListener("focusin", outside);
      element.removeEventListener("keydown", onEscape);
    };
  }, []);
  return ref;
}
