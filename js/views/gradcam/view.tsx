/** Images: where the model looked, over the images of the selection, highest loss first. */
import { useMemo, useState } from "preact/hooks";
import type { ImagePage } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { Button, EmptyState, useConnection, useShared, useTrait, ViewFrame } from "../../ui";
import { answerText, leadSentence, type Names, placeSentence, verdictOf } from "./captions";
import { ImageGrid } from "./image_grid";
import { imagesOf, type ShownImage } from "./images";
import { MapsState } from "./maps_state";
import { Opened } from "./opened";
import { drawSheet, savePng } from "./sheet";
import { Side } from "./side";
import { PAGE_IMAGES, useImages, useSettings } from "./use_images";

const NO_CLASSES: readonly string[] = [];

export function GradCam({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <ImagesBody host={host} />
    </ViewFrame>
  );
}

function ImagesBody({ host }: { host: ViewHost }) {
  const [classes] = useTrait<readonly string[] | undefined>(host, "classes");
  const [task] = useTrait<string | undefined>(host, "task");
  const [kept] = useTrait<number | undefined>(host, "opacity");
  const [settings, change] = useSettings(host);
  const state = useImages(host, settings);
  const [dragged, drag] = useState<number | null>(null);
  const opacity = dragged ?? kept ?? 0.6;
  const names = useMemo(() => ({ classes: classes ?? NO_CLASSES, task: task ?? "" }), [classes, task]);
  const images = useShown(state.page, state.checks?.suspicious ?? null);
  const beside = useShown(state.beside, null);
  const { page } = state;
  return (
    <div class="body" style={{ "--map-opacity": String(opacity) }}>
      <h2>Images</h2>
      <p class="lead">{leadSentence(page, settings, names)}</p>
      <MapsState host={host} state={state} />
      <div class="two">
        <div class="main">
          {page && images && (
            <Shown
              host={host}
              page={page}
              images={images}
              beside={beside}
              names={names}
              pending={state.pending}
              opacity={opacity}
              onPage={state.goTo}
            />
          )}
        </div>
        <Side
          host={host}
          state={state}
          settings={settings}
          names={names}
          opacity={opacity}
          onSettings={change}
          onDrag={drag}
          onOpacity={(value) => host.set("opacity", value)}
        />
      </div>
    </div>
  );
}

interface ShownProps {
  host: ViewHost;
  page: ImagePage;
  images: readonly ShownImage[];
  beside: readonly ShownImage[] | null;
  names: Names;
  pending: boolean;
  opacity: number;
  onPage: (start: number) => void;
}

/** The page as a grid, or the one image that is opened. */
function Shown({ host, page, images, beside, names, pending, opacity, onPage }: ShownProps) {
  const [opened, open] = useState<number | null>(null);
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
    const plates = chosen.flatMap((at) => platesOf(images[at], beside?.[at], names));
    savePng(drawSheet({ plates, columns, opacity, side }), name);
  };
  const perImage = beside ? 2 : 1;
  if (image !== undefined) {
    return (
      <Opened
        page={page}
        image={image}
        beside={beside?.[place] ?? null}
        names={names}
        pending={pending}
        onMove={images.length > 1 ? (step) => openAt(place + step) : null}
        onClose={() => open(null)}
        onPng={() => png([place], perImage, 480, `image-row-${image.row}.png`)}
      />
    );
  }
  const all = images.map((_, at) => at);
  return (
    <>
      <ImageGrid images={images} beside={beside} names={names} pending={pending} onOpen={openAt} />
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

function platesOf(image: ShownImage | undefined, beside: ShownImage | undefined, names: Names) {
  if (image === undefined) return [];
  const parts = [`row ${image.row}`, answerText(image, names), verdictOf(image, names)?.text];
  const caption = parts.filter(Boolean).join(" · ");
  const first = { picture: image.picture, map: image.map, caption };
  return beside ? [first, { ...first, map: beside.map }] : [first];
}

/** The page's images, with what the checks say about each. */
function useShown(page: ImagePage | null, suspicious: ImagePage["suspicious"] | null): ShownImage[] | null {
  return useMemo(() => {
    if (page === null) return null;
    return imagesOf(suspicious === null ? page : { ...page, suspicious });
  }, [page, suspicious]);
}
