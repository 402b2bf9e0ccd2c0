/** The page's images as tiles. Arrow keys move between them. */
import { useEffect, useRef } from "preact/hooks";
import { MiddleEllipsis, nextTile, PictureView } from "../../ui";
import { answerText, mapWords, type Names, spoken, verdictOf, warningOf } from "./captions";
import type { ShownImage } from "./images";

/** Names of the two methods, where two stand side by side. */
export type MethodPair = readonly [string, string] | null;

interface ImageGridProps {
  images: readonly ShownImage[];
  /** The same images with the maps beside the first ones. */
  beside: readonly ShownImage[] | null;
  names: Names;
  methods: MethodPair;
  pending: boolean;
  /** Row of the image that was open before, which the focus goes back to. */
  left: number | null;
  onOpen: (place: number) => void;
}

export function ImageGrid({ images, beside, names, methods, pending, left, onOpen }: ImageGridProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (left !== null) list.current?.querySelector<HTMLElement>(`button[data-row="${left}"]`)?.focus();
  }, []);
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
          <Tile
            image={image}
            beside={beside?.[place] ?? null}
            names={names}
            methods={methods}
            onOpen={() => onOpen(place)}
          />
        </li>
      ))}
    </ul>
  );
}

interface TileProps {
  image: ShownImage;
  beside: ShownImage | null;
  names: Names;
  methods: MethodPair;
  onOpen: () => void;
}

function Tile({ image, beside, names, methods, onOpen }: TileProps) {
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
        <Framed image={image} shown={image} names={names} method={methods?.[0]} />
        {beside && <Framed image={image} shown={beside} names={names} method={methods?.[1]} />}
      </span>
      <span class="caption" title={spoken(image, names)}>
        <span class="answer">
          <MiddleEllipsis text={answerText(image, names)} />
        </span>
        {verdict && (
          <span class={verdict.wrong ? "wrong" : "quiet"}>
            <MiddleEllipsis text={verdict.text} />
          </span>
        )}
      </span>
    </button>
  );
}

interface FramedProps {
  image: ShownImage;
  /** Whose map is drawn. */
  shown: ShownImage;
  names: Names;
  method: string | undefined;
}

/** A picture with one of its maps, and what must be said on it. */
export function Framed({ image, shown, names, method }: FramedProps) {
  const of = mapWords(shown, names, method);
  const warning = warningOf(shown);
  return (
    <span class="framed">
      <PictureView picture={image.picture} map={shown.map} />
      {warning && (
        <span class="failed-check" title={shown.complaint}>
          {warning}
        </span>
      )}
      {of && <span class="map-of">{of}</span>}
    </span>
  );
}
