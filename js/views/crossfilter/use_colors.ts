/** The theme's colours for the canvases. */
import { useTokenColors } from "../../ui/token_colors";
import type { Colors } from "./paint";

const TOKENS: Readonly<Record<keyof Colors, string>> = {
  bar: "var(--bar)",
  ghost: "color-mix(in srgb, var(--bar) 45%, var(--bg))",
  chosen: "var(--bar-2)",
  hot: "var(--hot)",
  band: "var(--accent-soft)",
  edge: "var(--accent)",
};

export function useColors() {
  return useTokenColors(TOKENS);
}
