/** The Slices panel in its workbench, over a kernel that answers from fixtures. */
import { vi } from "vitest";
import type { Connection } from "../contract/host";
import type { SliceRequests } from "../contract/slices";
import type { Selection } from "../contract/workbench";
import { workbench } from "../gallery/fixtures";
import { comparison, heatmap, measure, result, saved, slicesTraits } from "../gallery/slices_fixtures";
import { type Answers, staticState } from "../host/static";
import { Slices } from "../views/slices/view";
import { type Drawn, draw, settle } from "./draw";

export const FIRST = result.slices[0];
export const NEWARK = FIRST?.query ?? "";

interface Changes {
  traits?: Record<string, unknown>;
  shared?: Record<string, unknown>;
  answers?: Answers;
  connection?: Connection;
}

export async function open({
  traits = {},
  shared: values = {},
  answers = {},
  connection = "live",
}: Changes = {}) {
  const shared = staticState(workbench({ panel: "slices", saved_slices: saved, ...values }));
  const asked = {
    measure: vi.fn(measure),
    compare: vi.fn((_: SliceRequests["compare"]) => comparison),
    heatmap: vi.fn((_: SliceRequests["heatmap"]) => heatmap),
    what_next: vi.fn((_: SliceRequests["what_next"]) => [{ kind: "model", text: "Weight these rows up." }]),
    search: vi.fn((_: SliceRequests["search"]) => null),
    cancel: vi.fn(() => null),
    save_slice: vi.fn((_: SliceRequests["save_slice"]) => null),
    remove_slice: vi.fn((_: SliceRequests["remove_slice"]) => null),
  };
  const drawn = await draw(Slices, slicesTraits(traits), {
    shared,
    answers: { ...asked, ...answers },
    connection,
  });
  return { drawn, shared, asked, selection: () => shared.get<Selection>("selection") };
}

export async function click(drawn: Drawn, name: string) {
  drawn.button(name).click();
  await settle();
}

export async function choose(drawn: Drawn, label: string, value: string) {
  const select = drawn.one<HTMLSelectElement>(`select[aria-label="${label}"]`);
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
}

export async function press(element: HTMLElement, key: string) {
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settle();
}

export async function write(field: HTMLInputElement, text: string, event = "input") {
  field.value = text;
  if (field.type === "text") field.setSelectionRange(text.length, text.length);
  field.dispatchEvent(new Event(event, { bubbles: true }));
  await settle();
}

export const picks = (drawn: Drawn) => drawn.all<HTMLButtonElement>(".slices .pick");
export const queryField = (drawn: Drawn) => drawn.one<HTMLInputElement>("[role=combobox]");
export const measured = (drawn: Drawn) => drawn.one(".measure").textContent;

export async function show(drawn: Drawn, name: "List" | "Tree" | "Two features") {
  await click(drawn, name);
}
