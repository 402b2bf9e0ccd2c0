import { expect, test, vi } from "vitest";
import type { ViewHost } from "../../contract/host";
import { SUSPICION } from "../../gallery/images_fixtures";
import { draw, settle } from "../../testing/draw";
import { click, press, write } from "../../testing/hands";
import { ClassFinder, matching } from "./class_finder";
import { Suspicions } from "./suspicions";

const NAMES = [
  "tabby cat",
  "catamaran",
  "<b>Cat</b>",
  "daisy",
  ...Array.from({ length: 60 }, (_, n) => `dog ${n}`),
];

test("a finding stands with its word, its sentence and the way to its images", async () => {
  const select = vi.fn(() => 61);
  const view = ({ host }: { host: ViewHost }) => <Suspicions host={host} />;
  const drawn = await draw(view, { suspicions: [SUSPICION] }, { answers: { select_suspicious: select } });
  expect(drawn.one(".severity").textContent).toBe("warning");
  expect(drawn.one("h4").textContent).toBe(SUSPICION.title);
  expect(drawn.text()).toContain("This is a suspicion, not proof.");
  await click(drawn, "Select the 61 images");
  expect(select).toHaveBeenCalledWith({ code: "MLD109" }, undefined);
});

test("in a file the finding stands without a link, and without findings there is no card", async () => {
  const view = ({ host }: { host: ViewHost }) => <Suspicions host={host} />;
  const drawn = await draw(view, { suspicions: [SUSPICION] }, { connection: "report" });
  expect(drawn.all("article")).toHaveLength(1);
  expect(drawn.all("button")).toHaveLength(0);
  expect((await draw(view, {})).all("article")).toHaveLength(0);
});

async function finder(value = 3) {
  const chosen = vi.fn();
  const drawn = await draw(
    () => <ClassFinder label="Class by name" classes={NAMES} value={value} onChange={chosen} />,
    {},
  );
  return { drawn, chosen, field: drawn.one<HTMLInputElement>("[role=combobox]") };
}

test("a class is found by a part of its name, those that begin with it first", async () => {
  expect(matching(NAMES, " CAT").map((position) => NAMES[position])).toEqual([
    "catamaran",
    "tabby cat",
    "<b>Cat</b>",
  ]);
  const { drawn, chosen, field } = await finder();
  expect(field.value).toBe("daisy");
  await write(field, "cat");
  expect(drawn.all("[role=option]").map(({ textContent }) => textContent)).toEqual([
    "catamaran",
    "tabby cat",
    "<b>Cat</b>",
  ]);
  await press(field, "ArrowDown");
  await press(field, "Enter");
  expect(chosen).toHaveBeenCalledWith(0);
  expect(drawn.all("[role=option]")).toHaveLength(0);
});

test("many that fit are counted, none is said, and Escape leaves the class as it was", async () => {
  const { drawn, chosen, field } = await finder();
  await write(field, "dog");
  expect(drawn.all("[role=option]")).toHaveLength(8);
  expect(drawn.text()).toContain("8 of 60 that fit");
  await write(field, "zebra");
  expect(drawn.text()).toContain("No class has this in its name");
  await press(field, "Enter");
  await write(field, "dog");
  await press(field, "Escape");
  await settle();
  expect(field.value).toBe("daisy");
  expect(chosen).not.toHaveBeenCalled();
});

test("the list opens by arrow key, and a name is chosen by the mouse", async () => {
  const { drawn, chosen, field } = await finder();
  await press(field, "ArrowDown");
  const option = drawn.all("[role=option]")[1];
  option?.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
  await settle();
  expect(chosen).toHaveBeenCalledWith(1);
});
