/** One image, large: its maps, what the model says, the map's numbers, and the picture as a file. */
import { useEffect, useRef } from "preact/hooks";
import type { ImagePage } from "../../contract/generated";
import { Button, formatCount, formatNumber } from "../../ui";
import { answerText, type Names, spoken, verdictOf } from "./captions";
import { Framed, type MethodPair } from "./image_grid";
import { brightestWords, type ShownImage } from "./images";
import { NumbersTable } from "./numbers_table";

interface OpenedProps {
  page: ImagePage;
  image: ShownImage;
  beside: ShownImage | null;
  besideBlock: number;
  names: Names;
  methods: MethodPair;
  pending: boolean;
  onMove: ((step: -1 | 1) => void) | null;
  onClose: () => void;
  onPng: () => void;
}

export function Opened({
  page,
  image,
  beside,
  besideBlock,
  names,
  methods,
  pending,
  onMove,
  onClose,
  onPng,
}: OpenedProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [image.row]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section class="opened" aria-label={`Row ${image.row}`} onKeyDown={onKeyDown}>
      <div class="opened-head">
        <h3 tabIndex={-1} ref={heading}>
          Row {formatCount(image.row)}
        </h3>
        <span class="grow" />
        {onMove && (
          <>
            <Button onClick={() => onMove(-1)}>Previous image</Button>
            <Button onClick={() => onMove(1)}>Next image</Button>
          </>
        )}
        <Button onClick={onPng}>Save as PNG</Button>
        <Button onClick={onClose}>All images</Button>
      </div>
      <p class="facts">{factsOf(image, names)}</p>
      {[image, beside].map((shown, side) => {
        const complaint = shown?.map ? shown.complaint : "";
        const which = beside === null ? "" : side === 0 ? "Left: " : "Right: ";
        return complaint !== "" && <p class="complaint">{`${which}${complaint}`}</p>;
      })}
      <div class="opened-body">
        <div
          class={`large${beside ? " pair" : ""}${pending ? " stale" : ""}`}
          role="img"
          aria-label={spoken(image, names)}
        >
          <Framed image={image} shown={image} names={names} method={methods?.[0]} />
          {beside && <Framed image={image} shown={beside} names={names} method={methods?.[1]} />}
        </div>
        {image.numbers && (
          <NumbersTable
            title={beside ? "Numbers of the left map" : "The map's numbers"}
            numbers={image.numbers}
            block={page.block}
          />
        )}
        {beside?.numbers && (
          <NumbersTable title="Numbers of the right map" numbers={beside.numbers} block={besideBlock} />
        )}
      </div>
    </section>
  );
}

function factsOf(image: ShownImage, names: Names): string {
  const verdict = verdictOf(image, names);
  const parts = [answerText(image, names), verdict?.text, `loss ${formatNumber(image.loss, 3)}`];
  if (image.map !== null) {
    const where = brightestWords(image.map, image.picture);
    parts.push(where === null ? "the map is dark everywhere" : `brightest ${where}`);
  }
  return parts.filter(Boolean).join(" · ");
}
