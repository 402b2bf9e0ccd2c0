import { expect, test, vi } from "vitest";
import { RequestError } from "../../contract/errors";
import { failedChecks, fixture, imagesAnswers } from "../../gallery/images_fixtures";
import { frontEndError } from "../../host/channel";
import { type Answers, staticState } from "../../host/static";
import { draw, settle } from "../../testing/draw";
import { choose, click, press, watched } from "../../testing/hands";
import { answerText, mapOf, warningOf } from "./captions";
import { brightestWords, imagesOf } from "./images";
import { GradCam } from "./view";

const ONE = { ...fixture.live.settings, beside: null };
const ALL = { kind: "all", label: "all rows", n: 40, token: 0 };

function refuse(code: string): never {
  throw new RequestError({ ...frontEndError(code, "maps", "not now"), code });
}

async function panel(traits: Record<string, unknown> = {}, answers: Answers = {}) {
  const asked = watched({ ...imagesAnswers, ...answers } as Record<string, () => unknown>);
  const shared = staticState({ selection: ALL, row: null, panel: "gradcam" });
  const drawn = await draw(
    GradCam,
    { ...fixture.live, settings: ONE, ...traits },
    { shared, answers: asked as unknown as Answers },
  );
  await settle();
  return { drawn, asked, shared };
}

test("shows twelve images by loss, with what the model says and what is true", async () => {
  const { drawn } = await panel();
  expect(drawn.all("button.tile")).toHaveLength(12);
  const rows = drawn.all("button.tile").map((tile) => Number(tile.dataset.row));
  expect(rows).toEqual(imagesOf(fixture.maps as never).map(({ row }) => row));
  expect(drawn.one("button.tile").getAttribute("aria-label")).toMatch(
    /^Row 14, <b>blue<\/b> 0\.82, is red, loss 2/,
  );
  expect(drawn.one(".lead").textContent).toBe(
    "Grad-CAM at layer far Conv2d (3 channels, 12 x 12) for the predicted class.",
  );
  expect(drawn.one(".layers").textContent).toContain("makes the score fall 2.9 times as fast");
  expect(drawn.text()).toContain("1 to 12 of 40 images, highest loss first");
});

test("class names never become markup", async () => {
  const { drawn } = await panel();
  expect(drawn.all("b")).toHaveLength(0);
});

test("opacity moves without a word to the kernel, and is kept when it is let go", async () => {
  const { drawn, asked } = await panel();
  const before = asked.maps?.mock.calls.length;
  const slider = drawn.one<HTMLInputElement>('input[type="range"]');
  slider.value = "20";
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
  expect(drawn.one<HTMLElement>(".body").style.getPropertyValue("--map-opacity")).toBe("0.2");
  expect(drawn.host.get("opacity")).toBe(0.6);
  slider.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  expect(drawn.host.get("opacity")).toBe(0.2);
  expect(asked.maps?.mock.calls.length).toBe(before);
});

test("class, method and layer are asked of the kernel", async () => {
  const { drawn, asked } = await panel();
  await click(drawn, "true");
  expect(asked.maps).toHaveBeenLastCalledWith(
    { side: "first", start: 0, method: "gradcam", layer: "", target: "true" },
    expect.anything(),
  );
  await click(drawn, "by name");
  await choose(drawn, "Class by name", "2");
  await choose(drawn, "Method", "hirescam");
  const near = drawn.one<HTMLInputElement>('input[type="radio"][value="near"]');
  near.click();
  await settle();
  expect(drawn.host.get("settings")).toEqual({ method: "hirescam", layer: "near", target: 2, beside: null });
  expect(asked.maps).toHaveBeenLastCalledWith(
    { side: "first", start: 0, method: "hirescam", layer: "near", target: 2 },
    expect.anything(),
  );
  await click(drawn, "Find the layer again");
  expect(drawn.host.get<{ layer: string }>("settings").layer).toBe("");
});

test("methods over pixels offer no layer", async () => {
  const { drawn } = await panel();
  expect(drawn.all(".layers")).toHaveLength(1);
  await choose(drawn, "Method", "saliency");
  expect(drawn.all(".layers")).toHaveLength(0);
});

test("two classes stand side by side, and share what they have in common", async () => {
  const { drawn, asked } = await panel();
  await click(drawn, "classes");
  expect(drawn.all(".framed")).toHaveLength(24);
  expect(drawn.text()).toContain("map of red 0.09");
  expect(drawn.text()).toContain("empty map");
  await choose(drawn, "Method", "layercam");
  expect(asked.maps).toHaveBeenCalledWith(
    { side: "second", start: 0, method: "layercam", layer: "", target: "true" },
    expect.anything(),
  );
  await click(drawn, "off");
  expect(drawn.all(".framed")).toHaveLength(12);
});

