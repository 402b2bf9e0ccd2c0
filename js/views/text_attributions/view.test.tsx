import { describe, expect, test, vi } from "vitest";
import * as texts from "../../gallery/texts_fixtures";
import { staticState } from "../../host/static";
import { draw, settle } from "../../testing/draw";
import { parts, scaleOf, signed, strength } from "./numbers";
import { TextAttributions } from "./view";

const HOSTILE = "<img src=x onerror=alert(1)>";

function panel(traits: Record<string, unknown> = {}, answers = {}) {
  return draw(
    TextAttributions,
    { ...texts.live, ...traits },
    { shared: staticState(texts.shared()), answers },
  );
}

describe("a text", () => {
  test("stands there as it is, by every method one under the other", async () => {
    const drawn = await panel();
    const lists = drawn.all(".words");
    expect(lists).toHaveLength(2 * (texts.live.results[0]?.texts.length ?? 0));
    const [first] = drawn.all("article");
    expect(first?.querySelectorAll("section")).toHaveLength(2);
    for (const word of drawn.all(".words .hidden")) word.remove();
    const written = texts.live.results[0]?.texts.map(({ words }) => words.join(""));
    const shown = drawn.all("article section:first-of-type .words").map((list) => list.textContent);
    expect(shown).toEqual(written);
    expect(drawn.all("img")).toEqual([]);
  });

  test("has a number for every word: hidden for screen readers, beside it on focus", async () => {
    const drawn = await panel();
    const word = drawn.all(".word").find((each) => each.firstChild?.textContent === "awful");
    expect(word?.className).toContain("down");
    expect(word?.textContent).toMatch(/awful −\d/);
    word?.focus();
    await settle();
    expect(drawn.all(".readout b").map((each) => each.textContent)).toEqual([
      word?.textContent?.replace("awful ", ""),
    ]);
  });

  test("is one stop for Tab, and arrows go from word to word", async () => {
    const drawn = await panel();
    const list = drawn.all(".words")[2] as HTMLElement;
    const words = [...list.querySelectorAll<HTMLElement>(".word")];
    expect(words.map(({ tabIndex }) => tabIndex)).toEqual(words.map((_, at) => (at === 0 ? 0 : -1)));
    words[0]?.focus();
    words[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    await settle();
    expect(drawn.root.activeElement).toBe(words[1]);
    words[1]?.dispatchEvent(new KeyboardEvent("keydown", { key: "End", bubbles: true }));
    await settle();
    expect(drawn.root.activeElement).toBe(words.at(-1));
  });

  test("of nothing says so", async () => {
    const drawn = await draw(TextAttributions, texts.alone);
    expect(drawn.text()).toContain("The text is empty.");
  });

  test("with markup in it stays text", async () => {
    const [result] = texts.alone.results;
    const [text] = result?.texts ?? [];
    const hostile = { ...text, words: [HOSTILE], truth: HOSTILE, predicted: HOSTILE };
    const drawn = await draw(TextAttributions, {
      ...texts.alone,
      results: [{ ...result, texts: [hostile], notes: [HOSTILE] }],
    });
    expect(drawn.all("img")).toEqual([]);
    expect(drawn.text()).toContain(HOSTILE);
  });
});

describe("the panel", () => {
  test("the count is of the texts that are shown, until others are there", async () => {
    const page = { start: 5, size: 5, total: 18, shown: { start: 0, total: 18 } };
    const words = async (changes: object) =>
      (await panel({ page, ...changes })).one(".pager span").textContent;
    const running = { state: "running", text: "Reading the texts", fraction: null };
    expect(await words({ status: running })).toBe("1 to 5 of 18, 6 to 10 coming");
    expect(await words({ status: { ...running, state: "cancelled" } })).toBe(
      "1 to 5 of 18, 6 to 10 not computed",
    );
    expect(await words({ page: { ...page, shown: { start: 5, total: 18 } } })).toBe("6 to 10 of 18");
    expect(await words({ page: { ...page, start: 0, total: 7 }, status: running })).toBe(
      "1 to 5 of 18, 1 to 5 of 7 coming",
    );
    expect(await words({ page: { ...page, shown: null }, status: running })).toBe("6 to 10 of 18 coming");
  });
  test("asks for other methods, another class and another page", async () => {
    const configure = vi.fn();
    const turn = vi.fn();
    const drawn = await panel({}, { configure, turn });
    drawn.all<HTMLInputElement>('input[type="checkbox"]')[2]?.click();
    expect(configure.mock.calls[0]?.[0]).toEqual({
      methods: ["integrated_gradients", "occlusion", "saliency"],
      target: "1",
    });
    const select = drawn.one<HTMLSelectElement>("select");
    select.value = "0";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    expect(configure.mock.calls[1]?.[0]).toMatchObject({ target: "0" });
    drawn.button("Next").click();
    expect(turn.mock.calls[0]?.[0]).toEqual({ start: 5 });
    expect(drawn.button("Previous").disabled).toBe(true);
  });

  test("opens a row", async () => {
    const open_row = vi.fn();
    const drawn = await panel({}, { open_row });
    drawn.one<HTMLButtonElement>("article .link").click();
    expect(open_row.mock.calls[0]?.[0]).toEqual({ row: texts.live.results[0]?.texts[0]?.row });
  });

  test("shows how far it is, and can be cancelled", async () => {
    const cancel = vi.fn();
    const status = { state: "running", text: "Occlusion", fraction: 0.5 };
    const drawn = await panel({ ...texts.nothing, status }, { cancel });
    expect(drawn.text()).toContain("Occlusion 50%");
    drawn.button("Cancel").click();
    expect(cancel).toHaveBeenCalled();
  });

  test("saliency says that it has no direction", async () => {
    const results = texts.live.results.map((result) => ({ ...result, method: "saliency" }));
    const drawn = await panel({ results });
    expect(drawn.one(".method").textContent).toContain("how strongly words act, not which way");
    expect(drawn.one(".method").textContent).not.toContain("without the words");
  });

  test("writes its numbers when they are asked for", async () => {
    const drawn = await panel();
    expect(drawn.all(".numbers")).toHaveLength(0);
    const details = drawn.one<HTMLDetailsElement>("article details");
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
    await settle();
    const words = drawn.all("article")[0]?.querySelectorAll(".words")[0]?.querySelectorAll(".word").length;
    expect(drawn.all(".numbers tbody tr")).toHaveLength(words as number);
  });

  test("keeps what was there while it computes again, as stale", async () => {
    const drawn = await panel({ status: { state: "running", text: "Occlusion", fraction: null } });
    expect(drawn.one('[aria-busy="true"]').querySelectorAll("article").length).toBeGreaterThan(0);
  });

  test("shows why it failed, and asks again", async () => {
    const compute = vi.fn();
    const error = { code: "MLD-M04", argument: "model", got: "it failed", allowed: "", fix: "", message: "" };
    const drawn = await panel(
      { ...texts.nothing, status: { ...texts.idle, state: "failed", error } },
      { compute },
    );
    expect(drawn.text()).toContain("MLD-M04");
    drawn.button("Try again").click();
    expect(compute).toHaveBeenCalled();
  });

  test("says what fills it where no row is in focus", async () => {
    const drawn = await panel({ ...texts.nothing, page: { start: 0, size: 5, total: 0, shown: null } });
    expect(drawn.text()).toContain("No row is in focus");
  });
});

test("an exported file shows its texts and asks nobody", async () => {
  const drawn = await draw(TextAttributions, texts.report, {
    shared: staticState(texts.shared()),
    connection: "report",
  });
  expect(drawn.all("article").length).toBeGreaterThan(0);
  expect(drawn.all("button")).toEqual([]);
  expect(drawn.all("input")).toEqual([]);
});

test("a file without texts says how they come into it", async () => {
  const drawn = await draw(TextAttributions, texts.nothing, {
    shared: staticState(texts.shared()),
    connection: "report",
  });
  expect(drawn.text()).toContain("No text is in this file");
});

test("taking the view away leaves no listener", async () => {
  const drawn = await panel();
  drawn.end();
  expect(drawn.host.listeners()).toBe(0);
});

describe("numbers", () => {
  const scale = (largest: number | null) => scaleOf({ largest } as Parameters<typeof scaleOf>[0]);

  test("have three digits at the largest", () => {
    expect(signed(2.345, scale(2.8))).toBe("+2.35");
    expect(signed(-0.0234, scale(0.05))).toBe("−0.0234");
    expect(signed(123.4, scale(500))).toBe("+123");
    expect(signed(Number.NaN, scale(1))).toBe("–");
  });

  test("are as strong as their share of the largest", () => {
    expect(strength(1, scale(4))).toBe(0.25);
    expect(strength(-9, scale(4))).toBe(-1);
    expect(strength(Number.NaN, scale(4))).toBe(0);
    expect(strength(1, scale(null))).toBe(0);
  });

  test("colour the word and not the white space", () => {
    expect(parts("  so ")).toEqual({ before: "  ", word: "so", after: " " });
    expect(parts("  ")).toEqual({ before: "  ", word: "", after: "" });
  });
});
