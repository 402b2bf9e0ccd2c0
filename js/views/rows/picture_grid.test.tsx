import { expect, test } from "vitest";
import * as fixtures from "../../gallery/fixtures";
import { fixture } from "../../gallery/images_fixtures";
import { type Answers, staticState } from "../../host/static";
import { draw, settle } from "../../testing/draw";
import { click, press } from "../../testing/hands";
import { Rows } from "./view";

const OUTCOMES = fixtures.columns.filter(({ role }) => role !== "feature");

async function rows(traits: Record<string, unknown> = {}, shared: Record<string, unknown> = {}) {
  const wanted: number[][] = [];
  const state = staticState(fixtures.workbench(shared));
  const answers = {
    page: (params: Parameters<typeof fixtures.rowsPage>[0]) => fixtures.rowsPage(params, 130),
    thumbnails: ({ rows: asked }: { rows: number[] }) => {
      wanted.push(asked);
      return { ...fixture.thumbnails, rows: fixtures.i4(asked.slice(0, 3)) };
    },
  };
  const drawn = await draw(
    Rows,
    { columns: OUTCOMES, pictures: true, ...traits },
    { shared: state, answers: answers as unknown as Answers },
  );
  await settle();
  return { drawn, wanted, state };
}

test("rows of images alone are pictures in the table's order", async () => {
  const { drawn, wanted } = await rows();
  expect(drawn.all("button.tile")).toHaveLength(48);
  expect(wanted.at(-1)).toEqual(drawn.all("button.tile").map((tile) => Number(tile.dataset.row)));
  expect(drawn.all("button.tile canvas")).toHaveLength(3);
  expect(drawn.text()).toContain("1 to 48 of 130");
});

test("a row with values stays a table until pictures are chosen", async () => {
  const { drawn } = await rows({ columns: fixtures.columns });
  expect(drawn.all("button.tile")).toHaveLength(0);
  await click(drawn, "pictures");
  expect(drawn.all("button.tile")).toHaveLength(48);
});

test("without images there is no choice", async () => {
  const { drawn } = await rows({ pictures: false, columns: fixtures.columns });
  expect(drawn.all(".segmented")).toHaveLength(0);
});

test("a picture is selected by a click, another added with Ctrl, and a double click opens Images", async () => {
  const { drawn, state } = await rows({}, { selection: { kind: "all", label: "", n: 130, token: 0 } });
  const [first, second] = drawn.all("button.tile");
  first?.click();
  await settle();
  second?.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
  await settle();
  const chosen = [first, second].map((tile) => Number(tile?.dataset.row));
  expect(state.get<{ rows: number[] }>("selection").rows).toEqual(chosen);
  expect(drawn.all('button.tile[aria-pressed="true"]')).toHaveLength(2);
  second?.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
  await settle();
  expect(state.get("panel")).toBe("gradcam");
});

test("pages turn, and arrow keys move between pictures", async () => {
  const { drawn, wanted } = await rows();
  await click(drawn, "Next 48");
  await click(drawn, "Next 48");
  expect(drawn.all("button.tile")).toHaveLength(34);
  expect(wanted.at(-1)).toHaveLength(34);
  const [first, second] = drawn.all("button.tile");
  first?.focus();
  await press(first as HTMLElement, "ArrowRight");
  expect(drawn.root.activeElement).toBe(second);
});
