import { describe, expect, test } from "vitest";
import {
  alone,
  idle,
  lines,
  live,
  many,
  oldest,
  one,
  report,
  result,
  settings,
  shared,
  statuses,
} from "../../gallery/attributions_fixtures";
import type { StaticState } from "../../host/static";
import { staticState } from "../../host/static";
import { draw, settle, stubSize } from "../../testing/draw";
import { choose, click, press, watched, write } from "../../testing/hands";
import { readDots } from "./dots";
import { Attributions } from "./view";

const HOSTILE = "<img src=x onerror=alert(1)>";
const ERROR = {
  code: "MLD-M07",
  argument: "model",
  got: "no answer today",
  allowed: "",
  fix: "",
  message: "no answer today",
};

/** No row at all, in as many columns as there are. */
function noDots() {
  const none = (array: { dtype: string; shape: readonly number[] }) => ({
    ...array,
    data: "",
    shape: [0, ...array.shape.slice(1)],
  });
  return Object.fromEntries(Object.entries(report.result.dots).map(([name, array]) => [name, none(array)]));
}

async function open(
  traits: object = {},
  values: object = {},
  connection: "live" | "report" | "gone" = "live",
) {
  const asked = watched({
    configure: (_params: object) => null,
    open_row: (_params: object) => null,
    step_row: (_params: object) => null,
    compute: (_params: object) => null,
    cancel: (_params: object) => null,
  });
  const state: StaticState = staticState(shared({ ...values }));
  const drawn = await draw(
    Attributions,
    { ...live, ...traits },
    { shared: state, answers: asked, connection },
  );
  return { drawn, asked };
}

describe("one row", () => {
  test("leads from the baseline's output to its own, largest step first", async () => {
    const { drawn } = await open();
    const steps = drawn.all(".steps li").map(({ textContent }) => textContent);
    expect(steps[0]).toBe("baseline0.49");
    expect(steps[1]).toBe("age = 81+0.39");
    expect(steps.at(-1)).toBe("this row0.96");
    expect(drawn.one(".from-to").textContent).toBe("0.49 baseline to 0.96 probability of yes");
  });
  test("each bar begins where the one before ended", async () => {
    const { drawn } = await open();
    const bars = drawn
      .all(".steps .bar")
      .map(({ style }) => [style.left, style.width].map(Number.parseFloat));
    const [first, second] = bars as [[number, number], [number, number]];
    expect(first[0]).toBe(0);
    expect(second[0]).toBeCloseTo(first[1], 1);
    expect(drawn.one(".steps .mark-row:last-child .tick").style.left).toBe("100.00%");
  });
  test("says where numbers do not add up, and draws them from zero", async () => {
    const drawn = await draw(Attributions, alone);
    expect(drawn.text()).toContain("they do not add up to the output");
    expect(drawn.all(".steps .mark-row")).toHaveLength(0);
    expect(drawn.all(".steps .zero")).not.toHaveLength(0);
  });
  test("another one is opened by its number", async () => {
    const { drawn, asked } = await open();
    const field = drawn.one<HTMLInputElement>(".row-nav input");
    await write(field, "17");
    await press(field, "Enter");
    expect(asked.open_row.mock.calls[0]?.[0]).toEqual({ row: 17 });
  });
  test("the next one by loss is a button away, and its place is said", async () => {
    const { drawn, asked } = await open();
    expect(drawn.one(".row-nav").textContent).toContain("1 of 116 in the selection, by loss");
    expect(drawn.button("Previous").disabled).toBe(true);
    await click(drawn, "Next");
    expect(asked.step_row.mock.calls[0]?.[0]).toEqual({ by: 1 });
  });
  test("the last one has none after it, one of another selection the first", async () => {
    const place = { at: 115, total: 116, rows: "in the selection", by_loss: true };
    const last = await open({ local: { ...live.local, place } });
    expect([last.drawn.button("Previous").disabled, last.drawn.button("Next").disabled]).toEqual([
      false,
      true,
    ]);
    const other = await open({ local: { ...live.local, place: { ...place, at: null } } });
    expect(other.drawn.text()).toContain("not among the 116 in the selection");
    expect([other.drawn.button("Previous").disabled, other.drawn.button("Next").disabled]).toEqual([
      true,
      false,
    ]);
  });
  test("a result of one row has no picture of all", async () => {
    const drawn = await draw(Attributions, one);
    expect(drawn.all(".overall")).toHaveLength(0);
    expect(drawn.text()).toContain("Row 3");
    expect(drawn.all("select")).toHaveLength(0);
  });
  test("what the steps miss is a step of its own", async () => {
    const local = { ...live.local, delta: 0.1 };
    const { drawn } = await open({ local });
    expect(drawn.one(".steps").textContent).toContain("not accounted for−0.10");
  });
});

