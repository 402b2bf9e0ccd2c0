import { afterEach, describe, expect, test, vi } from "vitest";
import { staticState } from "../../host/static";
import { type Drawn, draw, settle } from "../../testing/draw";
import fixture from "./fixture.json";
import type { Edits } from "./values";
import { Whatif } from "./view";

const HOSTILE = "<img src=x onerror=alert(1)>";
const live = { ...fixture.live, edits: {} };

interface Question {
  row: number;
  edits: Edits;
}

/** A kernel whose answers are given by hand, in any order. */
function kernel() {
  const open: { params: Question; answer: (output: number) => void; refuse: () => void }[] = [];
  const asked: Question[] = [];
  const answers = {
    predict: (params: Question) => {
      asked.push(params);
      return new Promise((resolve, reject) => {
        open.push({
          params,
          answer: (output) =>
            resolve({ scores: { dtype: "f4", shape: [1], data: encoded(output) }, predicted: "no", output }),
          refuse: () => reject(new Error("mat1 and mat2 shapes cannot be multiplied")),
        });
      });
    },
    curve: ({ position }: { position: number }) =>
      structuredClone(position === 3 ? fixture.curves["3"] : fixture.curves["0"]),
    nearest: () => structuredClone(fixture.nearest),
  };
  return { answers, asked, open };
}

function encoded(value: number): string {
  return btoa(String.fromCharCode(...new Uint8Array(Float32Array.of(value).buffer)));
}

function shared(row: number | null = 3) {
  return staticState({ row, threshold: 0.5, selection: null });
}

function slide(drawn: Drawn, name: string, value: number): void {
  const slider = drawn.one<HTMLInputElement>(`input[type="range"][aria-label="${name}"]`);
  slider.value = String(value);
  slider.dispatchEvent(new Event("input"));
}

function output(drawn: Drawn): string {
  return drawn.one(".output .number").textContent ?? "";
}

afterEach(() => {
  vi.useRealTimers();
});

test("a feature that is asked for is taken in hand, once", async () => {
  const { answers } = kernel();
  const state = shared();
  state.set("feature", 3);
  const drawn = await draw(Whatif, live, { shared: state, answers });
  await new Promise((resolve) => requestAnimationFrame(resolve));
  await settle();
  const focused = drawn.root.activeElement ?? document.activeElement;
  expect(focused?.closest("[data-feature]")?.getAttribute("data-feature")).toBe("3");
  expect(
    drawn.one(".curve .widget-slot").ariaLabel ?? drawn.one(".curve .widget-slot").getAttribute("aria-label"),
  ).toContain(HOSTILE);
  expect(state.get("feature")).toBeNull();
});

describe("dragging", () => {
  test("keeps one question in flight and ends on the last position", async () => {
    const { answers, asked, open } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    for (const value of [60, 50, 40, 30]) {
      slide(drawn, "age", value);
      await settle();
    }
    expect(asked.map(({ edits }) => edits["0"])).toEqual([60]);
    open[0]?.answer(0.7);
    await settle();
    expect(asked.map(({ edits }) => edits["0"])).toEqual([60, 30]);
    expect(output(drawn)).toBe("0.700");
    expect(drawn.one(".answer").getAttribute("aria-busy")).toBe("true");
    open[1]?.answer(0.1);
    await settle();
    expect(output(drawn)).toBe("0.100");
    expect(drawn.one(".answer").getAttribute("aria-busy")).toBe("false");
    expect(drawn.text()).toContain("was 0.937, threshold 0.5: the answer flips to no");
  });

  test("back to the original value shows the original answer, whatever still comes", async () => {
    const { answers, open } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    slide(drawn, "age", 40);
    await settle();
    slide(drawn, "age", 82);
    await settle();
    open[0]?.answer(0.2);
    await settle();
    expect(output(drawn)).toBe("0.937");
    expect(drawn.all(".delta")).toEqual([]);
    slide(drawn, "age", 50);
    await settle();
    expect(output(drawn)).toBe("0.937");
    expect(drawn.one(".answer").getAttribute("aria-busy")).toBe("true");
  });

  test("asks for the curve when the control is taken, not on the way", async () => {
    const { answers } = kernel();
    const curve = vi.fn(answers.curve);
    const drawn = await draw(Whatif, live, { shared: shared(), answers: { ...answers, curve } });
    expect(curve).toHaveBeenCalledTimes(1);
    const slider = drawn.one<HTMLInputElement>('input[aria-label="joined"]');
    slider.dispatchEvent(new Event("pointerdown"));
    await settle();
    const before = curve.mock.calls.length;
    for (const value of [1.59e12, 1.6e12, 1.61e12]) slide(drawn, "joined", value);
    await settle();
    expect(before).toBe(2);
    expect(curve).toHaveBeenCalledTimes(2);
  });

  test("moves the point on the curve in the browser, before any answer", async () => {
    const { answers } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    const update = vi.spyOn(drawn.host, "update");
    slide(drawn, "age", 40);
    await settle();
    expect(update).toHaveBeenCalledWith("IPY_MODEL_line_point", {
      x: Float64Array.of(40),
      y: expect.any(Float64Array),
      visible: true,
    });
  });

  test("writes the edits to the state once the hand rests", async () => {
    const { answers, asked, open } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    const written: Edits[] = [];
    drawn.host.subscribe("edits", () => written.push(drawn.host.get<Edits>("edits")));
    for (const value of [60, 50, 40]) {
      slide(drawn, "age", value);
      await settle();
    }
    expect(written).toEqual([]);
    open[0]?.answer(0.5);
    await settle();
    open[1]?.answer(0.4);
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(written).toEqual([{ "0": 40 }]);
    expect(asked.length).toBe(2);
  });

  test("survives the kernel's echo of what was written", async () => {
    const { answers } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    slide(drawn, "age", 40);
    await new Promise((resolve) => setTimeout(resolve, 350));
    drawn.host.set("edits", { "0": 40 });
    slide(drawn, "age", 30);
    await settle();
    expect(drawn.one<HTMLInputElement>('[aria-label="Value of age"]').value).toBe("30");
  });

  test("a refused question says why and leaves the controls", async () => {
    const { answers, open } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    slide(drawn, "age", 40);
    await settle();
    open[0]?.refuse();
    await settle();
    expect(drawn.one('[role="alert"]').textContent).toContain("mat1 and mat2");
    slide(drawn, "age", 41);
    await settle();
    open[1]?.answer(0.3);
    await settle();
    expect(output(drawn)).toBe("0.300");
    expect(drawn.all('[role="alert"]')).toEqual([]);
  });
});

