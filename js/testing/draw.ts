/** Draws a view in the test document over a host in memory, and takes it away again after the test. */
import { afterEach, vi } from "vitest";
import { drawView, makeFrame, type ViewComponent } from "../host/frame";
import { type StaticHost, type StaticHostOptions, staticHost } from "../host/static";

export interface Drawn {
  host: StaticHost;
  root: ShadowRoot;
  frame: HTMLElement;
  end: () => void;
  /** The text that is on screen. */
  text(): string;
  one<E extends HTMLElement>(selector: string): E;
  all<E extends HTMLElement>(selector: string): E[];
  button(name: string): HTMLButtonElement;
}

const endings: (() => void)[] = [];

afterEach(() => {
  for (const end of endings.splice(0)) end();
});

export async function draw(
  view: ViewComponent,
  traits: Record<string, unknown>,
  options: StaticHostOptions = {},
): Promise<Drawn> {
  let frame: HTMLElement | null = null;
  const host = staticHost(traits, { frame: () => frame, ...options });
  const drawn = place(view, host);
  frame = drawn.frame;
  await settle();
  return drawn;
}

/** Draws another view of the same host. */
export function place(view: ViewComponent, host: StaticHost): Drawn {
  const frame = makeFrame(document.body, [""]);
  const end = once(drawView(frame, view, host));
  endings.push(end);
  const root = frame.shadowRoot as ShadowRoot;
  const all = <E extends HTMLElement>(selector: string) => [...root.querySelectorAll<E>(selector)];
  return {
    host,
    root,
    frame,
    end,
    all,
    text: () => root.textContent ?? "",
    one<E extends HTMLElement>(selector: string) {
      const found = root.querySelector<E>(selector);
      if (found === null) throw new Error(`Nothing matches ${selector} in: ${root.innerHTML}`);
      return found;
    },
    button(name) {
      const found = all<HTMLButtonElement>("button").find((button) => button.textContent?.trim() === name);
      if (found === undefined) throw new Error(`No button ${name}`);
      return found;
    },
  };
}

/** Waits until answers have arrived and everything is drawn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}

/** Gives every measured element this size: the test document lays nothing out. */
export function stubSize(width: number, height: number): void {
  class FixedSize {
    constructor(readonly callback: ResizeObserverCallback) {}
    observe(): void {
      const entry = { contentRect: { width, height } } as ResizeObserverEntry;
      this.callback([entry], this as unknown as ResizeObserver);
    }
    disconnect(): void {}
    unobserve(): void {}
  }
  vi.stubGlobal("ResizeObserver", FixedSize);
}
