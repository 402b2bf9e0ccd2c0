import { describe, expect, test, vi } from "vitest";
import { RequestError } from "../../contract/errors";
import type { Connection } from "../../contract/host";
import type { SliceRequests } from "../../contract/slices";
import type { Selection } from "../../contract/workbench";
import { workbench } from "../../gallery/fixtures";
import {
  comparison,
  embedded,
  heatmap,
  hostile,
  idle,
  measure,
  noErrors,
  nothing,
  result,
  saved,
  slicesTraits,
} from "../../gallery/slices_fixtures";
import { frontEndError } from "../../host/channel";
import { type Answers, staticState } from "../../host/static";
import { type Drawn, draw, settle } from "../../testing/draw";
import { Slices } from "./view";

const FIRST = result.slices[0];
const NEWARK = FIRST?.query ?? "";

interface Changes {
  traits?: Record<string, unknown>;
  shared?: Record<string, unknown>;
  answers?: Answers;
  connection?: Connection;
}

async function open({ traits = {}, shared: values = {}, answers = {}, connection = "live" }: Changes = {}) {
  const shared = staticState(workbench({ panel: "slices", saved_slices: saved, ...values }));
  const asked = {
    measure: vi.fn(measure),
    compare: vi.fn((_: SliceRequests["compare"]) => comparison),
    heatmap: vi.fn((_: SliceRequests["heatmap"]) => heatmap),
    what_next: vi.fn((_: SliceRequests["what_next"]) => [{ kind: "model", text: "Weight these rows up." }]),
    search: vi.fn((_: SliceRequests["search"]) => null),
    cancel: vi.fn(() => null),
    save_slice: vi.fn((_: SliceRequests["save_slice"]) => null),
    remove_slice: vi.fn((_: SliceRequests["remove_slice"]) => null),
  };
  const drawn = await draw(Slices, slicesTraits(traits), {
    shared,
    answers: { ...asked, ...answers },
    connection,
  });
  return { drawn, shared, asked, selection: () => shared.get<Selection>("selection") };
}

async function click(drawn: Drawn, name: string) {
  drawn.button(name).click();
  await settle();
}

async function choose(drawn: Drawn, label: string, value: string) {
  const select = drawn.one<HTMLSelectElement>(`select[aria-label="${label}"]`);
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
}

async function press(element: HTMLElement, key: string) {
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settle();
}

async function write(field: HTMLInputElement, text: string, event = "input") {
  field.value = text;
  if (field.type === "text") field.setSelectionRange(text.length, text.length);
  field.dispatchEvent(new Event(event, { bubbles: true }));
  await settle();
}

const picks = (drawn: Drawn) => drawn.all<HTMLButtonElement>(".slices .pick");
const queryField = (drawn: Drawn) => drawn.one<HTMLInputElement>("[role=combobox]");
const measured = (drawn: Drawn) => drawn.one(".measure").textContent;

async function view(drawn: Drawn, name: "List" | "Tree" | "Two features") {
  await click(drawn, name);
}

