import { describe, expect, test, vi } from "vitest";
import { cubeOf, madeUpRows, selectedBins, stripResult } from "../../gallery/crossfilter_fixtures";
import { settle as answersArrive } from "../../testing/draw";
import { Brushing } from "./brushing";
import type { Source } from "./sources";
import { type Brushes, brushesOf, brushRecords, readCube, readSelected, readStrip } from "./strip";

const rows = madeUpRows(300);
const strip = readStrip(stripResult(rows));

function open(changes: Partial<Source> = {}) {
  const ask = vi.fn(async (active: number, fixed: Brushes) =>
    readCube(cubeOf(rows, active, brushRecords(fixed))),
  );
  const select = vi.fn(async (_: Brushes) => {});
  const changed = vi.fn();
  const failed = vi.fn();
  const source: Source = { ask, select, follow: () => () => {}, most: 99, ...changes };
  return { brushing: new Brushing({ strip, source, changed, failed }), ask, select, changed, failed };
}

function countsUnder(brushes: Brushes): number[] {
  return [...readSelected(selectedBins(rows, brushRecords(brushes))).counts];
}

describe("a moving brush", () => {
  test("asks once, and is then followed without a question", async () => {
    const { brushing, ask } = open();
    brushing.approach(0);
    await answersArrive();
    for (let last = 10; last < 30; last++) brushing.move(0, [10, last]);
    expect(ask).toHaveBeenCalledTimes(1);
    expect([...(brushing.shown?.counts ?? [])]).toEqual(countsUnder(new Map([[0, [10, 29]]])));
  });

  test("that is faster than its cube is followed as soon as that is there", async () => {
    const { brushing } = open();
    brushing.move(0, [3, 4]);
    expect(brushing.shown).toBeNull();
    await answersArrive();
    expect([...(brushing.shown?.counts ?? [])]).toEqual(countsUnder(new Map([[0, [3, 4]]])));
  });

  test("keeps the brushes on other histograms", async () => {
    const { brushing } = open();
    brushing.settle(null, brushesOf([{ dimension: 1, first: 0, last: 0 }]));
    brushing.move(0, [20, 35]);
    await answersArrive();
    const both: Brushes = new Map([
      [1, [0, 0]],
      [0, [20, 35]],
    ]);
    expect(brushing.brushes).toEqual(both);
    expect([...(brushing.shown?.counts ?? [])]).toEqual(countsUnder(both));
  });

  test("takes the only place there is in a file", () => {
    const { brushing } = open({ most: 1 });
    brushing.settle(null, brushesOf([{ dimension: 1, first: 0, last: 0 }]));
    brushing.move(0, [20, 35]);
    expect([...brushing.brushes.keys()]).toEqual([0]);
  });

  test("is not disturbed by a selection that arrives meanwhile", () => {
    const { brushing } = open();
    brushing.move(0, [20, 35]);
    brushing.settle(null, new Map());
    expect(brushing.brushes.get(0)).toEqual([20, 35]);
  });
});

describe("letting go", () => {
  test("selects, and keeps showing the brush until the selection is there", async () => {
    let answer = () => {};
    const select = vi.fn(() => new Promise<void>((done) => (answer = done)));
    const { brushing } = open({ select });
    brushing.approach(0);
    await answersArrive();
    brushing.move(0, [10, 20]);
    const released = brushing.release();
    const shown = brushing.shown;
    expect(select).toHaveBeenCalledWith(new Map([[0, [10, 20]]]));
    const selected = readSelected(selectedBins(rows, [{ dimension: 0, first: 10, last: 20 }]));
    brushing.settle(selected, new Map([[0, [10, 20]]]));
    expect(brushing.shown).toBe(shown);
    answer();
    await released;
    expect(brushing.shown).toBe(selected);
  });

  test("without a brush selects nothing", async () => {
    const { brushing, select } = open();
    await brushing.release();
    expect(select).not.toHaveBeenCalled();
  });

  test("a refusal is said, and what was selected is shown again", async () => {
    const error = new Error("refused");
    const { brushing, failed } = open({ select: () => Promise.reject(error) });
    const before = readSelected(selectedBins(rows, []));
    brushing.settle(before, new Map());
    brushing.move(0, [1, 2]);
    await brushing.release();
    expect(failed).toHaveBeenLastCalledWith(error);
    expect(brushing.shown).toBe(before);
    expect(brushing.brushes.size).toBe(0);
  });
});

test("clearing one brush selects by the others, clearing all by none", async () => {
  const { brushing, select } = open();
  brushing.settle(
    null,
    brushesOf([
      { dimension: 0, first: 1, last: 2 },
      { dimension: 1, first: 0, last: 0 },
    ]),
  );
  void brushing.clear(0);
  expect(select).toHaveBeenLastCalledWith(new Map([[1, [0, 0]]]));
  await brushing.clear();
  expect(select).toHaveBeenLastCalledWith(new Map());
});

test("of many histograms passed by, only the last is asked for behind the one in flight", async () => {
  const { brushing, ask } = open();
  for (const dimension of [0, 1, 2, 3, 4]) brushing.approach(dimension);
  await answersArrive();
  expect(ask.mock.calls.map(([active]) => active)).toEqual([0, 4]);
});

test("a cube that cannot be had is said", async () => {
  const error = new Error("no kernel");
  const { brushing, failed } = open({ ask: () => Promise.reject(error) });
  brushing.approach(0);
  await answersArrive();
  expect(failed).toHaveBeenCalledWith(error);
});

test("nothing is drawn after the end", async () => {
  const { brushing, changed } = open();
  brushing.approach(0);
  brushing.close();
  await answersArrive();
  expect(changed).not.toHaveBeenCalled();
});
