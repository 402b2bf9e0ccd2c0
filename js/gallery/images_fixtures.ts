/** The Images panel's values and what a kernel would answer, as Python wrote them. */
import type { Answers } from "../host/static";
import fixture from "../views/gradcam/fixture.json";

export { fixture };

export const imagesAnswers: Answers = {
  pictures: ({ start }: { start: number }) => ({ ...fixture.pictures, start }),
  maps: ({
    side,
    start,
    method,
    target,
  }: {
    side: string;
    start: number;
    method: string;
    target: unknown;
  }) => ({
    ...(side === "second" || target === "true" ? fixture.beside : fixture.maps),
    ...(side === "second" ? {} : { images: fixture.maps.images }),
    start,
    method,
  }),
  checks: () => fixture.checks,
  cancel: () => true,
};

/** Layers of a deep network, whose paths are longer than the list is wide. */
const LONG_LAYERS = [
  "denseblock4.denselayer16.conv2",
  "transition3.pool",
  "denseblock2.denselayer12.norm1",
].map((path, at) => ({
  ...fixture.maps.layers[0],
  name: `backbone.features.${path}`,
  label: `backbone.features.${path} ${["Conv2d", "AvgPool2d", "BatchNorm2d"][at]} · 1,024 channels, 14 x 14`,
}));
export const longLayers = { ...fixture.maps, layers: LONG_LAYERS, layer: LONG_LAYERS[0]?.name };

/** Every second map failed a check. */
export const failedChecks = {
  trust_lines: fixture.checks.trust_lines.map((line, place) =>
    place === 4
      ? { ...line, value: 0.91, text: "0.91", verdict: "bad", words: "hardly: rank correlation" }
      : line,
  ),
  complaints: Array.from({ length: 12 }, (_, place) =>
    place % 2 ? "Deleting its bright parts changes the answer no faster than random parts." : "",
  ),
};

/** What the finding about a corner says. */
export const SUSPICION = {
  code: "MLD109",
  severity: "warning",
  title: 'The top left corner takes 61% of the maps of "3", 9.7 times its share of the picture',
  text:
    "It is 6% of the picture, and takes at least 25% of the map in 61 of 74 images (Grad-CAM). Its pixels hardly differ " +
    "between these images (0.00 of what all their pixels do), so they tell little about what else is in the picture. " +
    "58 of these images are something else. This is a suspicion, not proof.",
  n: 61,
};

/** As many classes as ImageNet has, with names as long as its are. */
export const MANY_CLASSES = Array.from({ length: 1000 }, (_, position) =>
  position % 3 === 0
    ? `appliance or utensil of the kitchen and dining room, number ${position}`
    : `breed ${position}`,
);
