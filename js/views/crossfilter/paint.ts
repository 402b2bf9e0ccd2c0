/** One histogram on a canvas. */
import { layoutOf, leftOf, spanOf } from "./geometry";
import type { Bins, Histogram, Range } from "./strip";

export interface Colors {
  bar: string;
  ghost: string;
  chosen: string;
  hot: string;
  band: string;
  edge: string;
}

export interface Picture {
  all: Bins;
  /** Of the selected rows; null when all are. */
  shown: Bins | null;
  brush: Range | undefined;
  /** Mean metric at which a bar is all orange. */
  full: number;
}

export const HEIGHT = 40;

/** Fits the canvas to its place and to the screen's pixels, and returns its context at that scale. */
export function sized(canvas: HTMLCanvasElement, width: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * ratio), Math.round(HEIGHT * ratio)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(across / width, 0, 0, down / HEIGHT, 0, 0);
  return context;
}

export function paint(
  context: CanvasRenderingContext2D,
  histogram: Histogram,
  width: number,
  { all, shown, brush, full }: Picture,
  colors: Colors,
): void {
  const layout = layoutOf(histogram, width);
  context.clearRect(0, 0, width, HEIGHT);
  if (brush !== undefined) {
    const [left, right] = spanOf(histogram, layout, brush);
    context.fillStyle = colors.band;
    context.fillRect(Math.round(left), 0, Math.round(right) - Math.round(left), HEIGHT);
  }
  const { offset, size } = histogram;
  const bars = (bins: Bins, from: number, to: number, color: string, part: (bin: number) => number) => {
    const highest = peak(bins, offset, size);
    if (highest === 0) return;
    context.fillStyle = color;
    for (let bin = from; bin <= to; bin++) {
      const height = heightOf(bins.counts[offset + bin] as number, highest) * part(offset + bin);
      if (height <= 0) continue;
      const left = leftOf(histogram, layout, bin);
      const [start, end] = [
        Math.round(left),
        Math.max(Math.round(left + layout.pitch) - layout.gap, Math.round(left) + 1),
      ];
      // One rectangle after the other is several times faster than a path of all.
      context.fillRect(start, HEIGHT - height, end - start, height);
    }
  };
  const whole = () => 1;
  const now = shown ?? all;
  if (shown !== null && brush === undefined) bars(all, 0, size - 1, colors.ghost, whole);
  bars(now, 0, size - 1, shown === null || brush !== undefined ? colors.bar : colors.chosen, whole);
  if (brush !== undefined) bars(now, brush[0], brush[1], colors.chosen, whole);
  bars(now, 0, size - 1, colors.hot, (bin) => {
    const rows = now.counts[bin] as number;
    return rows > 0 ? Math.min(1, Math.max(0, (now.errors[bin] as number) / rows / full)) : 0;
  });
  if (brush !== undefined) {
    const [left, right] = spanOf(histogram, layout, brush);
    context.fillStyle = colors.edge;
    context.fillRect(Math.round(left), 0, 1, HEIGHT);
    context.fillRect(Math.round(right) - 1, 0, 1, HEIGHT);
  }
}

/** A bar that has rows is seen, however few they are. */
function heightOf(rows: number, highest: number): number {
  return rows > 0 ? Math.max(1, (rows / highest) * (HEIGHT - 1)) : 0;
}

function peak({ counts }: Bins, offset: number, size: number): number {
  let highest = 0;
  for (let bin = offset; bin < offset + size; bin++) highest = Math.max(highest, counts[bin] as number);
  return highest;
}
