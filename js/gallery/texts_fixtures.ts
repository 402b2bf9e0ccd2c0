/** The Text panel in its states: what Python wrote. */
import type { TextStatus } from "../contract/text_attributions";
import { ALL_ROWS } from "../contract/workbench";
import fixture from "../views/text_attributions/fixture.json";

export const { live, report, alone } = fixture;
export const idle: TextStatus = { state: "idle", text: "", fraction: null };

/** Nothing has arrived yet. */
export const nothing = { ...live, result: null, results: [] };

export function shared(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { selection: ALL_ROWS, row: null, panel: "text_attributions", panels: [], ...changes };
}
