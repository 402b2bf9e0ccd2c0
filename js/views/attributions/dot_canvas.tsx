/** A cloud of dots on a canvas: pointed at and clicked with the mouse, walked along with the arrow keys. */
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { dotAt, orderOf, type Swarm } from "./dots";
import { sized } from "./paint";

export interface DotHandlers {
  /** The dot that the pointer or the keyboard is on. */
  onPoint: (dot: number | null) => void;
  onOpen: ((dot: number) => void) | null;
}

interface DotCanvasProps extends DotHandlers {
  places: Swarm;
  width: number;
  height: number;
  paint: (context: CanvasRenderingContext2D) => void;
  /** What is drawn, and one of its dots, for people who do not see it. */
  label: string;
  words: (dot: number) => string;
  /** The dot that is pointed at or open. */
  marked: number | null;
  /** Whether Tab stops here: of several clouds in a list only one does. */
  tabStop?: boolean;
  /** Goes to the cloud above (-1) or below (1). */
  onAcross?: (by: -1 | 1) => void;
}

const NONE: number[] = [];
/** Share of the dots that PageUp and PageDown pass. */
const PAGE = 0.05;

export function DotCanvas(props: DotCanvasProps) {
  const { places, width, height, paint, label, words, marked, tabStop = true, onPoint, onOpen } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [focused, setFocused] = useState(false);
  const order = useMemo(() => (focused ? orderOf(places) : NONE), [places, focused]);
  usePainted(canvas, width, height, paint);
  const at = marked === null ? -1 : order.indexOf(marked);
  const under = (event: MouseEvent) => dotAt(places, event.offsetX, event.offsetY);
  const press = (event: KeyboardEvent) => {
    const across = props.onAcross && { ArrowUp: -1 as const, ArrowDown: 1 as const }[event.key];
    const next = across ? undefined : order[target(event.key, at, order.length) ?? Number.NaN];
    const opens = (event.key === "Enter" || event.key === " ") && marked !== null;
    if (across) props.onAcross?.(across);
    else if (next !== undefined) onPoint(next);
    else if (opens) onOpen?.(marked);
    else return;
    event.preventDefault();
  };
  return (
    <span
      class={onOpen ? "dots opens" : "dots"}
      style={{ height: `${height}px` }}
      role="slider"
      tabIndex={tabStop ? 0 : -1}
      aria-label={label}
      aria-valuemin={1}
      aria-valuemax={Math.max(1, places.x.length)}
      aria-valuenow={at + 1 || 1}
      aria-valuetext={focused && marked !== null ? words(marked) : `${places.x.length} rows`}
      onKeyDown={press}
      onFocus={() => {
        setFocused(true);
        onPoint(marked ?? orderOf(places)[0] ?? null);
      }}
      onBlur={() => {
        setFocused(false);
        onPoint(null);
      }}
    >
      <canvas
        ref={canvas}
        style={{ height: `${height}px` }}
        onMouseMove={(event) => onPoint(under(event))}
        onMouseLeave={() => focused || onPoint(null)}
        onClick={(event) => {
          const dot = under(event);
          if (dot !== null) onOpen?.(dot);
        }}
      />
      <Ring places={places} dot={marked} />
    </span>
  );
}

function usePainted(
  canvas: RefObject<HTMLCanvasElement | null>,
  width: number,
  height: number,
  paint: (context: CanvasRenderingContext2D) => void,
): void {
  useLayoutEffect(() => {
    const context = sized(canvas.current, width, height);
    if (context) paint(context);
  }, [canvas, width, height, paint]);
}

function Ring({ places: { x, y }, dot }: { places: Swarm; dot: number | null }) {
  const [left, top] = dot === null ? [] : [x[dot], y[dot]];
  if (left === undefined || top === undefined || Number.isNaN(left) || Number.isNaN(top)) return null;
  return <span class="ring" style={{ left: `${left}px`, top: `${top}px` }} />;
}

/** The place in the order that a key leads to; null for other keys. */
function target(key: string, at: number, count: number): number | null {
  const last = count - 1;
  const page = Math.max(1, Math.round(count * PAGE));
  const steps: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    PageUp: at + page,
    PageDown: at - page,
    Home: 0,
    End: last,
  };
  const next = steps[key];
  return next === undefined || last < 0 ? null : Math.min(last, Math.max(0, next));
}
