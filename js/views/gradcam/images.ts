/** One page of images, its arrays ready to be read. */
import type { ImagePage } from "../../contract/generated";
import { type Values, values } from "../../contract/values";
import { type HeatMap, type Picture, picturesOf } from "../../ui";

export interface Numbers {
  cells: Values;
  height: number;
  width: number;
}

export interface ShownImage {
  row: number;
  truth: number;
  predicted: number;
  target: number;
  probability: number;
  output: number;
  loss: number;
  /** What speaks against the map, "" where nothing does. */
  complaint: string;
  picture: Picture;
  /** null where no map was made. */
  map: HeatMap | null;
  numbers: Numbers | null;
}

export function imagesOf(page: ImagePage): ShownImage[] {
  const [rows, truth, predicted, target] = [page.rows, page.truth, page.predicted, page.target].map(values);
  const [probability, output, loss] = [page.probability, page.output, page.loss].map(values);
  const pictures = picturesOf(page);
  const maps = mapsOf(page);
  const numbers = numbersOf(page);
  const at = (array: Values | undefined, place: number) => array?.[place] ?? Number.NaN;
  return Array.from(rows ?? [], (row, place) => ({
    row,
    truth: at(truth, place),
    predicted: at(predicted, place),
    target: at(target, place),
    probability: at(probability, place),
    output: at(output, place),
    loss: at(loss, place),
    complaint: page.complaints[place] ?? "",
    picture: pictures[place] ?? { width: 1, height: 1, pixels: new Uint8Array(3), stride: 1 },
    map: maps[place] ?? null,
    numbers: numbers[place] ?? null,
  }));
}

function mapsOf({ maps }: ImagePage): HeatMap[] {
  const [count = 0, height = 0, width = 0] = maps.shape;
  const all = values(maps);
  const area = height * width;
  return Array.from({ length: count }, (_, place) => ({
    shades: all.subarray(place * area, (place + 1) * area),
    stride: width,
  }));
}

function numbersOf({ raw }: ImagePage): Numbers[] {
  const [count = 0, height = 0, width = 0] = raw.shape;
  const all = values(raw);
  const area = height * width;
  return Array.from({ length: count }, (_, place) => ({
    cells: all.subarray(place * area, (place + 1) * area),
    height,
    width,
  }));
}

const VERTICAL = ["upper", "middle", "lower"];
const HORIZONTAL = ["left", "centre", "right"];

/** Where the map is brightest, in words, for people who do not see it; null where it is dark all over. */
export function brightestWords(map: HeatMap, { width, height }: Picture): string | null {
  let brightest = 0;
  let place = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shade = map.shades[y * map.stride + x] ?? 0;
      if (shade > brightest) [brightest, place] = [shade, y * map.stride + x];
    }
  }
  if (brightest === 0) return null;
  const row = Math.min(2, Math.floor((3 * Math.floor(place / map.stride)) / height));
  const column = Math.min(2, Math.floor((3 * (place % map.stride)) / width));
  return row === 1 && column === 1 ? "in the middle" : `${VERTICAL[row]} ${HORIZONTAL[column]}`;
}

/** The same images in the same order: maps of one page lie on the pictures of the other. */
export function sameRows(a: ImagePage | null, b: ImagePage | null): boolean {
  if (a === null || b === null) return false;
  const [first, second] = [values(a.rows), values(b.rows)];
  return first.length === second.length && first.every((row, place) => row === second[place]);
}
