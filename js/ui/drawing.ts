/** Drawings: trait values per part of a bqplot chart, as `mldebug_widgets.charts.theme.Drawing` writes them. */
import type { ViewHost } from "../contract/host";
import { type NDArray, rowsOf, values } from "../contract/values";

/** "IPY_MODEL_<id>" of figures or of their parts, by name. */
export type References = Readonly<Record<string, string | undefined>>;
export type Drawing = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Sets the values of `drawing` on the parts of `chart`, in the browser only. */
export async function draw(
  host: ViewHost,
  marks: References,
  chart: string,
  drawing: Drawing,
): Promise<void> {
  for (const [part, traits] of Object.entries(drawing)) {
    const mark = marks[`${chart}_${part}`];
    if (mark !== undefined) await host.update(mark, traitValues(traits));
  }
}

/** Array records as bqplot has them in the browser: typed arrays, and lists of these for two dimensions. */
export function traitValues(traits: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, ready(value)]));
}

function ready(value: unknown): unknown {
  if (!isArrayRecord(value)) return value;
  return value.shape.length > 1 ? rowsOf(value) : values(value);
}

function isArrayRecord(value: unknown): value is NDArray {
  return typeof value === "object" && value !== null && "dtype" in value && "shape" in value;
}
