import { describe, expect, test, vi } from "vitest";
import { RequestError } from "../../contract/errors";
import { rowsPage } from "../../gallery/fixtures";
import { frontEndError } from "../../host/channel";
import { settle } from "../../testing/draw";
import { type PageParams, Pager, type TableOrder } from "./pager";

const BY_LOSS: TableOrder = { sort: "loss", ascending: false, query: "", scope: "0" };
const BY_ROW: TableOrder = { ...BY_LOSS, sort: "row" };

interface Asked {
  params: PageParams;
  signal: AbortSignal;
  answer: (total?: number) => void;
  fail: (code: string) => void;
}

/** A pager whose answers are given by hand. */
function pagerByHand() {
  const asked: Asked[] = [];
  const changed = vi.fn();
  const pager = new Pager(
    (params, signal) =>
      new Promise((resolve, reject) =>
        asked.push({
          params,
          signal,
          answer: (total) => resolve(rowsPage(params, total)),
          fail: (code) => reject(new RequestError(frontEndError(code, "query", "no"))),
        }),
      ),
    changed,
  );
  return { pager, asked, changed, starts: () => asked.map(({ params }) => params.start) };
}

describe("pages", () => {
  test("come as they are wanted, one question at a time", async () => {
    const { pager, asked, starts } = pagerByHand();
    pager.want(BY_LOSS, 90, 110);
    expect(starts()).toEqual([0]);
    asked[0]?.answer();
    await settle();
    expect(starts()).toEqual([0, 100]);
    expect(pager.rowAt(99)).toBeDefined();
    expect(pager.rowAt(100)).toBeUndefined();
    asked[1]?.answer();
    await settle();
    expect(pager.rowAt(100)).toBe((100 * 7919 + 48_201) % 336_776);
    expect(pager.state).toMatchObject({ total: 336_776, all: 336_776, stale: false, error: null });
  });
  test("that were scrolled past while one was in flight are never asked for", async () => {
    const { pager, asked, starts } = pagerByHand();
    for (let first = 0; first < 200_000; first += 1000) pager.want(BY_LOSS, first, first + 20);
    asked[0]?.answer();
    await settle();
    expect(starts()).toEqual([0, 199_000]);
  });
  test("are not asked for twice, nor beyond the end", async () => {
    const { pager, asked, starts } = pagerByHand();
    pager.want(BY_LOSS, 0, 18);
    asked[0]?.answer(12);
    await settle();
    pager.want(BY_LOSS, 0, 12);
    pager.want(BY_LOSS, 0, 300);
    await settle();
    expect(starts()).toEqual([0]);
  });
  test("far away are dropped when there are many", async () => {
    const { pager, asked } = pagerByHand();
    for (let page = 0; page < 100; page++) {
      pager.want(BY_LOSS, page * 100, page * 100 + 20);
      asked.at(-1)?.answer();
      await settle();
    }
    expect([pager.rowAt(0), pager.rowAt(9_900) === undefined]).toEqual([undefined, false]);
  });
});

describe("another order", () => {
  test("aborts what is in flight; the old rows stay, marked stale, until the new ones are there", async () => {
    const { pager, asked } = pagerByHand();
    pager.want(BY_LOSS, 0, 18);
    asked[0]?.answer();
    await settle();
    pager.want(BY_LOSS, 500, 518);
    pager.want(BY_ROW, 0, 18);
    expect(asked[1]?.signal.aborted).toBe(true);
    expect(pager.state).toMatchObject({ stale: true, order: BY_LOSS });
    expect(pager.rowAt(0)).toBeDefined();
    asked[1]?.answer(5);
    await settle();
    expect(pager.state).toMatchObject({ total: 336_776, stale: true });
    asked[2]?.answer(77);
    await settle();
    expect(pager.state).toMatchObject({ total: 77, stale: false, order: BY_ROW });
  });
  test("that is refused says why; what is shown still says its own order", async () => {
    const { pager, asked } = pagerByHand();
    pager.want(BY_LOSS, 0, 18);
    asked[0]?.answer();
    await settle();
    pager.want({ ...BY_LOSS, query: "los >" }, 0, 18);
    asked[1]?.fail("MLD-Q02");
    await settle();
    expect(pager.state).toMatchObject({ error: { code: "MLD-Q02" }, stale: false, order: BY_LOSS });
    pager.want(BY_ROW, 0, 18);
    expect(pager.state).toMatchObject({ error: null, stale: true });
  });
});

describe("rows between two", () => {
  test("are fetched where they are not here", async () => {
    const { pager, asked, starts } = pagerByHand();
    pager.want(BY_LOSS, 0, 18);
    asked[0]?.answer();
    await settle();
    const rows = pager.rowsBetween(98, 102);
    asked[1]?.answer();
    expect(await rows).toEqual([98, 99, 100, 101, 102].map((rank) => (rank * 7919 + 48_201) % 336_776));
    expect([starts(), asked[1]?.params.count]).toEqual([[0, 100], 3]);
  });
});

test("after closing nothing is reported", async () => {
  const { pager, asked, changed } = pagerByHand();
  pager.want(BY_LOSS, 0, 18);
  const before = changed.mock.calls.length;
  pager.close();
  expect(asked[0]?.signal.aborted).toBe(true);
  asked[0]?.answer();
  await settle();
  expect(changed.mock.calls.length).toBe(before);
});
