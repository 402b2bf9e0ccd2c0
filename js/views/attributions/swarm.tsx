/** One column of the picture of all rows: a dot per row, its place the attribution, its colour the cell. */
import { useCallback, useMemo } from "preact/hooks";
import { DotCanvas, type DotHandlers } from "./dot_canvas";
import { across, type Dots, swarmOf } from "./dots";
import { type Colors, paintSwarm } from "./paint";

export const HEIGHT = 26;

interface SwarmProps extends DotHandlers {
  dots: Dots;
  column: number;
  width: number;
  colors: Colors;
  label: string;
  words: (dot: number) => string;
  /** The dot that is pointed at or open, ringed in every column. */
  marked: number | null;
  tabStop: boolean;
  onAcross: (by: -1 | 1) => void;
}

export function SwarmView({ dots, column, width, colors, ...rest }: SwarmProps) {
  const swarm = useMemo(() => swarmOf(dots, column, width, HEIGHT), [dots, column, width]);
  const paint = useCallback(
    (context: CanvasRenderingContext2D) => paintSwarm(context, dots, column, swarm, colors),
    [dots, column, swarm, colors],
  );
  return (
    <span class="swarm">
      <span class="zero" style={{ left: `${across(0, dots, width)}px` }} />
      <DotCanvas places={swarm} width={width} height={HEIGHT} paint={paint} {...rest} />
    </span>
  );
}
