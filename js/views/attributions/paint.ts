/** Dots on canvases. */
import { type Dots, NO_LEVEL, type Swarm } from "./dots";

/** Shades from the lowest value of a column to its highest; a canvas mixes no colours itself. */
const SHADES = ["shade0", "shade1", "shade2", "shade3", "shade4"] as const;
type Shade = (typeof SHADES)[number];

export type Colors = Readonly<Record<Shade | "none" | "line" | "ink", string>>;

export const TOKENS: Colors = {
  shade0: "var(--accent)",
  shade1: "color-mix(in oklab, var(--accent), var(--hot) 25%)",
  shade2: "color-mix(in oklab, var(--accent), var(--hot) 50%)",
  shade3: "color-mix(in oklab, var(--accent), var(--hot) 75%)",
  shade4: "var(--hot)",
  none: "var(--bar-2)",
  line: "var(--line-2)",
  ink: "var(--ink)",
};

const RADIUS = 1.9;

/** Fits the canvas to its place and to the screen's pixels, and returns its context at that scale. */
export function sized(
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  if (canvas === null || width <= 0) return null;
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(across / width, 0, 0, down / height, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** A column's dots, from blue for its lowest values to orange for its highest. */
export function paintSwarm(
  context: CanvasRenderingContext2D,
  dots: Dots,
  column: number,
  swarm: Swarm,
  colors: Colors,
): void {
  context.globalAlpha = 0.8;
  for (let dot = 0; dot < dots.count; dot++) {
    const x = swarm.x[dot] as number;
    if (Number.isNaN(x)) continue;
    const level = dots.levels[dot * dots.width + column] as number;
    context.fillStyle = level === NO_LEVEL ? colors.none : colors[shadeOf(level)];
    context.beginPath();
    context.arc(x, swarm.y[dot] as number, RADIUS, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

function shadeOf(level: number): Shade {
  return SHADES[Math.floor((level / NO_LEVEL) * SHADES.length)] ?? "shade4";
}

export interface Plot {
  x: Float32Array;
  y: Float32Array;
  up: Uint8Array;
  /** The mean line or, for categories, one bar per label. */
  means: readonly (readonly [x: number, y: number])[];
  joined: boolean;
  zero: number;
}

export function paintPlot(
  context: CanvasRenderingContext2D,
  { x, y, up, means, joined, zero }: Plot,
  width: number,
  colors: Colors,
): void {
  context.fillStyle = colors.line;
  context.fillRect(0, Math.round(zero), width, 1);
  context.globalAlpha = x.length > 400 ? 0.45 : 0.75;
  for (let dot = 0; dot < x.length; dot++) {
    if (Number.isNaN(x[dot]) || Number.isNaN(y[dot])) continue;
    context.fillStyle = up[dot] ? colors.shade4 : colors.shade0;
    context.beginPath();
    context.arc(x[dot] as number, y[dot] as number, RADIUS, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
  context.strokeStyle = colors.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  means.forEach(([left, top], place) => {
    if (!joined) {
      context.moveTo(left - 9, top);
      context.lineTo(left + 9, top);
    } else if (place === 0) context.moveTo(left, top);
    else context.lineTo(left, top);
  });
  context.stroke();
}
