import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RequestError } from "../../contract/errors";
import type { Selection } from "../../contract/workbench";
import {
  cell,
  columns,
  embedded,
  everything,
  HOSTILE_NAMES,
  rowsPage,
  workbench,
} from "../../gallery/fixtures";
import { frontEndError } from "../../host/channel";
import { staticState } from "../../host/static";
import { type Drawn, draw, place, settle, stubSize } from "../../testing/draw";
import fixture from "./fixture.json";
import type { PageParams } from "./pager";
import { Rows } from "./view";

beforeEach(() => stubSize(1000, 534));
afterEach(() => vi.unstubAllGlobals());

const rankToRow = (rank: number, total = 336_776) => (rank * 7919 + 48_201) % total;

async function open(changes: Record<string, unknown> = {}, total?: number) {
  const shared = staticState(workbench({ panel: "rows" }));
  const page = vi.fn((params: PageParams) => rowsPage(params, total));
  const traits = { columns, sort: "loss", ascending: false, query: "", ...changes };
  const drawn = await draw(Rows, traits, { shared, answers: { page } });
  return { drawn, shared, page, selection: () => shared.get<Selection>("selection") };
}

function rowOf(drawn: Drawn, index: number): HTMLElement {
  return drawn.one(`[data-index="${index}"]`);
}

async function click(drawn: Drawn, index: number, modifiers: MouseEventInit = {}) {
  rowOf(drawn, index).dispatchEvent(new MouseEvent("click", { bubbles: true, ...modifiers }));
  await settle();
}

async function press(drawn: Drawn, key: string, modifiers: KeyboardEventInit = {}) {
  drawn.one("[role=grid]").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...modifiers }));
  await settle();
}

describe("the table", () => {
  test("says what it is to assistive technology, and draws only what is seen", async () => {
    const { drawn } = await open();
    const grid = drawn.one("[role=grid]");
    expect([
      grid.ariaRowCount ?? grid.getAttribute("aria-rowcount"),
      grid.getAttribute("aria-colcount"),
    ]).toEqual(["336777", "15"]);
    expect(drawn.all("[data-index]")).toHaveLength(18);
    expect(rowOf(drawn, 3).getAttribute("aria-rowindex")).toBe("5");
    expect(drawn.one("[aria-sort=descending]").textContent).toContain("loss");
    expect(drawn.one(".lead").textContent).toBe("All 336,776 rows, highest loss first.");
  });
  test("shows bars, missing values in words, and a wrong answer by more than its colour", async () => {
    const { drawn } = await open();
    expect(rowOf(drawn, 0).querySelectorAll(".meter")).toHaveLength(2);
    expect(drawn.text()).toContain("missing");
    expect(drawn.one(".wrong").textContent).toMatch(/^≠ wrong: /);
  });
  test("hostile names and cells show as text", async () => {
    const [image = ""] = HOSTILE_NAMES;
    const hostile = columns.map((entry, index) => ({ ...entry, label: HOSTILE_NAMES[index % 5] as string }));
    const shared = staticState(workbench());
    const answers = {
      page: (params: PageParams) => {
        const result = rowsPage(params);
        const texts = Array.from(
          { length: result.rows.shape[0] ?? 0 },
          (_, at) => HOSTILE_NAMES[at % 5] ?? null,
        );
        const values = result.values.map((cells) =>
          cells.numbers === null ? { numbers: null, texts } : cells,
        );
        return { ...result, columns: hostile, values };
      },
    };
    const drawn = await draw(Rows, { columns: hostile }, { shared, answers });
    expect(drawn.all("img")).toHaveLength(0);
    expect(rowOf(drawn, 0).textContent).toContain(image);
    expect(rowOf(drawn, 1).textContent).toContain("__proto__");
    expect(rowOf(drawn, 3).textContent).toContain("empty text");
    expect(drawn.one("[role=columnheader]").textContent).toContain(image.slice(0, 10));
  });
});

