import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RequestError } from "../../contract/errors";
import type { BrushedBins, SelectedBins } from "../../contract/generated";
import type { Selection } from "../../contract/workbench";
import { cubeOf, madeUpRows, selectedBins, stripCase, stripResult } from "../../gallery/crossfilter_fixtures";
import { HOSTILE_NAMES, workbench } from "../../gallery/fixtures";
import { frontEndError } from "../../host/channel";
import { staticState } from "../../host/static";
import { type Drawn, draw, settle, stubSize } from "../../testing/draw";
import fixture from "./fixture.json";
import { Crossfilter } from "./view";

const WIDTH = 840;
/** Six histograms stand side by side. */
const EACH = 130;
const rows = madeUpRows(400);

beforeEach(() => {
  stubSize(WIDTH, 150);
  HTMLElement.prototype.setPointerCapture ??= () => {};
});
afterEach(() => vi.unstubAllGlobals());

async function open(some = rows, brushes: readonly BrushedBins[] = []) {
  const { traits } = stripCase(some, brushes);
  const cube = vi.fn((params: { active: number; brushes: readonly BrushedBins[] }) =>
    cubeOf(some, params.active, params.brushes),
  );
  const select = vi.fn((params: { brushes: readonly BrushedBins[] }) => {
    const selected: SelectedBins | null = params.brushes.length ? selectedBins(some, params.brushes) : null;
    drawn.host.set("selected", selected);
    return null;
  });
  const drawn: Drawn = await draw(Crossfilter, traits, { answers: { cube, select } });
  return { drawn, cube, select };
}

function canvasOf(drawn: Drawn, name: string): HTMLCanvasElement {
  return drawn.one(`canvas[aria-label="${name}"]`);
}

async function point(canvas: HTMLElement, type: string, x: number) {
  canvas.dispatchEvent(new PointerEvent(type, { clientX: x, bubbles: true, pointerId: 1 }));
  await settle();
}

async function drag(canvas: HTMLElement, from: number, to: number) {
  await point(canvas, "pointerdown", from);
  await point(canvas, "pointermove", (from + to) / 2);
  await point(canvas, "pointermove", to);
  await point(canvas, "pointerup", to);
}

async function press(canvas: HTMLElement, key: string, shiftKey = false) {
  canvas.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true }));
  await settle();
}

/** Of the columns `sched_dep_time` (36 bins) and `month` (12 bins). */
const middleOf = (bin: number, size: number) => ((bin + 0.5) * EACH) / size;

describe("brushing", () => {
  test("a drag selects whole bins, with one question before and none while it moves", async () => {
    const { drawn, cube, select } = await open();
    await drag(canvasOf(drawn, "month"), middleOf(5, 12), middleOf(7, 12));
    expect(cube).toHaveBeenCalledTimes(1);
    expect(select).toHaveBeenCalledTimes(1);
    expect(select.mock.lastCall?.[0].brushes).toEqual([{ dimension: 2, first: 5, last: 7 }]);
    expect(drawn.one(".histogram.brushed .ticks").textContent).toBe("6 to 8");
    const { n } = selectedBins(rows, [{ dimension: 2, first: 5, last: 7 }]);
    expect(drawn.text()).toContain(`${n} of 400 test rows`);
  });

  test("a second brush narrows the first", async () => {
    const { drawn, select } = await open(rows, [{ dimension: 2, first: 5, last: 7 }]);
    await drag(canvasOf(drawn, "sched_dep_time"), middleOf(20, 36), middleOf(30, 36));
    expect(select.mock.lastCall?.[0].brushes).toEqual([
      { dimension: 2, first: 5, last: 7 },
      { dimension: 0, first: 20, last: 30 },
    ]);
  });

  test("a click takes one bar, and a second click on it lets it go", async () => {
    const { drawn, select } = await open();
    const month = canvasOf(drawn, "month");
    await point(month, "pointerdown", middleOf(3, 12));
    await point(month, "pointerup", middleOf(3, 12));
    expect(select.mock.lastCall?.[0].brushes).toEqual([{ dimension: 2, first: 3, last: 3 }]);
    await point(month, "pointerdown", middleOf(3, 12));
    await point(month, "pointerup", middleOf(3, 12));
    expect(select.mock.lastCall?.[0].brushes).toEqual([]);
    expect(drawn.text()).toContain("all 400 test rows");
  });

  test("a brush is moved by its middle and resized by its end", async () => {
    const { drawn, select } = await open(rows, [{ dimension: 2, first: 4, last: 7 }]);
    const month = canvasOf(drawn, "month");
    await drag(month, middleOf(5, 12), middleOf(7, 12));
    expect(select.mock.lastCall?.[0].brushes).toEqual([{ dimension: 2, first: 6, last: 9 }]);
    await drag(month, (10 * EACH) / 12, middleOf(11, 12));
    expect(select.mock.lastCall?.[0].brushes).toEqual([{ dimension: 2, first: 6, last: 11 }]);
  });

  test("the cross and the link take brushes away", async () => {
    const { drawn, select } = await open(rows, [
      { dimension: 2, first: 4, last: 7 },
      { dimension: 1, first: 0, last: 0 },
    ]);
    drawn.one<HTMLButtonElement>('[aria-label="Clear the brush on month"]').click();
    await settle();
    expect(select.mock.lastCall?.[0].brushes).toEqual([{ dimension: 1, first: 0, last: 0 }]);
    drawn.button("Show all rows").click();
    await settle();
    expect(select.mock.lastCall?.[0].brushes).toEqual([]);
  });
});

