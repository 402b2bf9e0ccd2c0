import { describe, expect, test, vi } from "vitest";
import { draw, settle } from "../../testing/draw";
import fixture from "./fixture.json";
import { Sensitivity } from "./view";

const HOSTILE = "<img src=x onerror=alert(1)>";

describe("the ranking", () => {
  test("has the feature first that moves the answer most, and shows its curve", async () => {
    const drawn = await draw(Sensitivity, fixture.many);
    const names = drawn.all(".ranking .middle").map((name) => name.title);
    expect(names[0]).toBe("age");
    expect(names).toContain(HOSTILE);
    expect(drawn.one('[aria-pressed="true"] .middle').title).toBe("age");
    expect(drawn.all("img")).toEqual([]);
  });

  test("choosing a feature draws it in the figure of its kind", async () => {
    const drawn = await draw(Sensitivity, fixture.many);
    const update = vi.spyOn(drawn.host, "update");
    drawn
      .all<HTMLButtonElement>(".ranking button")
      .find((button) => button.textContent?.includes("member"))
      ?.click();
    await settle();
    expect(update.mock.calls.map(([mark]) => mark)).toContain("IPY_MODEL_bars_bars");
    expect(drawn.one('slot[name="bars"]')).toBeTruthy();
    expect(drawn.one("[hidden] slot").getAttribute("name")).toBe("line");
  });

  test("gives bqplot typed arrays, one per row's line", async () => {
    const drawn = await draw(Sensitivity, fixture.one);
    const update = vi.spyOn(drawn.host, "update");
    drawn
      .all<HTMLButtonElement>(".ranking button")
      .find((button) => button.textContent?.includes("income"))
      ?.click();
    await settle();
    expect(update).toHaveBeenCalledWith(
      "IPY_MODEL_line_line",
      expect.objectContaining({ x: expect.any(Float64Array), y: [expect.any(Float32Array)] }),
    );
  });
});

test("one row has no mean to tell apart", async () => {
  const one = await draw(Sensitivity, fixture.one);
  expect(one.text()).not.toContain("mean of all rows");
  const many = await draw(Sensitivity, fixture.many);
  expect(many.text()).toContain("mean of all rows");
});

test("without a feature to move it says why", async () => {
  const { result, ...rest } = fixture.one;
  const drawn = await draw(Sensitivity, { ...rest, result: { ...result, curves: [] } });
  expect(drawn.text()).toContain("No feature could be moved");
});

test("taking the view away leaves no listener", async () => {
  const drawn = await draw(Sensitivity, fixture.many);
  drawn.end();
  expect(drawn.host.listeners()).toBe(0);
});
