import { describe, expect, test, vi } from "vitest";
import { ABORTED, RequestError } from "../contract/errors";
import type { RequestOptions, ViewHost } from "../contract/host";
import { frontEndError } from "../host/channel";
import { staticState } from "../host/static";
import { draw, settle } from "../testing/draw";
import { latestQueue, useRequest, useShared, useTrait } from "./hooks";

describe("latestQueue", () => {
  /** A queue whose answers are given by hand. */
  function queueByHand() {
    const asked: { params: number; answer: (data: string) => void; fail: (error: unknown) => void }[] = [];
    const show = vi.fn();
    const queue = latestQueue<number, string>(
      (params) => new Promise((answer, fail) => asked.push({ params, answer, fail })),
      show,
    );
    return { queue, asked, shown: () => show.mock.lastCall?.[0] };
  }

  test("keeps one question in flight and only the newest behind it", async () => {
    const { queue, asked, shown } = queueByHand();
    for (const params of [1, 2, 3, 4]) queue.ask(params);
    expect(asked.map(({ params }) => params)).toEqual([1]);
    asked[0]?.answer("one");
    await settle();
    expect(shown()).toEqual({ answer: { params: 1, data: "one" }, error: null, stale: true });
    expect(asked.map(({ params }) => params)).toEqual([1, 4]);
    asked[1]?.answer("four");
    await settle();
    expect(shown()).toEqual({ answer: { params: 4, data: "four" }, error: null, stale: false });
  });
  test("1,000 questions end on the last", async () => {
    const { queue, asked, shown } = queueByHand();
    for (let params = 0; params < 1000; params++) {
      queue.ask(params);
      if (params % 7 === 0) asked.at(-1)?.answer(`${asked.at(-1)?.params}`);
      if (params % 50 === 0) await settle();
    }
    for (let more = 0; more < 3; more++) {
      asked.at(-1)?.answer(`${asked.at(-1)?.params}`);
      await settle();
    }
    expect(shown()).toEqual({ answer: { params: 999, data: "999" }, error: null, stale: false });
  });
  test("shows an error and goes on with what waits", async () => {
    const { queue, asked, shown } = queueByHand();
    queue.ask(1);
    queue.ask(2);
    asked[0]?.fail(new RequestError(frontEndError("MLD-W10", "row", "no")));
    await settle();
    expect(shown()).toMatchObject({ error: { code: "MLD-W10" }, stale: true });
    asked[1]?.answer("two");
    await settle();
    expect(shown()).toMatchObject({ answer: { data: "two" }, error: null, stale: false });
  });
  test("an abort is not an error", async () => {
    const { queue, asked, shown } = queueByHand();
    queue.ask(1);
    asked[0]?.fail(new RequestError(frontEndError(ABORTED, "request", "no longer wanted")));
    await settle();
    expect(shown()).toEqual({ answer: null, error: null, stale: false });
  });
  test("reset drops what is in flight, closing shows nothing more", async () => {
    const { queue, asked, shown } = queueByHand();
    queue.ask(1);
    queue.reset();
    asked[0]?.answer("late");
    await settle();
    expect(shown()).toEqual({ answer: null, error: null, stale: false });
    const close = queue.open();
    queue.ask(2);
    const before = shown();
    close();
    asked[1]?.answer("two");
    await settle();
    expect(shown()).toBe(before);
  });
});

describe("useTrait and useShared", () => {
  function Traits({ host }: { host: ViewHost }) {
    const [own] = useTrait<string>(host, "own");
    const [common, setCommon] = useShared<string>(host, "common", "alone");
    return (
      <button type="button" onClick={() => setCommon("set")}>
        {own} {common}
      </button>
    );
  }

  test("a change right after the first paint is not lost", async () => {
    const shared = staticState({ common: "a" });
    const drawing = draw(Traits, { own: "1" }, { shared });
    shared.set("common", "b");
    const drawn = await drawing;
    expect(drawn.text()).toBe("1 b");
    drawn.host.set("own", "2");
    drawn.one("button").click();
    await settle();
    expect(drawn.text()).toBe("2 set");
    drawn.end();
    expect(drawn.host.listeners()).toBe(0);
  });
  test("without a workbench the value is the one for views alone", async () => {
    const drawn = await draw(Traits, { own: "1" });
    drawn.one("button").click();
    await settle();
    expect(drawn.text()).toBe("1 alone");
  });
});

describe("useRequest", () => {
  function Asking({ host }: { host: ViewHost }) {
    const [start] = useTrait<number | null>(host, "start");
    const { data, error, stale } = useRequest<string>(host, "page", start === null ? null : { start });
    return (
      <p>
        {data} {error?.code} {stale ? "stale" : "fresh"}
      </p>
    );
  }

  test("a newer question aborts the older, whose answer is dropped", async () => {
    const answers: ((data: string) => void)[] = [];
    const signals: (AbortSignal | undefined)[] = [];
    const page = (_: unknown, options?: RequestOptions) => {
      signals.push(options?.signal);
      return new Promise<string>((resolve, reject) => {
        answers.push(resolve);
        const aborted = () => reject(new RequestError(frontEndError(ABORTED, "request", "")));
        options?.signal?.addEventListener("abort", aborted);
      });
    };
    const drawn = await draw(Asking, { start: 0 }, { answers: { page } });
    drawn.host.set("start", 5);
    await settle();
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
    expect(drawn.text()).toContain("stale");
    answers[1]?.("newer");
    await settle();
    expect(drawn.text().replace(/\s+/g, " ")).toBe("newer fresh");
    drawn.end();
    await settle();
    expect(signals[1]?.aborted).toBe(true);
  });
  test("a refusal is shown, nothing is asked without a question", async () => {
    const page = vi.fn(() => {
      throw new RequestError(frontEndError("MLD-W11", "start", "no"));
    });
    const drawn = await draw(Asking, { start: null }, { answers: { page } });
    expect(page).not.toHaveBeenCalled();
    drawn.host.set("start", 1);
    await settle();
    expect(drawn.text()).toContain("MLD-W11");
  });
});