describe("the keyboard", () => {
  test("arrows move, shift and arrows extend, and the brush is let go after a pause", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    const { drawn, select } = await open();
    const month = canvasOf(drawn, "month");
    for (const [key, shift] of [
      ["ArrowRight", false],
      ["ArrowRight", false],
      ["ArrowRight", true],
    ] as const) {
      await press(month, key, shift);
    }
    expect(month.getAttribute("aria-valuetext")).toContain("month 2 to 3");
    expect(select).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(500);
    await settle();
    expect(select.mock.lastCall?.[0].brushes).toEqual([{ dimension: 2, first: 1, last: 2 }]);
    await press(month, "Escape");
    expect(select.mock.lastCall?.[0].brushes).toEqual([]);
    vi.useRealTimers();
  });

  test("every histogram can be reached and says what it shows", async () => {
    const { drawn } = await open(rows, [{ dimension: 1, first: 0, last: 0 }]);
    for (const canvas of drawn.all("canvas")) expect(canvas.tabIndex).toBe(0);
    expect(canvasOf(drawn, "origin").getAttribute("aria-valuetext")).toMatch(
      /^origin EWR: \d+ rows, error 0\.\d+$/,
    );
    expect(canvasOf(drawn, "month").getAttribute("aria-valuetext")).toBe("all rows");
  });
});

