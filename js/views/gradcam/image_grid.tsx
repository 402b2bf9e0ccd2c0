/** The page's images as tiles. Arrow keys move between them. */
import { useRef } from "preact/hooks";
import { nextTile, PictureView } from "../../ui";
import { answerText, FAILED_WORDS, mapOf, type Names, spoken, verdictOf } from "./captions";
import type { ShownImage } from "./images";

interface ImageGridProps {
  images: readonly ShownImage[];
  /** The same images with the maps beside the first ones. */
  beside: readonly ShownImage[] | null;
  names: Names;
  pending: boolean;
  onOpen: (place: number) => void;
}

export function ImageGrid({ images, beside, names, pending, onOpen }: ImageGridProps) {
  const list = useRef<HTMLUListElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const tiles = [...(list.current?.querySelectorAll<HTMLButtonElement>("button.tile") ?? [])];
    const next = nextTile(tiles, event);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <ul
      class={`tiles${beside ? " pairs" : ""}${pending ? " stale" : ""}`}
      aria-label="Images"
      aria-busy={pending}
      ref={list}
      onKeyDown={onKeyDown}
    >
      {images.map((image, place) => (
        <li key={image.row}>
          <Tile image={image} beside={beside?.[place] ?? null} names={names} onOpen={() => onOpen(place)} />
        </li>
      ))}
    </ul>
  );
}

interface TileProps {
  image: ShownImage;
  beside: ShownImage | null;
  names: Names;
  onOpen: () => void;
}

function Tile({ image, beside, names, onOpen }: TileProps) {
  const verdict = verdictOf(image, names);
  return (
    <button
      type="button"
      class="tile"
      aria-label={spoken(image, names)}
      onClick={onOpen}
      data-row={image.row}
    >
      <span class="frames">
        <Framed image={image} shown={image} names={names} />
        {beside && <Framed image={image} shown={beside} names={names} />}
      </span>
      <span class="caption" title={`Row ${image.row}`}>
        <span class="answer">{answerText(image, names)}</span>
        {verdict && <span class={verdict.wrong ? "wrong" : "quiet"}>{verdict.text}</span>}
      </span>
    </button>
  );
}

/** A picture with one of its maps, and what must be said on it. */
export function Framed({ image, shown, names }: { image: ShownImage; shown: ShownImage; names: Names }) {
  const of = mapOf(shown, names);
  return (
    <span class="framed">
      <PictureView picture={image.picture} map={shown.map} />
      {shown.suspicious && shown.map && <span class="failed-check">{FAILED_WORDS}</span>}
      {of && <span class="map-of">{of}</span>}
    </span>
  );
}
