/** What a person does with a drawn view: clicks, choices, keys, typing. Each waits until everything is drawn. */
import { type Mock, vi } from "vitest";
import type { Connection } from "../contract/host";
import type { Selection } from "../contract/workbench";
import type { ViewComponent } from "../host/frame";
import { type Answers, staticState } from "../host/static";
import { type Drawn, draw, settle } from "./draw";

export async function click(drawn: Drawn, name: string): Promise<void> {
  drawn.button(name).click();
  await settle();
}

export async function choose(drawn: Drawn, label: string, value: string): Promise<void> {
  const select = drawn.one<HTMLSelectElement>(`select[aria-label="${label}"]`);
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
}

export async function press(element: HTMLElement, key: string): Promise<void> {
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settle();
}

export async function write(field: HTMLInputElement, text: string, event = "input"): Promise<void> {
  field.value = text;
  if (field.type === "text") field.setSelectionRange(text.length, text.length);
  field.dispatchEvent(new Event(event, { bubbles: true }));
  await settle();
}

// biome-ignore lint/suspicious/noExplicitAny: the parameters of any function
type Functions = Record<string, (...parameters: any[]) => unknown>;

/** The same functions, each remembering how it was called. */
export function watched<F extends Functions>(functions: F): { [K in keyof F]: Mock<F[K]> } {
  const entries = Object.entries(functions).map(([name, run]) => [name, vi.fn(run)]);
  return Object.fromEntries(entries) as { [K in keyof F]: Mock<F[K]> };
}

type Traits = Record<string, unknown>;

interface Fixture<F extends Answers> {
  traits: (changes?: Traits) => Traits;
  shared: (changes?: Traits) => Traits;
  answers: F;
}

interface Changes {
  traits?: Traits;
  shared?: Traits;
  answers?: Answers;
  connection?: Connection;
}

/** Opens a panel of a workbench over what `fixture` holds, with the changes that a test makes; the kernel is watched. */
export function opener<F extends Answers>(view: ViewComponent, fixture: Fixture<F>) {
  return async (changes: Changes = {}) => {
    const shared = staticState(fixture.shared(changes.shared));
    const asked = watched(fixture.answers);
    const kernel: Answers = asked satisfies Functions as Functions;
    const answers = { ...kernel, ...changes.answers };
    const drawn = await draw(view, fixture.traits(changes.traits), {
      shared,
      answers,
      connection: changes.connection ?? "live",
    });
    return { drawn, shared, asked, selection: () => shared.get<Selection>("selection") };
  };
}
