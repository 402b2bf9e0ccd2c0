import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Selection } from "../../contract/workbench";
import { staticState } from "../../host/static";
import { type Drawn, draw, settle } from "../../testing/draw";
import fixture from "./fixture.json";
import { Performance } from "./view";

const HOSTILE = "<img src=x onerror=alert(1)>";
const half = fixture.expected.find(({ threshold }) => threshold === 0.5)!;
const high = fixture.expected.find(({ threshold }) => threshold === 0.9)!;

function workbench(changes: Record<string, unknown> = {}) {
  return staticState({ threshold: 0.5, selection: { kind: "all", label: "", n: 400, token: 3 }, ...changes });
}

function cell(drawn: Drawn, truth: number, predicted: number): HTMLButtonElement {
  return drawn.one(`[data-cell="${truth}-${predicted}"]`);
}

function numbers(drawn: Drawn): string[] {
  return drawn.all(".confusion button > span").map((span) => span.textContent ?? "");
}

function slide(drawn: Drawn, value: number, end = true): void {
  const slider = drawn.one<HTMLInputElement>('input[type="range"]');
  slider.value = String(value);
  slider.dispatchEvent(new Event("input"));
  if (end) slider.dispatchEvent(new Event("change"));
}

describe("two classes", () => {
  test("open at the workbench's threshold on the primary split", async () => {
    const drawn = await draw(Performance, fixture.binary, { shared: workbench({ threshold: 0.9 }) });
    const { tn, fp, fn, tp } = high.counts;
    expect(numbers(drawn)).toEqual([tn, fp, fn, tp].map(String));
  });

  describe("the slider", () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test("moves matrix and metrics without a question, and tells the workbench at most every 200 ms", async () => {
      vi.useRealTimers();
      const shared = workbench();
      const asked = vi.fn();
      const drawn = await draw(Performance, fixture.binary, { shared, answers: { ping: asked } });
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const told: number[] = [];
      shared.subscribe("threshold", () => told.push(shared.get<number>("threshold")));
      for (const value of [0.6, 0.7, 0.8, 0.9]) slide(drawn, value, false);
      expect(told).toEqual([]);
      vi.advanceTimersByTime(200);
      expect(told).toEqual([0.9]);
      vi.useRealTimers();
      await settle();
      const { tn, fp, fn, tp } = high.counts;
      expect(numbers(drawn)).toEqual([tn, fp, fn, tp].map(String));
      expect(drawn.text()).toContain(high.checked.accuracy.toFixed(3));
      expect(asked).not.toHaveBeenCalled();
    });
  });

  test("when let go the workbench knows at once", async () => {
    const shared = workbench();
    const drawn = await draw(Performance, fixture.binary, { shared });
    slide(drawn, 0.137);
    expect(shared.get("threshold")).toBe(0.137);
  });

  test("a threshold set from Python moves the slider", async () => {
    const shared = workbench();
    const drawn = await draw(Performance, fixture.binary, { shared });
    slide(drawn, 0.3);
    await settle();
    shared.set("threshold", 0.9);
    await settle();
    expect(drawn.one<HTMLInputElement>('input[type="range"]').value).toBe("0.9");
    expect(numbers(drawn)[3]).toBe(String(high.counts.tp));
  });

  test("a typed threshold takes effect on Enter, half a number does not", async () => {
    const shared = workbench();
    const drawn = await draw(Performance, fixture.binary, { shared });
    const field = drawn.one<HTMLInputElement>(".input.number");
    const type = async (text: string) => {
      field.value = text;
      field.dispatchEvent(new Event("input"));
      await settle();
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
      await settle();
    };
    await type("1.5");
    expect(shared.get("threshold")).toBe(0.5);
    await type("0.9");
    expect(shared.get("threshold")).toBe(0.9);
  });

  test("the points move on the figures, in the browser", async () => {
    const drawn = await draw(Performance, fixture.binary, { shared: workbench() });
    const update = vi.spyOn(drawn.host, "update");
    slide(drawn, 0.9);
    await settle();
    const { tp, fp, fn, tn } = high.counts;
    expect(update).toHaveBeenCalledWith("IPY_MODEL_roc_point", {
      x: Float64Array.of(fp / (fp + tn)),
      y: Float64Array.of(tp / (tp + fn)),
    });
    expect(update).toHaveBeenCalledWith("IPY_MODEL_pr_point", {
      x: Float64Array.of(tp / (tp + fn)),
      y: Float64Array.of(tp / (tp + fp)),
    });
  });

  test("another split brings its own counts and curves", async () => {
    const drawn = await draw(Performance, fixture.binary, { shared: workbench() });
    const before = numbers(drawn);
    drawn.button("train").click();
    await settle();
    expect(drawn.host.get("split")).toBe("train");
    expect(numbers(drawn)).not.toEqual(before);
    expect(drawn.text()).toContain("200 train rows");
  });
});