describe("the list", () => {
  test("shows size, metric beside elsewhere, share, difference and the verdict in words", async () => {
    const { drawn } = await open();
    const cells = [...drawn.one("tr.slice").querySelectorAll("td")].map(({ textContent }) => textContent);
    expect(cells).toEqual([
      "origin = EWR and sched_dep_time > 1830",
      "7,554",
      "0.47",
      "25%",
      "0.30 to 0.35",
      "confirmed",
      "more",
    ]);
    expect(drawn.all("tr.slice")).toHaveLength(10);
    expect(drawn.all(".unconfirmed")).toHaveLength(4);
    expect(drawn.one("tr.slice .mark").style.left).toBe("28.31%");
  });
  test("a click selects the rows everywhere, another puts all rows back", async () => {
    const { drawn, selection } = await open();
    picks(drawn)[0]?.click();
    await settle();
    expect(selection()).toEqual({ kind: "query", label: FIRST?.label, n: null, query: NEWARK, token: 1 });
    expect(picks(drawn)[0]?.getAttribute("aria-pressed")).toBe("true");
    drawn.one("tr.slice").click();
    await settle();
    expect(selection().kind).toBe("all");
  });
  test("arrows move through it", async () => {
    const { drawn } = await open();
    picks(drawn)[0]?.focus();
    await press(picks(drawn)[0] as HTMLElement, "ArrowDown");
    const focused = () => (drawn.root.activeElement ?? document.activeElement)?.textContent;
    expect(focused()).toBe("carrier in {EV, MQ} and month in 6..8");
    await press(picks(drawn)[1] as HTMLElement, "End");
    expect(focused()).toContain("temp in 31 to 33.8");
  });
  test("opens to words, steps, folded slices and the query", async () => {
    const { drawn, selection, asked } = await open();
    drawn.one<HTMLButtonElement>('button[aria-label^="More about origin"]').click();
    await settle();
    const details = drawn.one(".details");
    expect(details.textContent).toContain("Only 1.1% of the training rows are like these");
    expect(details.textContent).toContain(NEWARK);
    expect([...details.querySelectorAll(".folded tr")].map(({ textContent }) => textContent)).toEqual([
      "origin = EWR and hour in 19..237,312 rowserror 0.47the same rows",
      "origin = EWR and sched_dep_time > 1830 and month in 6..81,908 rowserror 0.48not worse than this one",
      "sched_dep_time > 19559,120 rowserror 0.31its excess lies in this one",
    ]);
    drawn.button("sched_dep_time > 1955").click();
    await settle();
    expect(selection()).toMatchObject({ kind: "query", query: "sched_dep_time > 1955" });
    expect(asked.what_next).not.toHaveBeenCalled();
  });
  test("asks for the next steps of a slice that came without", async () => {
    const { drawn, asked } = await open();
    drawn.one<HTMLButtonElement>('button[aria-label^="More about distance"]').click();
    await settle();
    expect(asked.what_next.mock.calls[0]?.[0]).toEqual({ query: 'distance < 230 and split == "test"' });
    expect(drawn.one(".details").textContent).toContain("Weight these rows up.");
  });
  test("names from data are text", async () => {
    const { drawn } = await open({ traits: { result: hostile } });
    expect(picks(drawn)[0]?.textContent).toBe("<img src=x onerror=alert(1)> = <img src=x onerror=alert(1)>");
    expect(drawn.all("img")).toHaveLength(0);
  });
});

describe("the tree and the plane", () => {
  test("a node is selected by its way from the root", async () => {
    const { drawn, selection } = await open();
    await view(drawn, "Tree");
    expect(drawn.all(".tree tbody tr")).toHaveLength(9);
    drawn.button("month in 6..8").click();
    await settle();
    expect(selection().label).toBe("sched_dep_time > 1712 and origin = EWR and month in 6..8");
  });
  test("a result without a tree says how to get one", async () => {
    const { drawn } = await open({ traits: { result: { ...result, tree: [] } } });
    await view(drawn, "Tree");
    expect(drawn.text()).toContain("mld.find_slices(ev, tree=True)");
  });
  test("cells are read by arrow keys and selected by click", async () => {
    const { drawn, selection, asked } = await open();
    await view(drawn, "Two features");
    expect(asked.heatmap.mock.calls[0]?.[0]).toEqual({ x: "origin", y: "sched_dep_time" });
    const stop = () => drawn.one<HTMLButtonElement>(".heat-grid [tabindex='0']");
    expect(stop().textContent).toBe("0.48");
    stop().focus();
    await press(stop(), "ArrowDown");
    expect(drawn.one(".cell-line").textContent).toContain("sched_dep_time > 1900 and origin JFK: error 0.17");
    stop().click();
    await settle();
    expect(selection().query).toBe(
      '(2100 <= sched_dep_time < 2400) and (origin == "JFK") and (split == "test")',
    );
  });
  test("other columns are asked for, and taking the other axis swaps them", async () => {
    const { drawn, asked } = await open();
    await view(drawn, "Two features");
    await choose(drawn, "Across", "distance");
    await choose(drawn, "Down", "distance");
    expect(asked.heatmap.mock.calls.map(([params]) => params)).toEqual([
      { x: "origin", y: "sched_dep_time" },
      { x: "distance", y: "sched_dep_time" },
      { x: "sched_dep_time", y: "distance" },
    ]);
  });
});

