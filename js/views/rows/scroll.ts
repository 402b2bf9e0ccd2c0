/**
 * Scrolling through more rows than a browser can lay out. An element may be some 17 million px high (Firefox) to
 * 33 million (Chromium), so a longer table gets a lower canvas, on which one px stands for several.
 */

export const ROW_HEIGHT = 28;
const HIGHEST_CANVAS = 8_000_000;

export interface Geometry {
  /** Height in px of the element that is really scrolled. */
  canvas: number;
  /** True when a px of the scroll bar stands for more than a px of rows. */
  scaled: boolean;
  /** Top of the window in px of rows, for a scroll position. */
  topOf(scrollTop: number): number;
  /** The scroll position that shows `top`. */
  scrollOf(top: number): number;
  /** `top` inside the range that there is. */
  clamp(top: number): number;
}

/** `viewport` is the height in px in which rows are seen. */
export function geometryOf(rows: number, viewport: number, highest = HIGHEST_CANVAS): Geometry {
  const height = rows * ROW_HEIGHT;
  const canvas = Math.min(height, highest);
  const reach = Math.max(0, height - viewport);
  const scrollReach = Math.max(0, canvas - viewport);
  const ratio = scrollReach === 0 ? 1 : reach / scrollReach;
  const clamp = (top: number) => Math.min(reach, Math.max(0, top));
  return {
    canvas,
    scaled: height > highest,
    topOf: (scrollTop) => clamp(scrollTop * ratio),
    scrollOf: (top) => clamp(top) / ratio,
    clamp,
  };
}

/** Rows that are at least partly seen: first, and one past the last. */
export function seenRows(top: number, viewport: number, rows: number): [number, number] {
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT));
  return [first, Math.min(rows, Math.ceil((top + viewport) / ROW_HEIGHT))];
}

/** The top that brings row `index` into view with the least movement. */
export function topShowing(index: number, top: number, viewport: number): number {
  const start = index * ROW_HEIGHT;
  if (start < top) return start;
  return Math.max(top, start + ROW_HEIGHT - viewport);
}
