/** Several pictures with their maps as one PNG. */
import { type HeatMap, type Picture, paintMap, paintPicture } from "../../ui";

/** One picture of a PNG: its map, or null, and what is written under it. */
export interface Plate {
  picture: Picture;
  map: HeatMap | null;
  caption: string;
  /** What must be said on the picture, "" for nothing. */
  note: string;
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
  { picture, map, caption, note }: Plate,
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
  if (note !== "") {
    context.fillStyle = "#ffffff";
    context.fillRect(left, top, Math.min(side, context.measureText(note).width + 10), 20);
  }
  context.fillStyle = "#1f2328";
  if (note !== "") context.fillText(note, left + 5, top + 14, side - 10);
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