describe("building a slice", () => {
  test("by clicking values, with and, or and not, measured on the way", async () => {
    const { drawn, selection, asked } = await open();
    await click(drawn, "Add a condition");
    await choose(drawn, "Column", "carrier");
    const value = (name: string) =>
      drawn.all(".value").find(({ textContent }) => textContent?.startsWith(name));
    value("EV")?.click();
    await settle();
    value("MQ")?.click();
    await settle();
    await click(drawn, "or something else");
    const columns = drawn.all<HTMLSelectElement>('select[aria-label="Column"]');
    (columns[1] as HTMLSelectElement).value = "origin";
    columns[1]?.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
    value("JFK")?.click();
    await settle();
    const not = drawn.all<HTMLInputElement>(".not input")[1] as HTMLInputElement;
    not.checked = true;
    not.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
    const query = 'carrier in ["EV", "MQ"] or not (origin == "JFK")';
    expect(queryField(drawn).value).toBe(query);
    expect(asked.measure.mock.lastCall?.[0]).toEqual({ query });
    expect(measured(drawn)).toContain("1,920 rows");
    await click(drawn, "Select these rows");
    expect(selection()).toMatchObject({ label: query, query: `${query} and split == "test"` });
  });
  test("a range by its thumbs and by its fields; a bound at the end of the data is none", async () => {
    const { drawn } = await open();
    await click(drawn, "Add a condition");
    const [low, high] = drawn.all<HTMLInputElement>(".range-plot input");
    await write(low as HTMLInputElement, "1500");
    expect(queryField(drawn).value).toBe("sched_dep_time >= 1500");
    await write(high as HTMLInputElement, "2000");
    expect(queryField(drawn).value).toBe("1500 <= sched_dep_time <= 2000");
    const [from] = drawn.all<HTMLInputElement>(".bound");
    await write(from as HTMLInputElement, "1513", "change");
    expect(queryField(drawn).value).toBe("1513 <= sched_dep_time <= 2000");
    await write(from as HTMLInputElement, "early", "change");
    expect(queryField(drawn).value).toBe("1513 <= sched_dep_time <= 2000");
    await write(from as HTMLInputElement, "", "change");
    expect(queryField(drawn).value).toBe("sched_dep_time <= 2000");
  });
  test("typed with completion by keyboard; what is typed shows as conditions", async () => {
    const { drawn } = await open();
    const field = queryField(drawn);
    await write(field, "ca");
    expect(drawn.all("[role=option]").map(({ textContent }) => textContent)).toEqual(["carriercategorical"]);
    for (const key of ["ArrowDown", "Enter", "ArrowDown", "Enter", "ArrowDown", "ArrowDown", "Tab"]) {
      await press(queryField(drawn), key);
    }
    expect(queryField(drawn).value).toBe('carrier == "B6"');
    expect(drawn.one('.value[aria-pressed="true"]').textContent).toContain("B6");
    await press(field, "Escape");
    expect(drawn.all("[role=option]")).toHaveLength(0);
    await write(field, "distance * 2 > carrier");
    expect(drawn.one(".conditions").classList.contains("stale")).toBe(true);
    expect(drawn.text()).toContain("The query was changed by hand");
  });
  test("only the newest query is answered", async () => {
    const waiting: (() => void)[] = [];
    const slow = vi.fn(
      (params: { query: string }) => new Promise((resolve) => waiting.push(() => resolve(measure(params)))),
    );
    const { drawn } = await open({ answers: { measure: slow } });
    for (const text of ["d", "di", "dis", "distance < 9"]) await write(queryField(drawn), text);
    expect(slow.mock.calls.map(([{ query }]) => query)).toEqual(["d"]);
    waiting[0]?.();
    await settle();
    expect(slow.mock.calls.map(([{ query }]) => query)).toEqual(["d", "distance < 9"]);
    expect(drawn.one(".measure").getAttribute("aria-busy")).toBe("true");
    waiting[1]?.();
    await settle();
    expect(measured(drawn)).toContain("480 rows");
  });
  test("what the kernel refuses is said at the field, and nothing can be done with it", async () => {
    const refuse = () => {
      throw new RequestError(
        frontEndError("MLD-Q02", "query", "there is no column 'dist'", "Did you mean 'distance'?"),
      );
    };
    const { drawn } = await open({ answers: { measure: refuse } });
    await write(queryField(drawn), "dist < 3");
    expect(drawn.one(".query-error").textContent).toBe(
      "MLD-Q02 there is no column 'dist'. Did you mean 'distance'?",
    );
    expect(queryField(drawn).getAttribute("aria-invalid")).toBe("true");
    expect(drawn.button("Select these rows").disabled).toBe(true);
  });
  test("the same query is measured again when metric or threshold change", async () => {
    const { drawn, shared, asked } = await open();
    await write(queryField(drawn), "month == 3");
    shared.set("threshold", 0.7);
    await settle();
    expect(asked.measure).toHaveBeenCalledTimes(2);
  });
  test("begins with the selection, or with a slice of the list", async () => {
    const { drawn } = await open({
      shared: { selection: { kind: "query", label: "far", query: "distance > 900", n: 3, token: 2 } },
    });
    await click(drawn, "Use current selection");
    expect(queryField(drawn).value).toBe("distance > 900");
    drawn.one<HTMLButtonElement>('button[aria-label^="More about carrier"]').click();
    await settle();
    await click(drawn, "Change in the builder");
    expect(queryField(drawn).value).toBe('carrier in ["EV", "MQ"] and 6 <= month <= 8');
    await click(drawn, "Clear");
    expect([queryField(drawn).value, measured(drawn)]).toEqual(["", ""]);
  });
  test("is saved under a name", async () => {
    const { drawn, asked } = await open();
    await write(queryField(drawn), "month == 3");
    const name = drawn.one<HTMLInputElement>(".builder .save input");
    await write(name, " March ");
    await press(name, "Enter");
    expect(asked.save_slice.mock.calls[0]?.[0]).toEqual({
      name: "March",
      query: 'month == 3 and split == "test"',
    });
    expect(drawn.one(".builder .save").textContent).toContain("Saved as March");
  });
});