describe("controls", () => {
  test("fit the kinds of the features", async () => {
    const { answers } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    expect(drawn.all('input[type="range"]').map((slider) => slider.getAttribute("aria-label"))).toEqual([
      "age",
      "income",
      "joined",
    ]);
    expect(drawn.one('[role="switch"]').getAttribute("aria-label")).toBe("member");
    expect(drawn.one(`[role="radiogroup"][aria-label="${HOSTILE}"]`).textContent).toContain("Lima");
    expect(drawn.one('[role="radiogroup"][aria-label="Is income missing?"]')).toBeTruthy();
    expect(drawn.one<HTMLTextAreaElement>("textarea").value).toBe("note 3");
    expect(drawn.all("img")).toEqual([]);
  });

  test("a missing value can become one, and go back", async () => {
    const { answers, asked } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    expect(drawn.one<HTMLInputElement>('input[aria-label="income"]').disabled).toBe(true);
    drawn.button("value").click();
    await settle();
    expect(typeof asked.at(-1)?.edits["1"]).toBe("number");
    expect(drawn.one<HTMLInputElement>('input[aria-label="income"]').disabled).toBe(false);
    drawn.button("missing").click();
    await settle();
    expect(output(drawn)).toBe("0.937");
  });

  test("each edited feature can be put back, and all at once", async () => {
    const { answers, asked } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    slide(drawn, "age", 40);
    await settle();
    drawn.one<HTMLButtonElement>('[role="switch"]').click();
    await settle();
    drawn.one<HTMLButtonElement>('[aria-label="Reset age"]').click();
    await settle();
    expect(drawn.one<HTMLInputElement>('[aria-label="Value of age"]').value).toBe("82");
    drawn.button("Reset all").click();
    await settle();
    expect(drawn.one('[role="switch"]').getAttribute("aria-checked")).toBe("true");
    expect(output(drawn)).toBe("0.937");
    expect(asked.length).toBe(1);
  });

  test("a typed value outside of the data counts and says so", async () => {
    const { answers, asked } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    const field = drawn.one<HTMLInputElement>('[aria-label="Value of age"]');
    field.value = "140.5";
    field.dispatchEvent(new Event("input"));
    await settle();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    await settle();
    expect(asked.at(-1)?.edits).toEqual({ "0": 140.5 });
    expect(field.title).toContain("Outside of what the data holds");
  });
});

describe("the nearest row", () => {
  test("is searched when the hand rests, and walking there sets every difference", async () => {
    const { answers, asked } = kernel();
    const drawn = await draw(Whatif, live, { shared: shared(), answers });
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(drawn.text()).toContain("Row 349: no (0.0356), distance 0.323");
    const cells = drawn
      .all(".nearest tbody tr")
      .map((row) => [...row.children].map((cell) => cell.textContent));
    expect(cells[0]).toEqual(["age", "82", "22"]);
    drawn.button("Walk there").click();
    await settle();
    expect(asked.at(-1)?.edits).toEqual({ "0": 22, "4": 1588809600000, "5": "note 349" });
  });

  test("in a large table is searched only when asked", async () => {
    const { answers } = kernel();
    const nearest = vi.fn(answers.nearest);
    const traits = { ...live, n_rows: 1_000_000 };
    const drawn = await draw(Whatif, traits, { shared: shared(), answers: { ...answers, nearest } });
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(nearest).not.toHaveBeenCalled();
    drawn.button("Search 1,000,000 rows").click();
    await settle();
    expect(nearest).toHaveBeenCalledTimes(1);
    expect(drawn.text()).toContain("Row 349");
  });
});

