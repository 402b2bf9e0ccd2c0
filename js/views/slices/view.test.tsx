import { describe, expect, test } from "vitest";
import {
  answers,
  embedded,
  hostile,
  idle,
  noErrors,
  nothing,
  result,
  slicesTraits,
  slicesWorkbench,
} from "../../gallery/slices_fixtures";
import { frontEndError } from "../../host/channel";
import { type Drawn, draw, settle } from "../../testing/draw";
import { choose, click, opener, press } from "../../testing/hands";
import { Slices } from "./view";

const FIRST = result.slices[0];
const NEWARK = FIRST?.query ?? "";

const open = opener(Slices, { traits: slicesTraits, shared: slicesWorkbench, answers });

const picks = (drawn: Drawn) => drawn.all<HTMLButtonElement>(".slices .pick");

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
      "origin = EWR and sched_dep_time > 1830 and month in 6..81,908 rowserror 0.48not clearly worse than this one",
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
    expect(drawn.one(".details").textContent).toContain("Weight these rows up, or add a feature");
  });
  test("says which column a query names in its own way, because pandas cannot write the name", async () => {
    const odd = {
      column: "tick`\nmark",
      kind: "interval",
      label: "tick` mark > 3",
      query: "column_4 > 3",
      feature: 4,
    };
    const slice = { ...FIRST, predicates: [odd, ...(FIRST?.predicates ?? [])] };
    const { drawn } = await open({ traits: { result: { ...result, slices: [slice] } } });
    drawn.one<HTMLButtonElement>('button[aria-label^="More about"]').click();
    await settle();
    expect(drawn.one(".details").textContent).toContain(
      "column_4 is tick` mark: pandas cannot write this name",
    );
    expect((await open()).drawn.text()).not.toContain("pandas cannot write");
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
    await click(drawn, "Tree");
    expect(drawn.all(".tree tbody tr")).toHaveLength(9);
    drawn.button("month in 6..8").click();
    await settle();
    expect(selection().label).toBe("sched_dep_time > 1712 and origin = EWR and month in 6..8");
  });
  test("a result without a tree says how to get one", async () => {
    const { drawn } = await open({ traits: { result: { ...result, tree: [] } } });
    await click(drawn, "Tree");
    expect(drawn.text()).toContain("mld.find_slices(ev, tree=True)");
    const unsearched = await open({ traits: { result: { ...noErrors, tree: [] } } });
    await click(unsearched.drawn, "Tree");
    expect(unsearched.drawn.one(".state").textContent).toContain("Nothing was searched; the list says why.");
  });
  test("cells are read by arrow keys and selected by click", async () => {
    const { drawn, selection, asked } = await open();
    await click(drawn, "Two features");
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
    await click(drawn, "Two features");
    await choose(drawn, "Across", "distance");
    await choose(drawn, "Down", "distance");
    expect(asked.heatmap.mock.calls.map(([params]) => params)).toEqual([
      { x: "origin", y: "sched_dep_time" },
      { x: "distance", y: "sched_dep_time" },
      { x: "sched_dep_time", y: "distance" },
    ]);
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
  test("of one query are each compared under their own name", async () => {
    const twin = { name: "Newark, late", query: NEWARK, n: 7554 };
    const { drawn } = await open({ shared: { saved_slices: [twin, { ...twin, name: "again" }] } });
    drawn.all<HTMLButtonElement>(".saved .ways button")[3]?.click();
    await settle();
    expect(drawn.one(".compared thead").textContent).toContain("again · ");
  });
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
    drawn.one<HTMLButtonElement>('button[title="Remove short hops"]').click();
    await settle();
    expect(asked.remove_slice.mock.calls[0]?.[0]).toEqual({ name: "short hops" });
    drawn.one<HTMLButtonElement>('button[title="Change short hops in the builder"]').click();
    await settle();
    expect(drawn.one<HTMLInputElement>("[role=combobox]").value).toBe("distance < 230");
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
    [noErrors, "No row is wrong"],
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
    await click(drawn, "Two features");
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
  await click(drawn, "Tree");
  drawn.end();
  await settle();
  expect(drawn.host.listeners()).toBe(0);
});