describe("all rows", () => {
  test("lists columns by their mean, and names them as text", async () => {
    stubSize(300, 100);
    const { drawn } = await open();
    const names = drawn.all(".overall .name .middle").map(({ title }) => title);
    expect(names.slice(0, 3)).toEqual(["age", HOSTILE, "member"]);
    expect(drawn.all("img")).toHaveLength(0);
    expect(drawn.one(".overall .dots").getAttribute("aria-label")).toBe("age: from −0.60 to +0.48");
    expect(drawn.one(".foot").textContent).toContain("400 rows attributed");
  });
  test("how the first one runs over its values stands below, until another is chosen", async () => {
    const { drawn } = await open();
    const plot = drawn.one(".dependence");
    expect(plot.textContent).toContain("How age acts");
    expect(plot.textContent).toContain("On average lowest at");
    expect(plot.querySelectorAll("tbody tr").length).toBe(20);
    const names = drawn.all<HTMLButtonElement>(".overall .name");
    names[2]?.click();
    await settle();
    expect(drawn.one(".dependence h3").textContent).toBe("How member acts");
    expect(names.slice(0, 3).map((name) => name.getAttribute("aria-pressed"))).toEqual([
      "false",
      "false",
      "true",
    ]);
  });
  test("is one tab stop, whose arrow keys walk over the dots by value", async () => {
    stubSize(300, 100);
    const { drawn, asked } = await open({ local: null });
    const clouds = drawn.all(".overall .dots");
    expect(clouds.map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1, -1, -1, -1]);
    const first = clouds[0] as HTMLElement;
    first.focus();
    await settle();
    const dots = readDots(result);
    const ages = Array.from({ length: dots.count }, (_, dot) => dots.values[dot * dots.width] as number);
    const value = () =>
      Number(
        first
          .getAttribute("aria-valuetext")
          ?.match(/\(([−+][\d.]+|0\.00)\)$/)?.[1]
          ?.replace("−", "-"),
      );
    const row = () => Number(first.getAttribute("aria-valuetext")?.match(/^Row (\d+)/)?.[1]);
    await press(first, "End");
    expect(value()).toBeCloseTo(Math.max(...ages), 2);
    await press(first, "Home");
    expect(value()).toBeCloseTo(Math.min(...ages), 2);
    const walked = [row()];
    for (let step = 1; step < 30; step++) {
      await press(first, "ArrowRight");
      walked.push(row());
    }
    const lowest = [...ages].sort((one, other) => one - other);
    walked.forEach((each, place) => {
      expect(ages[dots.rows.indexOf(each)]).toBeCloseTo(lowest[place] as number, 4);
    });
    expect(new Set(walked).size).toBe(30);
    expect(drawn.one(".pointed").textContent).toContain(`Row ${walked.at(-1)}: age = `);
    await press(first, "Enter");
    expect(asked.open_row.mock.calls[0]?.[0]).toEqual({ row: walked.at(-1) });
    await press(first, "ArrowDown");
    expect(drawn.all(".overall .dots").map(({ tabIndex }) => tabIndex)).toEqual([-1, 0, -1, -1, -1, -1]);
    expect(clouds[1]?.getAttribute("aria-valuetext")).toMatch(new RegExp(`^Row ${walked.at(-1)}: `));
  });
  test("the plot below is walked over by the column's values, its dot ringed above too", async () => {
    stubSize(300, 100);
    const { drawn } = await open({ local: null });
    const plot = drawn.one(".dependence .dots");
    plot.focus();
    await settle();
    await press(plot, "Home");
    expect(drawn.one(".dependence .pointed").textContent).toMatch(/^Row \d+: age = 18 \(−/);
    await press(plot, "End");
    expect(drawn.one(".dependence .pointed").textContent).toMatch(/^Row \d+: age = 89 \(\+/);
    expect(drawn.all(".overall .ring")).toHaveLength(6);
    plot.blur();
    await settle();
    expect(drawn.all(".ring")).toHaveLength(0);
  });
  test("categories stand under the plot", async () => {
    const { drawn } = await open();
    drawn.all<HTMLButtonElement>(".overall .name")[1]?.click();
    await settle();
    expect(drawn.all(".x-labels span").map(({ textContent }) => textContent)).toEqual([
      "Lima",
      "Oslo",
      "Rome",
    ]);
  });
  test("many columns are cut, and the rest is summed up", async () => {
    const { drawn } = await open({ result: many });
    expect(drawn.all(".overall .name")).toHaveLength(10);
    drawn.button("Show 34 columns").click();
    await settle();
    expect(drawn.all(".overall .name")).toHaveLength(34);
    expect(drawn.text()).toContain("200 more columns, together 0.05.");
    expect(drawn.text()).toContain("20,000 of 336,776 rows attributed, seed 0");
    expect(drawn.text()).toContain("1,200 of them drawn as dots, means of all 20,000");
  });
});

describe("the selection", () => {
  test("stands beside the rest, what differs most first", async () => {
    const { drawn } = await open({}, { selection: oldest });
    const section = drawn.one(".compared");
    expect(section.textContent).toContain("age > 70 against the rest");
    expect(section.textContent).toContain("116 rows, against 284 others. age differs most.");
    const first = [...section.querySelectorAll("tbody tr:first-child td")].map(
      ({ textContent }) => textContent,
    );
    expect(first).toEqual(["age", "0.38", "0.28", "+0.38", "−0.18"]);
  });
  test("without rows says so", async () => {
    const { drawn } = await open({ compared: null }, { selection: { ...oldest, label: "age > 900", n: 0 } });
    expect(drawn.one(".compared").textContent).toBe(
      "age > 900 against the restThe selection holds no row; what stands above is of all rows.",
    );
  });
  test("is not compared where all rows are in focus", async () => {
    const { drawn } = await open();
    expect(drawn.all(".compared")).toHaveLength(0);
  });
});

describe("settings", () => {
  test("a change sends all of them", async () => {
    const { drawn, asked } = await open();
    await choose(drawn, "Method", "lime");
    await choose(drawn, "Baseline", "row");
    await choose(drawn, "Class", "0");
    const unchanged = { method: "auto", baseline: "auto", baseline_row: null, target: "1" };
    expect(asked.configure.mock.calls.map(([params]) => params)).toEqual([
      { ...unchanged, method: "lime" },
      { ...unchanged, baseline: "row", baseline_row: 0 },
      { ...unchanged, target: "0" },
    ]);
  });
  test("a row as the baseline is named by its number", async () => {
    const { drawn, asked } = await open({ settings: { ...settings, baseline: "row", baseline_row: 3 } });
    const field = drawn.one<HTMLInputElement>(".settings input");
    await write(field, "5");
    await press(field, "Enter");
    expect(asked.configure.mock.calls[0]?.[0]).toMatchObject({ baseline: "row", baseline_row: 5 });
  });
  test("what the kernel refuses is shown", async () => {
    const state = staticState(shared());
    const drawn = await draw(Attributions, live, { shared: state });
    await choose(drawn, "Method", "lime");
    expect(drawn.one(".state.failed").textContent).toContain("configure");
  });
});

describe("trust", () => {
  test("every check has its number and a word", async () => {
    const { drawn } = await open({ trust: lines });
    expect(drawn.all(".trust-lines li").map(({ textContent }) => textContent)).toEqual([
      "Convergence delta 12% does not hold",
      "Infidelity 0.011 low",
      "Max sensitivity not checked: takes 40 s here",
      "Randomised weights not applicable: the model has no weights to randomise",
    ]);
    expect(drawn.one(".trust-lines .bad").textContent).toBe("does not hold");
  });
});

describe("states", () => {
  test("computing says how far, and can be cancelled", async () => {
    const status = statuses({
      all: { ...idle, state: "running", text: "Attributing all rows", fraction: 0.42 },
    });
    const { drawn, asked } = await open({ result: null, trust: [], status });
    expect(drawn.text()).toContain("Attributing all rows 42%");
    expect(drawn.text()).toContain("Checked when all rows are there.");
    drawn.button("Cancel").click();
    await settle();
    expect(asked.cancel).toHaveBeenCalledOnce();
  });
  test("what was cancelled or failed can be computed again", async () => {
    const status = statuses({
      all: { ...idle, state: "cancelled" },
      row: { ...idle, state: "failed", error: ERROR },
    });
    const { drawn, asked } = await open({ result: null, local: null, trust: [], status });
    expect(drawn.text()).toContain("no answer today");
    drawn.button("Compute again").click();
    drawn.button("Try again").click();
    await settle();
    expect(asked.compute.mock.calls.map(([params]) => params)).toEqual([{ part: "all" }, { part: "row" }]);
  });
  test("a model that cannot be asked says why", async () => {
    const { drawn } = await open({ result: null, local: null, unavailable: "there is no model to ask" });
    expect(drawn.text()).toContain("there is no model to ask.");
    expect(drawn.all("select")).toHaveLength(0);
  });
  test("without a kernel everything that is there stays, and nothing asks", async () => {
    const { drawn } = await open({ status: statuses({ all: { ...idle, state: "running" } }) }, {}, "gone");
    expect(drawn.all(".steps li").length).toBeGreaterThan(3);
    expect([drawn.all("select"), drawn.all(".progress"), drawn.all("input")].flat()).toHaveLength(0);
  });
});

describe("an exported file", () => {
  test("has bars of all rows, the dots of the panel, and the steps of any dot", async () => {
    stubSize(300, 100);
    const state = staticState(shared({ selection: oldest }));
    const drawn = await draw(
      Attributions,
      { ...report, local: null },
      { shared: state, connection: "report" },
    );
    expect(drawn.text()).toContain("No row is open");
    const canvas = drawn.one<HTMLCanvasElement>(".overall canvas");
    for (let x = 0; x <= 300 && drawn.all(".steps").length === 0; x += 2) {
      const click = new MouseEvent("click", { bubbles: true });
      Object.defineProperties(click, { offsetX: { value: x }, offsetY: { value: 13 } });
      canvas.dispatchEvent(click);
      await settle();
    }
    expect(drawn.one(".row-title").textContent).toMatch(/Row \d+, chosen here/);
    expect(drawn.one(".steps").textContent).toMatch(/age [=≈] \d/);
    expect(drawn.all(".ring").length).toBeGreaterThan(0);
  });

  test("a file with none of the attributed rows shows bars alone, and says why", async () => {
    stubSize(300, 100);
    const none = { ...report.result, dots: noDots() };
    const { drawn } = await open({ ...report, result: none, local: null }, {}, "report");
    expect(drawn.all(".overall canvas")).toHaveLength(0);
    expect(drawn.all(".overall .meter").length).toBeGreaterThan(1);
    expect(drawn.text()).toContain("no dots: the file holds the values of none of these rows");
    for (const words of ["each dot a row", "Click a dot", "0 drawn"])
      expect(drawn.text()).not.toContain(words);
    expect(drawn.one(".dependence").textContent).toContain("The line is the mean of all");
  });
});