describe("rows", () => {
  test("none open: says how to open one, and offers the one with the highest loss", async () => {
    const state = shared(null);
    const drawn = await draw(Whatif, { ...live, result: null, row: null }, { shared: state });
    const highest = fixture.live.highest_loss_row;
    drawn.button(`Open the row with the highest loss (${highest})`).click();
    expect(state.get("row")).toBe(highest);
  });

  test("the next one is asked of the workbench, and its edits start empty", async () => {
    const { answers } = kernel();
    const state = shared();
    const drawn = await draw(Whatif, live, { shared: state, answers });
    slide(drawn, "age", 40);
    await settle();
    drawn.button("Next").click();
    expect(state.get("row")).toBe(4);
    drawn.host.set("result", { ...fixture.live.result, row: 4 });
    await settle();
    expect(drawn.one<HTMLInputElement>('[aria-label="Value of age"]').value).toBe("82");
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(drawn.host.get("edits")).toEqual({});
  });

  test("a number that is no row opens nothing", async () => {
    const { answers } = kernel();
    const state = shared();
    const drawn = await draw(Whatif, live, { shared: state, answers });
    const field = drawn.one<HTMLInputElement>(".row-input input");
    field.value = "400";
    field.dispatchEvent(new Event("input"));
    await settle();
    expect(field.getAttribute("aria-invalid")).toBe("true");
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    expect(state.get("row")).toBe(3);
  });
});

describe("in an exported file", () => {
  const report = fixture.report;
  test("the answer moves on the curve of one feature, and says so", async () => {
    const drawn = await draw(Whatif, report, { shared: shared(null), connection: "report" });
    expect(drawn.text()).toContain("one feature at a time");
    slide(drawn, "age", 22);
    await settle();
    const low = Number(output(drawn));
    expect(low).toBeLessThan(0.1);
    drawn.one<HTMLButtonElement>('[role="switch"]').click();
    await settle();
    expect(Number(output(drawn))).toBeGreaterThan(0.9);
    expect(drawn.one<HTMLInputElement>('[aria-label="Value of age"]').value).toBe("82");
  });

  test("the figure is drawn by the view, feature by feature", async () => {
    const drawn = await draw(Whatif, report, { shared: shared(null), connection: "report" });
    const update = vi.spyOn(drawn.host, "update");
    drawn.one<HTMLButtonElement>('[role="switch"]').click();
    await settle();
    const parts = update.mock.calls.map(([mark]) => mark);
    expect(parts).toContain("IPY_MODEL_bars_bars");
    expect(parts).toContain("IPY_MODEL_bars_y_axis");
  });

  test("a value that no curve reaches has no answer, and one that can be missing there stays a value", async () => {
    const { values: original } = report.result;
    const changed = {
      ...report.result,
      values: original.map((value, position) => (position === 1 ? 20000 : value)),
    };
    const drawn = await draw(
      Whatif,
      { ...report, result: changed },
      { shared: shared(null), connection: "report" },
    );
    expect(drawn.button("missing").disabled).toBe(true);
    const field = drawn.one<HTMLInputElement>('[aria-label="Value of age"]');
    field.value = "500";
    field.dispatchEvent(new Event("input"));
    await settle();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    await settle();
    expect(output(drawn)).toBe("–");
    expect(drawn.text()).toContain("no curve reaches this value");
  });

  test("what needs a model is locked and says why", async () => {
    const drawn = await draw(Whatif, report, { shared: shared(null), connection: "report" });
    expect(drawn.one<HTMLTextAreaElement>("textarea").disabled).toBe(true);
    expect(drawn.one(".feature.locked").title).toContain("Needs the notebook");
    expect(drawn.one(".feature.locked small").textContent).toContain("needs a kernel");
    expect(drawn.one(".row-bar").textContent).toContain("needs a kernel");
    for (const name of ["Next", "Previous", "Walk there"]) expect(drawn.button(name).disabled).toBe(true);
    expect(drawn.text()).toContain("Row 349");
  });
});

test("when the kernel has gone the controls stay as they were and do nothing", async () => {
  const { answers } = kernel();
  const drawn = await draw(Whatif, live, { shared: shared(), answers });
  drawn.host.setConnection("gone");
  await settle();
  expect(drawn.all<HTMLInputElement>('input[type="range"]').every((slider) => slider.disabled)).toBe(true);
  expect(output(drawn)).toBe("0.937");
});

test("a model that cannot answer is an empty state with the reason", async () => {
  const drawn = await draw(Whatif, { ...live, unavailable: "only predictions were given" });
  expect(drawn.text()).toContain("Only predictions were given.");
});

test("standing alone it opens rows itself", async () => {
  const { answers } = kernel();
  const drawn = await draw(Whatif, live, { answers });
  drawn.button("Next").click();
  expect(drawn.host.get("row")).toBe(4);
});

test("taking the view away leaves no listener", async () => {
  const { answers } = kernel();
  const drawn = await draw(Whatif, live, { shared: shared(), answers });
  drawn.end();
  expect(drawn.host.listeners()).toBe(0);
});