describe("sorting", () => {
  test("by a click on a heading, again for the other way", async () => {
    const { drawn, page } = await open();
    const heading = () =>
      drawn.all("[role=columnheader]").find((head) => head.textContent?.startsWith("confidence"));
    heading()?.click();
    await settle();
    expect(page.mock.lastCall?.[0]).toMatchObject({ sort: "confidence", ascending: false, start: 0 });
    heading()?.click();
    await settle();
    expect(page.mock.lastCall?.[0]).toMatchObject({ sort: "confidence", ascending: true });
    expect(drawn.one(".lead").textContent).toBe("All 336,776 rows, lowest confidence first.");
    expect(heading()?.getAttribute("aria-sort")).toBe("ascending");
  });
  test("by keyboard from the header row", async () => {
    const { drawn, page } = await open();
    await press(drawn, "ArrowUp");
    await press(drawn, "ArrowRight");
    await press(drawn, "ArrowRight");
    expect(drawn.one("[role=grid]").getAttribute("aria-activedescendant")).toBe("head-2");
    await press(drawn, "Enter");
    expect(page.mock.lastCall?.[0]).toMatchObject({ sort: "target", ascending: true });
    expect(drawn.one(".lead").textContent).toBe("All 336,776 rows, sorted by late.");
  });
});

describe("the filter", () => {
  async function filter(drawn: Drawn, text: string) {
    const input = drawn.one<HTMLInputElement>("#filter");
    input.value = text;
    input.dispatchEvent(new Event("input"));
    await settle();
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    await settle();
  }
  test("is applied on Enter, and can become the selection", async () => {
    const { drawn, page, selection } = await open({}, 500);
    await filter(drawn, " loss > 2 ");
    expect(page.mock.lastCall?.[0]).toMatchObject({ query: "loss > 2" });
    expect(drawn.one(".lead").textContent).toContain("where loss > 2");
    drawn.button("Select these rows").click();
    expect(selection()).toMatchObject({ kind: "query", query: "loss > 2", n: null, token: 1 });
    drawn.button("Clear").click();
    await settle();
    expect(page.mock.lastCall?.[0]).toMatchObject({ query: "" });
  });
  test("that cannot be read says why, and the rows stay", async () => {
    const shared = staticState(workbench());
    const page = (params: PageParams) => {
      if (params.query !== "") throw new RequestError(frontEndError("MLD-Q02", "query", "no column 'los'"));
      return rowsPage(params);
    };
    const drawn = await draw(Rows, { columns }, { shared, answers: { page } });
    await filter(drawn, "los > 2");
    expect(drawn.one("#filter-error").textContent).toContain("MLD-Q02 no column 'los'");
    expect(drawn.one("#filter").getAttribute("aria-invalid")).toBe("true");
    expect(drawn.one(".lead").textContent).toBe("All 336,776 rows, highest loss first.");
    expect(drawn.all("[data-index]")).toHaveLength(18);
  });
});

describe("selecting", () => {
  test("a click takes one row, Ctrl adds and takes away, Shift takes the run", async () => {
    const { drawn, shared, selection } = await open();
    await click(drawn, 2);
    expect(selection()).toEqual({
      kind: "rows",
      label: "row 64,039",
      n: null,
      rows: [rankToRow(2)],
      token: 1,
    });
    expect(shared.get("row")).toBe(rankToRow(2));
    expect(rowOf(drawn, 2).getAttribute("aria-selected")).toBe("true");
    await click(drawn, 4, { ctrlKey: true });
    expect(selection()).toMatchObject({
      label: "2 rows",
      rows: [2, 4].map((rank) => rankToRow(rank)),
      token: 2,
    });
    await click(drawn, 2, { metaKey: true });
    expect(selection().rows).toEqual([rankToRow(4)]);
    await click(drawn, 7);
    await click(drawn, 5, { shiftKey: true });
    expect(selection().rows).toEqual([7, 6, 5].map((rank) => rankToRow(rank)));
    await click(drawn, 9, { shiftKey: true });
    expect(selection().rows).toEqual([7, 8, 9].map((rank) => rankToRow(rank)));
  });
  test("taking the last row away puts all rows back into focus", async () => {
    const { drawn, selection } = await open();
    await click(drawn, 2);
    await click(drawn, 2, { ctrlKey: true });
    expect(selection()).toMatchObject({ kind: "all", token: 2 });
  });
  test("by keyboard", async () => {
    const { drawn, selection } = await open();
    await press(drawn, "ArrowDown");
    await press(drawn, "Enter");
    expect(selection().rows).toEqual([rankToRow(1)]);
    await press(drawn, "ArrowDown", { shiftKey: true });
    expect(selection().rows).toEqual([1, 2].map((rank) => rankToRow(rank)));
    await press(drawn, " ");
    expect(selection().rows).toEqual([rankToRow(1)]);
    expect(drawn.one("[role=grid]").getAttribute("aria-activedescendant")).toBe("cell-2-0");
  });
  test("a double click goes on to What-if, and so does the button", async () => {
    const { drawn, shared } = await open();
    expect(drawn.button("Open in What-if").disabled).toBe(true);
    rowOf(drawn, 3).dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    await settle();
    expect([shared.get("panel"), shared.get("row")]).toEqual(["whatif", rankToRow(3)]);
    shared.set("panel", "rows");
    drawn.button("Open in What-if").click();
    expect(shared.get("panel")).toBe("whatif");
  });
  test("clicked rows are marked, they do not narrow the table; another scope is asked for anew", async () => {
    const { drawn, page } = await open({ scope: everything });
    const asked = page.mock.calls.length;
    await click(drawn, 2);
    expect(page.mock.calls.length).toBe(asked);
    drawn.host.set("scope", cell);
    await settle();
    expect(page.mock.calls.length).toBe(asked + 1);
    expect(drawn.one(".lead").textContent).toContain("truth late, predicted on time, test");
    drawn.button("Show all rows").click();
    expect(drawn.host.shared?.get<Selection>("selection").kind).toBe("all");
  });
});

