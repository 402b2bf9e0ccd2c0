/** Pictures, and maps over them, on canvases. How opaque a map is is a matter of style: nothing is drawn again for it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { type NDArray, type Values, values } from "../contract/values";

export interface Picture {
  width: number;
  height: number;
  /** 3 bytes per pixel, rows of the padded width. */
  pixels: Values;
  /** Pixels in one padded row. */
  stride: number;
}

export interface HeatMap {
  /** One byte per pixel of the picture, in rows of `stride`. */
  shades: Values;
  stride: number;
}

/** Pictures padded to one size: (m, h, w, 3) with the size of each. */
export function picturesOf({ images, sizes }: { images: NDArray; sizes: NDArray }): Picture[] {
  const [count = 0, height = 0, width = 0] = images.shape;
  const all = values(images);
  const size = values(sizes);
  const area = height * width * 3;
  return Array.from({ length: count }, (_, place) => ({
    width: size[2 * place + 1] ?? width,
    height: size[2 * place] ?? height,
    pixels: all.subarray(place * area, (place + 1) * area),
    stride: width,
  }));
}

/** From what hardly mattered to what mattered most: light to deep orange, the darker the more opaque. */
const LOW = [247, 184, 115] as const;
const HIGH = [204, 65, 8] as const;

/** The map's colours, 4 bytes per shade 0 to 255. */
const RAMP = ramp();

function ramp(): Uint8ClampedArray {
  const colors = new Uint8ClampedArray(256 * 4);
  for (let shade = 0; shade < 256; shade++) {
    const share = shade / 255;
    LOW.forEach((low, channel) => {
      colors[4 * shade + channel] = low + ((HIGH[channel] ?? 0) - low) * share;
    });
    colors[4 * shade + 3] = 255 * Math.min(1, 1.25 * share);
  }
  return colors;
}

export function paintPicture(canvas: HTMLCanvasElement, picture: Picture): void {
  const { width, height, pixels, stride } = picture;
  paint(canvas, picture, (target) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [from, to] = [3 * (y * stride + x), 4 * (y * width + x)];
        target[to] = pixels[from] ?? 0;
        target[to + 1] = pixels[from + 1] ?? 0;
        target[to + 2] = pixels[from + 2] ?? 0;
        target[to + 3] = 255;
      }
    }
  });
}

export function paintMap(canvas: HTMLCanvasElement, picture: Picture, map: HeatMap): void {
  const { width, height } = picture;
  paint(canvas, picture, (target) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const shade = map.shades[y * map.stride + x] ?? 0;
        const to = 4 * (y * width + x);
        for (let channel = 0; channel < 4; channel++) target[to + channel] = RAMP[4 * shade + channel] ?? 0;
      }
    }
  });
}

function paint(
  canvas: HTMLCanvasElement,
  { width, height }: Picture,
  fill: (target: Uint8ClampedArray) => void,
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const data = context.createImageData(width, height);
  fill(data.data);
  context.putImageData(data, 0, 0);
}

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
