/**
 * The gallery: every view in its states, drawn from fixtures without Jupyter. Built by `npm run gallery`; open
 * js/gallery/index.html with ?show=<name>&theme=dark&width=1000, or without parameters for the list.
 */
import { drawView, makeFrame, type ViewComponent } from "../host/frame";
import { type StaticHost, type StaticState, staticHost, staticState } from "../host/static";
import theme from "../ui/theme.css";
import { cases, type GalleryCase, viewStyles } from "./cases";

function draw({ view, traits, shared, answers, connection }: GalleryCase, parent: HTMLElement): StaticHost {
  const state = shared ? staticState(shared) : null;
  return drawOne(view, parent, traits, state, answers, connection);
}

function drawOne(
  view: ViewComponent,
  parent: HTMLElement,
  traits: Record<string, unknown>,
  shared: StaticState | null,
  answers: GalleryCase["answers"],
  connection: GalleryCase["connection"],
): StaticHost {
  const frame = makeFrame(parent, [theme, viewStyles(view)]);
  const host = staticHost(traits, {
    shared,
    connection: connection ?? "live",
    answers: answers ?? {},
    frame: () => frame,
    child: (reference, container) => {
      const child = cases[reference.replace("IPY_MODEL_", "")];
      if (child) drawOne(child.view, container, child.traits, shared ?? host, child.answers, connection);
      return () => container.replaceChildren();
    },
  });
  drawView(frame, view, host);
  return host;
}

function listOfCases(): HTMLElement {
  const list = document.createElement("ul");
  for (const name of Object.keys(cases)) {
    const link = document.createElement("a");
    link.href = `?show=${name}`;
    link.textContent = name;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  return list;
}

const wanted = new URLSearchParams(location.search);
const chosen = cases[wanted.get("show") ?? ""];
const dark = wanted.get("theme") === "dark";
document.body.dataset.jpThemeLight = String(!dark);
document.body.style.background = dark ? "#111" : "#fff";
const place = document.createElement("div");
place.style.maxWidth = `${wanted.get("width") ?? "1000"}px`;
document.body.append(place);
if (chosen) Object.assign(window, { galleryHost: draw(chosen, place) });
else place.append(listOfCases());