describe("comparing", () => {
  test("a slice with the rest, then with another", async () => {
    const { drawn, asked } = await open();
    drawn.one<HTMLButtonElement>('button[aria-label^="More about origin"]').click();
    await settle();
    await click(drawn, "Compare with the rest");
    expect(asked.compare.mock.calls[0]?.[0]).toEqual({ query: NEWARK, other: "" });
    const card = drawn.one(".compare");
    expect(card.querySelector("tbody tr")?.textContent).toBe(
      "ROC AUC0.611 0.597 to 0.6240.761 0.757 to 0.765lower, intervals apart",
    );
    expect(card.textContent).toContain("cannot be computed on both sides");
    expect(drawn.all(".distribution")).toHaveLength(7);
    await choose(drawn, "Second", "distance < 230");
    expect(asked.compare.mock.lastCall?.[0]).toEqual({ query: NEWARK, other: "distance < 230" });
    await click(drawn, "Close");
    expect(drawn.all(".compare")).toHaveLength(0);
  });
});

describe("saved slices", () => {
  test("are selected, compared and removed", async () => {
    const { drawn, selection, asked } = await open();
    drawn.button("short hops").click();
    await settle();
    expect(selection()).toMatchObject({
      kind: "query",
      label: "short hops",
      query: "distance < 230",
      n: null,
    });
    drawn.all<HTMLButtonElement>(".saved .ways button")[3]?.click();
    await settle();
    expect(asked.remove_slice.mock.calls[0]?.[0]).toEqual({ name: "short hops" });
  });
});

