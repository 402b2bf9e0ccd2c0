/** Pointer and keys on one histogram, turned into moves of its brush. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Brushing } from "./brushing";
import { binAt, dragged, type Grip, gripAt, keyed, layoutOf } from "./geometry";
import type { Histogram, Range } from "./strip";

interface Hold {
  grip: Grip;
  from: number;
  /** The brush that was there when the pointer went down. */
  brush: Range | undefined;
}

interface GestureOptions {
  canvas: RefObject<HTMLCanvasElement | null>;
  histogram: Histogram;
  brushing: Brushing;
  width: number;
  /** True when it cannot be brushed. */
  still: boolean;
  onPoint: (histogram: Histogram, bin: number | null) => void;
}

/** A key's brush is let go when no other key follows for so long. */
const KEY_PAUSE_MS = 400;
/** A pointer that only passes by asks for nothing. */
const DWELL_MS = 60;

/** Handlers for the histogram's canvas. */
export function useGestures(options: GestureOptions) {
  const { canvas, histogram, brushing, width, still, onPoint } = options;
  const { index, size } = histogram;
  const hold = useRef<Hold | null>(null);
  const timers = useRef<{ key?: number | undefined; dwell?: number | undefined }>({});
  const brush = brushing.brushes.get(index);

  useEffect(
    () => () => {
      window.clearTimeout(timers.current.key);
      window.clearTimeout(timers.current.dwell);
    },
    [],
  );

  const xOf = (event: PointerEvent) => event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
  const binOf = (event: PointerEvent) => binAt(histogram, layoutOf(histogram, width), xOf(event));
  const release = () => {
    window.clearTimeout(timers.current.key);
    timers.current.key = undefined;
    void brushing.release();
  };

  const down = (event: PointerEvent) => {
    if (still || event.button !== 0) return;
    canvas.current?.setPointerCapture(event.pointerId);
    const grip = gripAt(histogram, layoutOf(histogram, width), brush, xOf(event));
    hold.current = { grip, from: binOf(event), brush };
    brushing.approach(index);
    if (grip === null) brushing.move(index, [hold.current.from, hold.current.from]);
  };
  const move = (event: PointerEvent) => {
    onPoint(histogram, binOf(event));
    const held = hold.current;
    if (held === null) {
      if (canvas.current)
        canvas.current.style.cursor = still ? "default" : cursorOf(histogram, width, brush, xOf(event));
      return;
    }
    brushing.move(index, dragged(size, held.brush, held.grip, held.from, binOf(event)));
  };
  const up = (event: PointerEvent) => {
    const held = hold.current;
    hold.current = null;
    if (held === null) return;
    const unmoved =
      held.grip === "middle" && binOf(event) === held.from && brushing.brushes.get(index) === held.brush;
    const alone = held.brush !== undefined && held.brush[0] === held.brush[1];
    if (unmoved && alone) void brushing.clear(index);
    else {
      if (unmoved) brushing.move(index, [held.from, held.from]);
      release();
    }
  };
  const enter = () => {
    if (still) return;
    timers.current.dwell = window.setTimeout(() => brushing.approach(index), DWELL_MS);
  };
  const leave = () => {
    window.clearTimeout(timers.current.dwell);
    onPoint(histogram, null);
  };
  const press = (event: KeyboardEvent) => {
    if (still) return;
    if (event.key === "Escape" && brush !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      void brushing.clear(index);
      return;
    }
    const next = keyed(size, brush, event.key, event.shiftKey);
    if (next === null) return;
    event.preventDefault();
    brushing.move(index, next);
    window.clearTimeout(timers.current.key);
    timers.current.key = window.setTimeout(release, KEY_PAUSE_MS);
  };
  const blur = () => {
    if (timers.current.key !== undefined) release();
  };

  return {
    onPointerDown: down,
    onPointerMove: move,
    onPointerUp: up,
    onPointerCancel: up,
    onPointerEnter: enter,
    onPointerLeave: leave,
    onFocus: enter,
    onKeyDown: press,
    onBlur: blur,
  };
}

function cursorOf(histogram: Histogram, width: number, brush: Range | undefined, x: number): string {
  const grip = gripAt(histogram, layoutOf(histogram, width), brush, x);
  if (grip === "middle") return "grab";
  return grip === null ? "crosshair" : "ew-resize";
}
