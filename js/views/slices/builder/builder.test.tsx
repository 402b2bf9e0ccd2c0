import { describe, expect, test, vi } from "vitest";
import { RequestError } from "../../../contract/errors";
import type { BuilderColumn } from "../../../contract/slices";
import { answers, measure, slicesTraits, slicesWorkbench } from "../../../gallery/slices_fixtures";
import { frontEndError } from "../../../host/channel";
import { type Drawn, settle } from "../../../testing/draw";
import { choose, click, opener, press, write } from "../../../testing/hands";
import { Slices } from "../view";

const open = opener(Slices, { traits: slicesTraits, shared: slicesWorkbench, answers });

const queryField = (drawn: Drawn) => drawn.one<HTMLInputElement>("[role=combobox]");
const measured = (drawn: Drawn) => drawn.one(".measure").textContent;

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
    expect(drawn.root.activeElement?.textContent).toBe("Build a slice");
    await click(drawn, "Clear");
    expect([queryField(drawn).value, measured(drawn)]).toEqual(["", ""]);
  });
  test("a value that is blank can be seen and found", async () => {
    const [first] = slicesTraits().columns as BuilderColumn[];
    const values = [
      { label: "", query_literal: '""', count: 3 },
      { label: "JFK", query_literal: '"JFK"', count: 2 },
    ];
    const column = {
      ...(first as BuilderColumn),
      kind: "categorical" as const,
      values,
      low: null,
      high: null,
    };
    const { drawn } = await open({ traits: { columns: [column] } });
    await click(drawn, "Add a condition");
    expect(drawn.all(".value").map(({ textContent }) => textContent)).toEqual(["(blank) 3", "JFK 2"]);
    drawn.all(".value")[0]?.click();
    await settle();
    expect(queryField(drawn).value).toBe(`${column.query_name} == ""`);
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
  test("says that a name is taken before it replaces, and what a name may be when one is refused", async () => {
    const refusal = frontEndError("MLD-S21", "name", "'\u200b'", "Pass another.");
    const { drawn } = await open({
      answers: {
        save_slice: ({ name }: { name: string }) => {
          if (name !== "short hops")
            throw new RequestError({ ...refusal, allowed: "1 to 80 characters in one line" });
          return null;
        },
      },
    });
    await write(queryField(drawn), "month == 3");
    const form = drawn.one(".builder .save");
    const name = drawn.one<HTMLInputElement>(".builder .save input");
    await write(name, "short hops ");
    expect(form.textContent).toContain("Replacea slice of this name is saved already");
    await press(name, "Enter");
    expect(form.textContent).toContain("Replaced short hops");
    await write(name, "\u200b");
    await press(name, "Enter");
    expect(form.textContent).toContain(
      "MLD-S21: '\u200b'. Allowed: 1 to 80 characters in one line. Pass another.",
    );
  });
});