describe("without a kernel", () => {
  async function openReport(selection: Selection) {
    const shared = staticState(workbench({ selection }));
    const traits = { columns, embedded, classes: ["on time", "late"], mode: "report" };
    return { shared, drawn: await draw(Rows, traits, { shared, connection: "report" }) };
  }
  test("the rows in the file sort and narrow, and the line says which they are", async () => {
    const { drawn, shared } = await openReport(everything);
    expect(drawn.one(".lead").textContent).toBe(
      "All 200 rows, highest loss first. This file carries 200 of 336,776 rows, chosen by their loss.",
    );
    shared.set("selection", cell);
    await settle();
    expect(drawn.one(".lead").textContent).toMatch(/^\d+ of 200 rows: truth late, predicted on time, test/);
    await click(drawn, 0);
    expect(shared.get<Selection>("selection")).toMatchObject({ kind: "rows", n: 1 });
    expect(drawn.one(".lead").textContent).toContain("truth late, predicted on time");
  });
  test("a selection that needs the kernel is said to", async () => {
    const { drawn } = await openReport({
      kind: "query",
      query: "distance > 2",
      label: "distance > 2",
      n: 7,
      token: 2,
    });
    expect(drawn.one(".note").textContent).toContain("cannot be worked out without a kernel");
  });
  test("a kernel that has gone leaves the filter disabled", async () => {
    const { drawn } = await open();
    drawn.host.setConnection("gone");
    await settle();
    expect(drawn.one<HTMLInputElement>("#filter").disabled).toBe(true);
    expect(drawn.all("[data-index]")).toHaveLength(18);
  });
});

test("no row at all is said", async () => {
  const { drawn } = await open({}, 0);
  expect(drawn.text()).toContain("No row matches");
});

test("two views of one model stay in step, and leave no listener", async () => {
  const { drawn } = await open();
  const second = place(Rows, drawn.host);
  await settle();
  await click(drawn, 2);
  expect(rowOf(second, 2).getAttribute("aria-selected")).toBe("true");
  drawn.end();
  expect(rowOf(second, 2).getAttribute("aria-selected")).toBe("true");
  second.end();
  await settle();
  expect(drawn.host.listeners()).toBe(0);
});

describe("what Python writes", () => {
  const { expected, page, traits } = fixture;
  test("is drawn: rows by loss, answers, missing values, dates and names as text", async () => {
    const shared = staticState(workbench());
    stubSize(3000, 30 + 28 * expected.rows.length);
    const drawn = await draw(Rows, traits, { shared, answers: { page: () => page } });
    const cells = (label: string) => {
      const at = traits.columns.findIndex((column) => column.label === label) + 1;
      return drawn.all(`[role=gridcell][aria-colindex="${at}"]`).map((found) => found.textContent ?? "");
    };
    expect(drawn.all("[data-row]").map((row) => Number(row.dataset.row))).toEqual(expected.rows);
    expect(cells("target")).toEqual(expected.target);
    expect(cells("predicted").map((text) => text.replace("≠ wrong: ", ""))).toEqual(expected.predicted);
    expect(cells("income").map((text) => text === "missing")).toEqual(expected.income_missing);
    expect(cells("joined")).toEqual(expected.joined);
    expect(cells("log loss")).toEqual(expected.loss.map((loss) => loss.toFixed(3)));
    expect(drawn.all("[role=columnheader]").map((head) => head.title)).toContain(`${HOSTILE_NAMES[0]}: sort`);
    expect(drawn.all("img")).toHaveLength(0);
  });
});