describe("searching", () => {
  test("a changed setting searches with all of them", async () => {
    const { drawn, asked } = await open();
    await choose(drawn, "Metric", "loss");
    expect(asked.search.mock.calls[0]?.[0]).toEqual({
      scope: "test",
      metric: "loss",
      direction: "worse",
      max_predicates: 3,
    });
    await click(drawn, "best");
    expect(asked.search.mock.lastCall?.[0]).toMatchObject({ direction: "better", metric: "error" });
  });
  test("shows how far it is, and can be cancelled", async () => {
    const status = { state: "running", text: "Searching slices", fraction: 0.4 };
    const { drawn, asked } = await open({ traits: { result: null, status } });
    expect(drawn.text()).toContain("Searching slices 40%");
    await click(drawn, "Cancel");
    expect(asked.cancel).toHaveBeenCalledOnce();
    drawn.host.set("status", { ...idle, state: "cancelled" });
    await settle();
    await click(drawn, "Search again");
    expect(asked.search).toHaveBeenCalledOnce();
  });
  test("what failed says why, and the builder stays usable", async () => {
    const error = frontEndError("MLD-O62", "metric", "it is NaN in every row");
    const { drawn } = await open({ traits: { result: null, status: { ...idle, state: "failed", error } } });
    expect(drawn.one("[role=alert]").textContent).toContain("MLD-O62 metric");
    expect(drawn.all(".builder")).toHaveLength(1);
  });
  test("a moved threshold offers one button", async () => {
    const { drawn, asked } = await open({ traits: { stale: true } });
    expect(drawn.one(".stale-note").textContent).toContain("The threshold has moved since");
    await click(drawn, "Search again");
    expect(asked.search).toHaveBeenCalledOnce();
  });
  test.each([
    [nothing, "No slice stands out"],
    [noErrors, "No row of these has any error"],
  ])("an empty list says why", async (empty, title) => {
    const { drawn } = await open({ traits: { result: empty } });
    expect(drawn.one(".state b").textContent).toBe(title);
  });
});

describe("without a kernel", () => {
  test("a file selects its own rows, compares what it holds, and says what it cannot", async () => {
    const { drawn, selection } = await open({ traits: { embedded }, connection: "report" });
    picks(drawn)[0]?.click();
    await settle();
    expect(selection()).toMatchObject({ query: NEWARK, n: 7554, rows: [48_201, 7919] });
    drawn.all<HTMLButtonElement>(".saved .pick")[1]?.click();
    await settle();
    expect(selection()).toMatchObject({ label: "short hops", n: 12_602, rows: [48_201, 7919] });
    drawn.one<HTMLButtonElement>('button[aria-label^="More about origin"]').click();
    await settle();
    await click(drawn, "Compare with the rest");
    expect(drawn.one(".compare").textContent).toContain("ROC AUC");
    await view(drawn, "Two features");
    expect(drawn.one(".heat").textContent).toContain("Other columns need the notebook.");
    expect(drawn.all(".builder, .settings, .save")).toHaveLength(0);
    expect(drawn.text()).toContain("Building and saving slices needs the notebook.");
  });
  test("a selection that came by its query alone gets the rows that the file knows", async () => {
    const finding = { kind: "query", label: NEWARK, query: NEWARK, n: null, token: 1 };
    const { selection } = await open({
      traits: { embedded },
      shared: { selection: finding },
      connection: "report",
    });
    expect(selection()).toMatchObject({ label: FIRST?.label, n: 7554, rows: [48_201, 7919] });
  });
  test("a kernel that has gone leaves what was found", async () => {
    const { drawn } = await open({ connection: "gone" });
    expect(drawn.all("tr.slice")).toHaveLength(10);
    expect(drawn.all(".builder, .settings")).toHaveLength(0);
  });
  test("a result that stands alone has its list and its tree, and nothing to ask", async () => {
    const drawn = await draw(Slices, { result });
    expect(drawn.all("tr.slice")).toHaveLength(10);
    expect(drawn.all("[role=radio]").map(({ textContent }) => textContent)).toEqual(["List", "Tree"]);
    picks(drawn)[0]?.click();
    await settle();
    expect(drawn.one(".details").textContent).toContain("As a query");
    expect(drawn.all(".builder, .settings, .save, .progress")).toHaveLength(0);
  });
});

test("the strip of histograms stands above the list", async () => {
  const { drawn } = await open({ traits: { crossfilter: "IPY_MODEL_strip" } });
  expect(drawn.one('slot[name="crossfilter"]')).toBeTruthy();
});

test("leaves no listener", async () => {
  const { drawn } = await open({ traits: { crossfilter: "IPY_MODEL_strip" } });
  await view(drawn, "Tree");
  drawn.end();
  await settle();
  expect(drawn.host.listeners()).toBe(0);
});
