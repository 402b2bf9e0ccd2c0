/** What the maps show, as the kernel keeps it, and how it is chosen. */
import type { ImagePage } from "../../contract/generated";

export interface MapSettings {
  method: string;
  /** "" has a layer found. */
  layer: string;
  /** "predicted", "true", or a class position. */
  target: string | number;
}

export interface Settings extends MapSettings {
  /** The maps beside the first ones; null shows one map per picture. */
  beside: MapSettings | null;
}

export interface Method {
  name: string;
  label: string;
  /** Attributes to pixels: needs no layer. */
  pixels: boolean;
}

export const DEFAULTS: Settings = { method: "gradcam", layer: "", target: "predicted", beside: null };

/** The first maps' settings alone. */
export function firstOf({ method, layer, target }: Settings): MapSettings {
  return { method, layer, target };
}

/** What differs between the two maps: a class, a method, or nothing where there is one map. */
export function besideKind({ method, target, beside }: Settings): "off" | "class" | "method" {
  if (beside === null) return "off";
  return beside.method === method && beside.target !== target ? "class" : "method";
}

/** Another class than the one of `target` to stand beside it: the one most often true where that is not explained. */
export function otherTarget(target: string | number, classes: readonly string[]): string | number {
  if (target === "predicted") return "true";
  if (target === "true") return "predicted";
  return classes.length > 1 ? (Number(target) + 1) % classes.length : "predicted";
}

export function otherMethod(method: string, methods: readonly Method[]): string {
  const wanted = method === "gradcam" ? "hirescam" : "gradcam";
  return methods.find(({ name }) => name === wanted)?.name ?? method;
}

/** "the predicted class", "the true class", "lynx". */
export function targetWords(target: string | number, classes: readonly string[]): string {
  if (typeof target === "number") return classes[target] ?? `class ${target}`;
  return `the ${target} class`;
}

/** The layer's path with its grid, as the list has it. */
export function layerLabel(page: ImagePage): string {
  return page.layers.find(({ name }) => name === page.layer)?.label ?? page.layer;
}