describe("states", () => {
  test("counting", async () => {
    const drawn = await draw(Crossfilter, { result: null, selected: null, embedded: null });
    expect(drawn.text()).toContain("Counting histograms");
  });

  test("more columns than two rows hold", async () => {
    const { drawn } = await open(madeUpRows(60, 24));
    expect(drawn.all("canvas")).toHaveLength(12);
    expect(drawn.all("canvas").at(-1)?.getAttribute("aria-label")).toBe("log loss");
    drawn.button("All 36 columns").click();
    await settle();
    expect(drawn.all("canvas")).toHaveLength(36);
    drawn.button("Fewer columns").click();
    await settle();
    expect(drawn.all("canvas")).toHaveLength(12);
  });

  test("a brushed column is never hidden", async () => {
    const many = madeUpRows(60, 24);
    const { drawn } = await open(many, [{ dimension: 25, first: 0, last: 3 }]);
    expect(canvasOf(drawn, many.columns[25]?.name ?? "")).toBeDefined();
  });

  test("one row", async () => {
    const { drawn } = await open(madeUpRows(1));
    expect(drawn.text()).toContain("1 test row");
    expect(drawn.text()).not.toContain("all 1");
  });

  test("a kernel that has gone, or a column without a query, cannot be brushed", async () => {
    const { traits } = stripCase(rows);
    const gone = await draw(Crossfilter, traits, { connection: "gone" });
    expect(canvasOf(gone, "month").getAttribute("aria-disabled")).toBe("true");
    const result = stripResult(rows);
    const odd = result.dimensions.map((dimension) => ({
      ...dimension,
      selectable: { dtype: "u1" as const, shape: [1], data: new Uint8Array(1).buffer },
    }));
    const select = vi.fn();
    const unnamed = { ...traits, result: { ...result, dimensions: odd } };
    const drawn = await draw(Crossfilter, unnamed, { answers: { select } });
    await drag(canvasOf(drawn, "month"), 10, 90);
    expect(select).not.toHaveBeenCalled();
    expect(canvasOf(drawn, "month").title).toContain("No query can name");
  });

  test("a refusal is said", async () => {
    const { traits } = stripCase(rows);
    const refuse = () => {
      throw new RequestError(frontEndError("MLD-O77", "brushes", "bins 0 to 99"));
    };
    const drawn = await draw(Crossfilter, traits, { answers: { cube: refuse, select: refuse } });
    await drag(canvasOf(drawn, "month"), 10, 90);
    expect(drawn.text()).toContain("bins 0 to 99");
    expect(drawn.all(".histogram.brushed")).toHaveLength(0);
  });

  test("names from data are text", async () => {
    const [first, ...rest] = rows.columns;
    const hostile = {
      ...rows,
      columns: [{ ...first, name: HOSTILE_NAMES[0] } as typeof first, ...rest],
    } as typeof rows;
    const { drawn } = await open(hostile);
    expect(drawn.all("img")).toHaveLength(0);
    expect(drawn.text()).toContain("onerror");
  });

  test("a selection from elsewhere is shown, and cleared again", async () => {
    const { drawn } = await open();
    drawn.host.set("selected", { ...selectedBins(rows, [{ dimension: 1, first: 0, last: 0 }]), brushes: [] });
    await settle();
    expect(drawn.all(".histogram.brushed")).toHaveLength(0);
    expect(drawn.text()).toMatch(/\d+ of 400 test rows/);
    drawn.host.set("selected", null);
    await settle();
    expect(drawn.text()).toContain("all 400 test rows");
  });
});

describe("an exported file", () => {
  const opened = async () => {
    const shared = staticState(workbench({ selection: { kind: "all", label: "", n: 400, token: 4 } }));
    const drawn = await draw(Crossfilter, fixture.report, { shared, connection: "report" });
    return { drawn, selection: () => shared.get<Selection>("selection"), shared };
  };

  test("follows one brush and selects the rows it carries", async () => {
    const { drawn, selection } = await opened();
    const member = canvasOf(drawn, "member");
    await point(member, "pointerdown", 30);
    await point(member, "pointerup", 30);
    expect(selection()).toMatchObject({ kind: "query", label: "member True", token: 5 });
    const { n, rows: carried = [] } = selection();
    expect(carried.length).toBeGreaterThan(0);
    expect(drawn.text()).toContain(`${n} of 400 rows`);
    expect(drawn.text()).toContain("one brush at a time");
  });

  test("a second brush takes the place of the first, and a selection from elsewhere of both", async () => {
    const { drawn, shared, selection } = await opened();
    await point(canvasOf(drawn, "member"), "pointerdown", 30);
    await point(canvasOf(drawn, "member"), "pointerup", 30);
    await point(canvasOf(drawn, "predicted"), "pointerdown", 5);
    await point(canvasOf(drawn, "predicted"), "pointerup", 5);
    expect(drawn.all(".histogram.brushed")).toHaveLength(1);
    expect(selection().label).toBe("predicted no");
    shared.set("selection", { kind: "cell", label: "truth yes", n: 3, token: 9 });
    await settle();
    expect(drawn.all(".histogram.brushed")).toHaveLength(0);
  });

  test("all rows come back", async () => {
    const { drawn, selection } = await opened();
    await point(canvasOf(drawn, "member"), "pointerdown", 30);
    await point(canvasOf(drawn, "member"), "pointerup", 30);
    drawn.button("Show all rows").click();
    await settle();
    expect(selection().kind).toBe("all");
    expect(drawn.text()).toContain("all 400 rows");
  });
});
