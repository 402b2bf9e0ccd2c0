/** One picture with its map over it. How opaque the map is is a matter of style: nothing is drawn again for it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { HeatMap, Picture } from "./images";
import { paintMap, paintPicture } from "./paint";

interface PictureViewProps {
  picture: Picture;
  map: HeatMap | null;
}

/** Below this side a picture's pixels are shown as squares. */
const SMALL = 64;

export function PictureView({ picture, map }: PictureViewProps) {
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (base.current) paintPicture(base.current, picture);
  }, [picture]);
  useLayoutEffect(() => {
    if (over.current && map) paintMap(over.current, picture, map);
  }, [picture, map]);
  const small = Math.max(picture.width, picture.height) <= SMALL;
  return (
    <span class={small ? "picture small-pixels" : "picture"} aria-hidden="true">
      <canvas ref={base} />
      {map && <canvas ref={over} class="map" />}
    </span>
  );
}
