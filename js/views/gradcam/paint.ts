/** Pictures and maps on canvases, and several of them as one PNG. */
import type { HeatMap, Picture } from "./images";

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

/** One picture of a PNG: its map, or null, and what is written under it. */
export interface Plate {
  picture: Picture;
  map: HeatMap | null;
  caption: string;
}

interface Sheet {
  plates: readonly Plate[];
  columns: number;
  opacity: number;
  /** Longest side of a picture, in pixels. */
  side: number;
}

const GAP = 8;
const CAPTION = 22;

/** Draws the plates side by side on one white canvas. */
export function drawSheet({ plates, columns, opacity, side }: Sheet): HTMLCanvasElement {
  const rows = Math.ceil(plates.length / columns);
  const sheet = document.createElement("canvas");
  sheet.width = columns * (side + GAP) + GAP;
  sheet.height = rows * (side + CAPTION + GAP) + GAP;
  const context = sheet.getContext("2d");
  if (context === null) return sheet;
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.font = "13px system-ui, sans-serif";
  plates.forEach((plate, place) => {
    const left = GAP + (place % columns) * (side + GAP);
    const top = GAP + Math.floor(place / columns) * (side + CAPTION + GAP);
    drawPlate(context, plate, { left, top, side, opacity });
  });
  return sheet;
}

function drawPlate(
  context: CanvasRenderingContext2D,
  { picture, map, caption }: Plate,
  { left, top, side, opacity }: { left: number; top: number; side: number; opacity: number },
): void {
  const scale = side / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  const place = [left + (side - width) / 2, top + (side - height) / 2, width, height] as const;
  const layer = document.createElement("canvas");
  paintPicture(layer, picture);
  context.imageSmoothingEnabled = scale < 3;
  context.drawImage(layer, ...place);
  if (map !== null) {
    paintMap(layer, picture, map);
    context.globalAlpha = opacity;
    context.drawImage(layer, ...place);
    context.globalAlpha = 1;
  }
  context.fillStyle = "#1f2328";
  context.fillText(caption, left, top + side + 16, side);
}

/** Saves the canvas as a file of the browser. */
export function savePng(canvas: HTMLCanvasElement, name: string): void {
  canvas.toBlob((blob) => {
    if (blob === null) return;
    const address = URL.createObjectURL(blob);
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }, "image/png");
}
