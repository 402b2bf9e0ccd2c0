/** What is said of an image: under it, to people who do not see it, and over the page. */
import type { ImagePage } from "../../contract/generated";
import { formatCount, formatFixed, formatNumber, plural } from "../../ui";
import { brightestWords, type ShownImage } from "./images";
import { layerLabel, type Settings, targetWords } from "./settings";

export interface Names {
  classes: readonly string[];
  task: string;
}

/** The model's answer to it is not a number. */
function hasNoAnswer({ predicted, probability }: ShownImage): boolean {
  return predicted < 0 && !Number.isFinite(probability);
}

/** What the model says, with the probability of that where it is the class explained: "wolf 0.66". */
export function answerText(image: ShownImage, { classes, task }: Names): string {
  if (task === "regression") return `predicted ${formatNumber(image.probability, 4)}`;
  if (task !== "multilabel" && hasNoAnswer(image)) return "no answer: NaN";
  const name = classes[image.predicted];
  if (name === undefined) return "";
  return image.target === image.predicted ? `${name} ${formatFixed(image.probability, 2)}` : name;
}

export type Verdict = { text: string; wrong: boolean } | null;

/** "is dog" where the model is wrong; null where nobody can say. */
export function verdictOf(image: ShownImage, { classes, task }: Names): Verdict {
  if (task === "regression" || image.truth < 0 || image.predicted < 0) return null;
  if (image.truth === image.predicted) return { text: "right", wrong: false };
  return { text: `is ${classes[image.truth] ?? image.truth}`, wrong: true };
}

/** Which class a map is of, where that is not the predicted one: "map of lynx 0.12". */
export function mapOf(image: ShownImage, { classes, task }: Names): string | null {
  if (task === "regression" || image.map === null) return null;
  if (image.target === image.predicted || hasNoAnswer(image)) return null;
  return `map of ${classes[image.target] ?? image.target} ${formatFixed(image.probability, 2)}`;
}

/** What a map is of, and by which method where two stand side by side. */
export function mapWords(image: ShownImage, names: Names, method: string | undefined): string {
  const parts = [image.map === null ? undefined : method, mapOf(image, names)];
  return parts.filter(Boolean).join(", ");
}

/** What must be said on a picture about its map; null where nothing must. */
export function warningOf(image: ShownImage): string | null {
  if (image.map === null || image.complaint === "") return null;
  if (brightestWords(image.map, image.picture) !== null) return "fails a check";
  return hasNoAnswer(image) ? "no map" : "empty map";
}

/** One image in words. */
export function spoken(image: ShownImage, names: Names): string {
  const parts = [`Row ${formatCount(image.row)}`, answerText(image, names), verdictOf(image, names)?.text];
  parts.push(mapOf(image, names) ?? undefined, `loss ${formatNumber(image.loss, 3)}`);
  if (image.map !== null) {
    const where = brightestWords(image.map, image.picture);
    parts.push(where === null ? "the map is dark everywhere" : `brightest ${where}`);
  }
  if (warningOf(image) === "fails a check") parts.push(`the map fails a check: ${image.complaint}`);
  return parts.filter(Boolean).join(", ");
}

/** The line over the page: which method, where, of what; why there stands beside the layers, where these are listed. */
export function leadSentence(
  page: ImagePage | null,
  settings: Settings,
  { classes, task }: Names,
  listed: boolean,
): string {
  if (page === null) return "Where in the images the model looked, highest loss first.";
  if (page.method === "")
    return "The images with the highest loss first. Where the model looked is not known yet.";
  const where =
    page.layer === "" ? "over the pixels" : `at layer ${layerLabel(page).replace(/ · (.*)$/, " ($1)")}`;
  const target = task === "regression" ? "" : ` for ${targetWords(settings.target, classes)}`;
  const why = listed || page.layer_reason === "" ? "" : ` ${page.layer_reason}`;
  return `${page.method_label} ${where}${target}.${why}`;
}

/** "1 to 12 of 418 images, highest loss first". */
export function placeSentence(page: ImagePage): string {
  const count = page.rows.shape[0] ?? 0;
  if (page.total === count) return `${plural(count, "image")}, highest loss first`;
  const last = page.start + count;
  return `${formatCount(page.start + 1)} to ${formatCount(last)} of ${formatCount(page.total)} images, highest loss first`;
}