describe("a cell of the matrix", () => {
  test("asks for its rows at the threshold on screen", async () => {
    const shared = workbench();
    const drawn = await draw(Performance, fixture.binary, { shared });
    slide(drawn, 0.9);
    await settle();
    cell(drawn, 0, 1).click();
    expect(shared.get<Selection>("selection")).toEqual({
      kind: "cell",
      label: "truth no, predicted yes",
      n: null,
      token: 4,
      split: "test",
      truth: 0,
      predicted: 1,
      threshold: 0.9,
    });
  });

  test("in an exported file says itself how many rows it holds", async () => {
    const shared = workbench();
    const drawn = await draw(Performance, fixture.binary, { shared, connection: "report" });
    cell(drawn, 1, 0).click();
    expect(shared.get<Selection>("selection").n).toBe(half.counts.fn);
  });

  test.each([
    ["report", { threshold: 0.9, token: 5, n: high.counts.tp }],
    ["live", { threshold: 0.5, token: 4, n: null }],
  ] as const)(
    "that is selected follows the threshold in a report; live, the kernel does it (%s)",
    async (connection, expected) => {
      const shared = workbench();
      const drawn = await draw(Performance, fixture.binary, { shared, connection });
      cell(drawn, 1, 1).click();
      await settle();
      expect(cell(drawn, 1, 1).getAttribute("aria-pressed")).toBe("true");
      slide(drawn, 0.9);
      expect(shared.get<Selection>("selection")).toMatchObject({ truth: 1, predicted: 1, ...expected });
    },
  );

  test("is reached by arrow keys from one tab stop", async () => {
    const drawn = await draw(Performance, fixture.binary, { shared: workbench() });
    const stops = () => drawn.all(".confusion button").filter((button) => button.tabIndex === 0);
    expect(stops()).toEqual([cell(drawn, 0, 0)]);
    cell(drawn, 0, 0).dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    await settle();
    expect(stops()).toEqual([cell(drawn, 1, 0)]);
    expect(drawn.root.activeElement).toBe(cell(drawn, 1, 0));
  });

  test("selects nothing where the view stands alone", async () => {
    const drawn = await draw(Performance, fixture.binary);
    cell(drawn, 0, 0).click();
    expect(cell(drawn, 0, 0).getAttribute("aria-disabled")).toBe("true");
    expect(drawn.text()).not.toContain("selects its rows");
  });
});

describe("many classes", () => {
  test("rank their confusions and draw the weakest class first", async () => {
    const drawn = await draw(Performance, fixture.multiclass, { shared: workbench({ threshold: null }) });
    expect(drawn.all(".worst tbody tr").length).toBeGreaterThan(1);
    expect(drawn.one(".classes tr.selected").textContent).toContain("0.000");
  });

  test("names from data are text", async () => {
    const drawn = await draw(Performance, fixture.multiclass, { shared: workbench({ threshold: null }) });
    expect(drawn.text()).toContain(HOSTILE);
    expect(drawn.all("img")).toEqual([]);
  });

  test("choosing a class puts its curves on the figures", async () => {
    const drawn = await draw(Performance, fixture.multiclass, { shared: workbench({ threshold: null }) });
    const update = vi.spyOn(drawn.host, "update");
    drawn
      .all<HTMLButtonElement>(".classes .link")
      .find((button) => button.textContent === "a")
      ?.click();
    await settle();
    expect(update).toHaveBeenCalledWith("IPY_MODEL_roc_curve", expect.objectContaining({ visible: true }));
    expect(drawn.text()).toContain("a against the rest");
  });

  test("sort by recall with the worst first", async () => {
    const drawn = await draw(Performance, fixture.multiclass, { shared: workbench({ threshold: null }) });
    drawn.button("Recall").click();
    await settle();
    const recalls = drawn
      .all(".classes tbody tr")
      .map((row) => Number.parseFloat(row.children[3]?.textContent ?? ""));
    expect(recalls).toEqual([...recalls].sort((a, b) => a - b));
  });
});

describe("a number that is predicted", () => {
  test("has its metrics with intervals, and says which rows are not drawn", async () => {
    const traits = structuredClone(fixture.regression);
    Object.assign(traits.result.splits[0]!.errors!, { below: 3, above: 1 });
    const drawn = await draw(Performance, traits, { shared: workbench({ threshold: null }) });
    expect(drawn.all(".tile").length).toBe(4);
    expect(drawn.text()).toMatch(/Not drawn: 3 rows below −[\d.]+, 1 above [\d.]+\./);
    expect(drawn.text()).toContain("Drag over the bars to select their rows");
  });

  test("in an exported file says that selecting needs a kernel", async () => {
    const drawn = await draw(Performance, fixture.regression, {
      shared: workbench({ threshold: null }),
      connection: "report",
    });
    expect(drawn.text()).toContain("Selecting by error needs a kernel");
  });

  test("draws the errors of the split that is chosen", async () => {
    const [drawing] = fixture.regression.drawings;
    const other = structuredClone(drawing!);
    other.y.max = 77;
    const split = { ...fixture.regression.result.splits[0], split: "other" };
    const result = { ...fixture.regression.result, splits: [...fixture.regression.result.splits, split] };
    const drawn = await draw(
      Performance,
      { ...fixture.regression, result, drawings: [drawing, other] },
      { shared: workbench({ threshold: null }) },
    );
    const update = vi.spyOn(drawn.host, "update");
    drawn.button("other").click();
    await settle();
    expect(update).toHaveBeenCalledWith("IPY_MODEL_errors_y", { min: 0, max: 77 });
    expect(update).toHaveBeenCalledWith("IPY_MODEL_errors_bars", {
      x: expect.any(Float64Array),
      y: expect.any(Float64Array),
    });
  });
});

test("without a result it says what is being computed", async () => {
  const drawn = await draw(Performance, { ...fixture.binary, result: null });
  expect(drawn.text()).toContain("Counting right and wrong answers");
});

test("a split without a scored row says so", async () => {
  const { result, ...rest } = structuredClone(fixture.binary);
  const splits = result.splits.map((split) => ({ ...split, n_scored: 0 }));
  const drawn = await draw(Performance, { ...rest, result: { ...result, splits } });
  expect(drawn.text()).toContain("Nothing to measure in test");
});

test("taking the view away leaves no listener", async () => {
  const drawn = await draw(Performance, fixture.binary, { shared: workbench() });
  drawn.end();
  expect(drawn.host.listeners()).toBe(0);
});
