/** Up and down through buttons that stand in a column. */

const STEPS: Record<string, number | undefined> = { ArrowDown: 1, ArrowUp: -1 };

/** Key handler of the element that holds the buttons; `selector` names those that arrows stop at. */
export function moveThrough(selector: string) {
  return (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
    const at = stops.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const step = STEPS[event.key];
    const next = event.key === "Home" ? 0 : event.key === "End" ? stops.length - 1 : at + (step ?? 0);
    if (next === at) return;
    event.preventDefault();
    stops[(next + stops.length) % stops.length]?.focus();
  };
}