test("two methods say which is which", async () => {
  const beside = { ...fixture.beside, method: "hirescam", method_label: "HiResCAM" };
  const { drawn } = await panel(
    {},
    { maps: (({ side }: { side: string }) => (side === "second" ? beside : fixture.maps)) as never },
  );
  await click(drawn, "methods");
  const words = drawn.all(".map-of").map(({ textContent }) => textContent);
  expect(words.filter((text) => text === "Grad-CAM")).toHaveLength(12);
  expect(words.filter((text) => text?.startsWith("HiResCAM"))).toHaveLength(12);
});

test("an image opens large with its numbers, by key back again", async () => {
  const { drawn, shared } = await panel();
  drawn.all("button.tile")[1]?.click();
  await settle();
  const [, second] = imagesOf(fixture.maps as never);
  expect(shared.get("row")).toBe(second?.row);
  expect(drawn.all(".numbers tr")).toHaveLength(12);
  expect(drawn.all(".numbers .highest").length).toBeGreaterThan(0);
  await click(drawn, "Next image");
  expect(shared.get("row")).not.toBe(second?.row);
  await press(drawn.one(".opened"), "Escape");
  expect(drawn.all("button.tile")).toHaveLength(12);
  const root = drawn.one(".tiles").getRootNode() as Document | ShadowRoot;
  expect((root.activeElement as HTMLElement).dataset.row).toBe(String(shared.get("row")));
});

test("pages turn", async () => {
  const { drawn, asked } = await panel();
  expect(drawn.button("Previous 12").disabled).toBe(true);
  await click(drawn, "Next 12");
  expect(asked.pictures).toHaveBeenLastCalledWith({ start: 12 }, expect.anything());
  expect(drawn.text()).toContain("13 to 24 of 40 images");
});

test("another selection is asked for from its beginning, once the kernel has said what it holds", async () => {
  const { drawn, asked, shared } = await panel();
  await click(drawn, "Next 12");
  const before = asked.pictures?.mock.calls.length ?? 0;
  shared.set("selection", { kind: "query", label: "loss > 1", query: "loss > 1", n: null, token: 1 });
  await settle();
  expect(asked.pictures?.mock.calls.length).toBe(before);
  shared.set("selection", { kind: "query", label: "loss > 1", query: "loss > 1", n: 8, token: 1 });
  await settle();
  expect(asked.pictures).toHaveBeenLastCalledWith({ start: 0 }, expect.anything());
});

test("a map that fails a check says so on the picture", async () => {
  const { drawn } = await panel({}, { checks: () => failedChecks });
  const said = drawn.all(".failed-check").map(({ textContent }) => textContent);
  expect(said).toEqual(Array(6).fill("fails a check"));
  expect(drawn.text()).toContain("0.91");
  expect(drawn.text()).toContain("Convergence delta not applicable");
});

test("checks that fail leave the maps", async () => {
  const { drawn } = await panel({}, { checks: () => refuse("MLD-O97") });
  expect(drawn.all("canvas.map")).toHaveLength(12);
  expect(drawn.text()).toContain("Not checked: not now");
});

test("while maps are checked the heading says so, and nothing stands between it and the pictures", async () => {
  const { drawn } = await panel({}, { checks: () => new Promise(() => {}) });
  expect(drawn.one(".title").textContent).toBe("ImagesThe maps are being checked");
  expect(drawn.all("canvas.map")).toHaveLength(12);
  expect(drawn.all(".maps-state")).toHaveLength(0);
});

test("layers come last, so that nothing moves when they are known", async () => {
  const { drawn } = await panel({}, { maps: () => new Promise(() => {}) });
  expect(drawn.all(".layers")).toHaveLength(0);
  const { drawn: made } = await panel();
  expect(made.one(".settings").lastElementChild?.className).toBe("layers");
});

test("an image that the model gives no number for says so, and is no map of a class", () => {
  const [image] = imagesOf(fixture.maps as never);
  if (image === undefined) throw new Error("no image");
  const map = image.map && { ...image.map, shades: image.map.shades.map(() => 0) };
  const none = { ...image, predicted: -1, target: 0, probability: Number.NaN, map };
  const names = { classes: ["a", "b"], task: "multiclass" };
  const unanswered = { ...none, complaint: "No map: its pixels or the model's answer hold NaN." };
  expect(answerText(unanswered, names)).toBe("no answer: NaN");
  expect(mapOf(unanswered, names)).toBeNull();
  expect(warningOf(unanswered)).toBe("no map");
  expect(warningOf({ ...unanswered, predicted: 0, probability: 0.5 })).toBe("empty map");
  expect(answerText(none, { classes: ["a", "b"], task: "multilabel" })).toBe("");
});

