/** The page's images: as a grid, or the one that is opened. */
import { useState } from "preact/hooks";
import type { ImagePage } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { Button, EmptyState, useConnection, useShared } from "../../ui";
import { answerText, mapWords, type Names, placeSentence, verdictOf, warningOf } from "./captions";
import { ImageGrid, type MethodPair } from "./image_grid";
import type { ShownImage } from "./images";
import { Opened } from "./opened";
import { drawSheet, type Plate, savePng } from "./sheet";
import { PAGE_IMAGES } from "./use_images";

interface ShownProps {
  host: ViewHost;
  page: ImagePage;
  images: readonly ShownImage[];
  beside: readonly ShownImage[] | null;
  besideBlock: number;
  methods: MethodPair;
  names: Names;
  pending: boolean;
  opacity: number;
  onPage: (start: number) => void;
}

export function Shown(props: ShownProps) {
  const { host, page, images, beside, besideBlock, methods, names, pending, opacity, onPage } = props;
  const [opened, open] = useState<number | null>(null);
  const [left, leave] = useState<number | null>(null);
  const [, setRow] = useShared<number | null>(host, "row", null);
  const locked = useConnection(host) !== "live";
  if (images.length === 0) {
    return <EmptyState title="No image is selected">Clear the selection in the bar above.</EmptyState>;
  }
  const place = images.findIndex(({ row }) => row === opened);
  const image = images[place];
  const openAt = (next: number) => {
    const wanted = images[(next + images.length) % images.length];
    if (wanted === undefined) return;
    open(wanted.row);
    setRow(wanted.row);
  };
  const png = (chosen: readonly number[], columns: number, side: number, name: string) => {
    const plates = chosen.flatMap((at) => platesOf(images[at], beside?.[at], names, methods));
    savePng(drawSheet({ plates, columns, opacity, side }), name);
  };
  const perImage = beside ? 2 : 1;
  if (image !== undefined) {
    return (
      <Opened
        page={page}
        image={image}
        beside={beside?.[place] ?? null}
        besideBlock={besideBlock}
        names={names}
        methods={methods}
        pending={pending}
        onMove={images.length > 1 ? (step) => openAt(place + step) : null}
        onClose={() => {
          leave(image.row);
          open(null);
        }}
        onPng={() => png([place], perImage, 480, `image-row-${image.row}.png`)}
      />
    );
  }
  const all = images.map((_, at) => at);
  return (
    <>
      <ImageGrid
        images={images}
        beside={beside}
        names={names}
        methods={methods}
        pending={pending}
        left={left}
        onOpen={openAt}
      />
      <Foot page={page} locked={locked} onPage={onPage} onPng={() => png(all, 4, 240, "images.png")} />
    </>
  );
}

interface FootProps {
  page: ImagePage;
  /** No kernel: this page is all there is. */
  locked: boolean;
  onPage: (start: number) => void;
  onPng: () => void;
}

function Foot({ page, locked, onPage, onPng }: FootProps) {
  const { start, total } = page;
  return (
    <div class="foot pages">
      <span role="status">{placeSentence(page)}</span>
      <span class="grow" />
      {total > PAGE_IMAGES && !locked && (
        <>
          <Button disabled={start === 0} onClick={() => onPage(start - PAGE_IMAGES)}>
            Previous {PAGE_IMAGES}
          </Button>
          <Button disabled={start + PAGE_IMAGES >= total} onClick={() => onPage(start + PAGE_IMAGES)}>
            Next {PAGE_IMAGES}
          </Button>
        </>
      )}
      <Button onClick={onPng}>Save as PNG</Button>
    </div>
  );
}

export function methodPair(page: ImagePage, beside: ImagePage | null): MethodPair {
  if (beside === null || beside.method === page.method) return null;
  return [page.method_label, beside.method_label];
}

/** What a PNG shows of an image: the same words as the screen. */
function platesOf(
  image: ShownImage | undefined,
  beside: ShownImage | undefined,
  names: Names,
  methods: MethodPair,
): Plate[] {
  if (image === undefined) return [];
  return [image, beside].flatMap((shown, side) => {
    if (shown === undefined) return [];
    const words = [`row ${image.row}`, answerText(image, names), verdictOf(image, names)?.text];
    const note = [warningOf(shown), mapWords(shown, names, methods?.[side])].filter(Boolean).join(" · ");
    return [{ picture: image.picture, map: shown.map, caption: words.filter(Boolean).join(" · "), note }];
  });
}
