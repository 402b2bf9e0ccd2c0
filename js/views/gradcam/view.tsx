/** Images: where the model looked, over the images of the selection, highest loss first. */
import { useMemo, useState } from "preact/hooks";
import type { ImagePage } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { useConnection, useTrait, ViewFrame } from "../../ui";
import { leadSentence } from "./captions";
import { imagesOf, type ShownImage } from "./images";
import { MapsProgress, MapsState } from "./maps_state";
import { methodPair, Shown } from "./shown";
import { Side } from "./side";
import { Suspicions } from "./suspicions";
import { useImages, useSettings } from "./use_images";

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
  const images = useShown(state.page, state.checks?.complaints ?? null);
  const beside = useShown(state.beside, null);
  const { page } = state;
  const listed = useConnection(host) === "live" && host.shared !== null;
  return (
    <div class="body" style={{ "--map-opacity": String(opacity) }}>
      <div class="title">
        <h2>Images</h2>
        <MapsProgress host={host} state={state} />
      </div>
      <p class="lead">{leadSentence(page, settings, names, listed)}</p>
      <MapsState host={host} state={state} />
      <div class="two">
        <div class="main">
          {page && images && (
            <Shown
              host={host}
              page={page}
              images={images}
              beside={beside}
              besideBlock={state.beside?.block ?? 1}
              methods={methodPair(page, state.beside)}
              names={names}
              pending={state.pending}
              opacity={opacity}
              onPage={state.goTo}
            />
          )}
          {host.shared !== null && <Suspicions host={host} />}
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

/** The page's images, with what the checks say about each. */
function useShown(page: ImagePage | null, complaints: readonly string[] | null): ShownImage[] | null {
  return useMemo(() => {
    if (page === null) return null;
    return imagesOf(complaints === null ? page : { ...page, complaints });
  }, [page, complaints]);
}