test("layers without a score say why, each reason once", async () => {
  const [first, second] = fixture.maps.layers;
  const unscored = (name: string) => ({ ...second, name, score: null, reason: "No gradient reaches it." });
  const reasons = async (layers: unknown[]) => {
    const { drawn } = await panel({}, { maps: () => Promise.resolve({ ...fixture.maps, layers }) as never });
    return drawn.all(".layers p").filter(({ textContent }) => textContent?.startsWith("no score"));
  };
  expect(await reasons([first, unscored("a"), unscored("b")])).toHaveLength(1);
  expect(await reasons([unscored("a"), unscored("b")])).toHaveLength(0);
  expect(await reasons([first])).toHaveLength(0);
});

test("pictures are there before the maps, and stay when these are cancelled", async () => {
  let end: (reason: unknown) => void = () => {};
  const status = { state: "running", text: "Making maps", fraction: 0.5 };
  const cancel = vi.fn(() =>
    end(new RequestError({ ...frontEndError("MLD-W04", "maps", ""), code: "MLD-W04" })),
  );
  const { drawn } = await panel(
    { status },
    { maps: () => new Promise((_, reject) => (end = reject)), cancel: cancel as never },
  );
  expect(drawn.all("button.tile")).toHaveLength(12);
  expect(drawn.all("canvas.map")).toHaveLength(0);
  expect(drawn.one(".title").textContent).toContain("Making maps 50%");
  await click(drawn, "Cancel");
  expect(cancel).toHaveBeenCalled();
  expect(drawn.text()).toContain("These maps were not finished.");
  expect(drawn.all("button.tile")).toHaveLength(12);
  expect(drawn.button("Make the maps").disabled).toBe(false);
});

test("a refusal shows its code over the pictures", async () => {
  const { drawn } = await panel({}, { maps: () => refuse("MLD-O91") });
  expect(drawn.text()).toContain("MLD-O91");
  expect(drawn.all("button.tile")).toHaveLength(12);
});

test("an exported file shows its maps, and offers nothing that needs a kernel", async () => {
  const drawn = await draw(GradCam, fixture.report, {
    shared: staticState({ selection: ALL, row: null }),
    connection: "report",
  });
  expect(drawn.all("canvas.map")).toHaveLength(24);
  expect(drawn.all("select")).toHaveLength(0);
  expect(drawn.all('input[type="range"]')).toHaveLength(1);
  expect(drawn.text()).toContain("need the notebook");
  expect(() => drawn.button("Next 12")).toThrow();
});

test("a result that stands alone is drawn from what it carries", async () => {
  const drawn = await draw(GradCam, fixture.alone);
  expect(drawn.all("canvas.map")).toHaveLength(12);
  expect(drawn.all("select")).toHaveLength(0);
});

test("nothing selected is said", async () => {
  const shape = (array: { dtype: string; shape: number[] }) => ({
    ...array,
    shape: [0, ...array.shape.slice(1)],
    data: "",
  });
  const { pictures } = fixture;
  const empty = {
    ...pictures,
    ...Object.fromEntries(
      Object.entries(pictures)
        .filter(([, value]) => typeof value === "object" && "dtype" in value)
        .map(([name, value]) => [name, shape(value as never)]),
    ),
    total: 0,
  };
  const { drawn, asked } = await panel({}, { pictures: () => empty });
  expect(drawn.text()).toContain("No image is selected");
  expect(asked.maps).not.toHaveBeenCalled();
});

test("nothing is left behind", async () => {
  const { drawn } = await panel();
  drawn.end();
  expect(drawn.host.listeners()).toBe(0);
});

test("the brightest part is told in words", () => {
  const picture = { width: 3, height: 3, pixels: new Uint8Array(27), stride: 3 };
  const bright = (place: number) => {
    const shades = new Uint8Array(9);
    shades[place] = 9;
    return brightestWords({ shades, stride: 3 }, picture);
  };
  expect([0, 4, 5, 6].map(bright)).toEqual(["upper left", "in the middle", "middle right", "lower left"]);
  expect(brightestWords({ shades: new Uint8Array(9), stride: 3 }, picture)).toBeNull();
});
