/** One column of the picture of all rows: a dot per row, its place the attribution, its colour the cell. */
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { across, type Dots, dotAt, swarmOf } from "./dots";
import { type Colors, paintSwarm, sized } from "./paint";

export const HEIGHT = 26;

interface SwarmProps {
  dots: Dots;
  column: number;
  width: number;
  colors: Colors;
  /** What is drawn, for people who do not see it. */
  label: string;
  /** The dot that is pointed at or open, ringed in every column. */
  marked: number | null;
  onPoint: (dot: number | null) => void;
  onOpen: ((dot: number) => void) | null;
}

export function SwarmView({ dots, column, width, colors, label, marked, onPoint, onOpen }: SwarmProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const swarm = useMemo(() => swarmOf(dots, column, width, HEIGHT), [dots, column, width]);
  useLayoutEffect(() => {
    const context = sized(canvas.current, width, HEIGHT);
    if (context) paintSwarm(context, dots, column, swarm, colors);
  }, [dots, column, width, swarm, colors]);
  const under = (event: MouseEvent) => dotAt(swarm, event.offsetX, event.offsetY);
  const open = (event: MouseEvent) => {
    const dot = under(event);
    if (dot !== null) onOpen?.(dot);
  };
  const ring = marked === null ? Number.NaN : (swarm.x[marked] ?? Number.NaN);
  return (
    <span class={onOpen ? "swarm opens" : "swarm"} style={{ height: `${HEIGHT}px` }}>
      <span class="zero" style={{ left: `${across(0, dots, width)}px` }} />
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        style={{ height: `${HEIGHT}px` }}
        onMouseMove={(event) => onPoint(under(event))}
        onMouseLeave={() => onPoint(null)}
        onClick={open}
      />
      {!Number.isNaN(ring) && marked !== null && (
        <span class="ring" style={{ left: `${ring}px`, top: `${swarm.y[marked]}px` }} />
      )}
    </span>
  );
}
