import { afterEach, describe, expect, test, vi } from "vitest";
import { RequestError } from "../../contract/errors";
import type { Panel } from "../../contract/workbench";
import { cell, HOSTILE_NAMES, panel, panels, workbench } from "../../gallery/fixtures";
import { saved } from "../../gallery/slices_fixtures";
import { frontEndError } from "../../host/channel";
import type { StaticHostOptions } from "../../host/static";
import { draw, settle } from "../../testing/draw";
import { describe as describeSelection } from "./selection_chip";
import { Workbench } from "./view";

afterEach(() => {
  vi.unstubAllGlobals();
});

function open(changes: Record<string, unknown> = {}, options: StaticHostOptions = {}) {
  const child = (reference: string, container: HTMLElement) => {
    container.textContent = reference;
    return () => {};
  };
  return draw(Workbench, workbench(changes), { child, ...options });
}

const withPanel = (changes: Partial<Panel>) => [panel("rows", "Rows", "Narrow", changes)];

describe("the panel list", () => {
  test("has groups, the current panel, and badges in words", async () => {
    const drawn = await open();
    expect(drawn.all(".panels .group").map((group) => group.textContent)).toEqual([
      "Evaluate",
      "Narrow",
      "Explain",
    ]);
    expect(drawn.one(".panels [aria-current=page]").textContent).toBe("Overview");
    expect(drawn.one(".badge .hidden").textContent).toBe("2 findings, worst: critical");
    expect(drawn.one("option").textContent).toBe("Overview (2 findings)");
  });
  test("shows one panel at a time, and the select does the same", async () => {
    const drawn = await open();
    expect(drawn.frame.textContent).toBe("IPY_MODEL_overview");
    drawn.button("Rows").click();
    await settle();
    expect(drawn.frame.textContent).toBe("IPY_MODEL_rows");
    const select = drawn.one<HTMLSelectElement>("select");
    select.value = "performance";
    select.dispatchEvent(new Event("change"));
    await settle();
    expect(drawn.frame.textContent).toBe("IPY_MODEL_performance");
    expect(drawn.host.get("panel")).toBe("performance");
  });
  test("arrows move through it", async () => {
    const drawn = await open();
    drawn.button("Performance").focus();
    for (const [key, name] of [
      ["ArrowDown", "Rows"],
      ["ArrowDown", "What-if"],
      ["ArrowUp", "Rows"],
    ]) {
      const focused = drawn.root.activeElement ?? document.activeElement;
      focused?.dispatchEvent(new KeyboardEvent("keydown", { key: key as string, bubbles: true }));
      expect((drawn.root.activeElement ?? document.activeElement)?.textContent).toBe(name);
    }
  });
});

describe("a panel's place", () => {
  test("says what the kernel does before the panel is there, then shows it", async () => {
    const status = { state: "running", text: "Fitting simple baselines", fraction: 0.4 };
    const drawn = await open({ panel: "whatif", status });
    expect(drawn.one(".main").textContent).toContain("Computed when first opened");
    expect(drawn.one(".main").textContent).toContain("Fitting simple baselines 40%");
    drawn.host.set("panels", [...panels.slice(0, 3), panel("whatif", "What-if", "Explain")]);
    await settle();
    expect(drawn.frame.textContent).toBe("IPY_MODEL_whatif");
  });
  test("shows the coded error of a panel that failed", async () => {
    const error = frontEndError("MLD-M07", "model", "it failed at row 7", "Pass preprocess=.");
    const failed = withPanel({ reference: "", state: "failed", error });
    const drawn = await open({ panels: failed, panel: "rows" });
    expect(drawn.one(".main [role=alert]").textContent).toContain("MLD-M07 modelit failed at row 7Try: Pass");
    expect(drawn.one(".panels .entry").textContent).toBe("Rowsfailed");
  });
  test("a later failure stands above the panel, not in its place", async () => {
    const error = frontEndError("MLD-M07", "model", "the checks failed");
    const drawn = await open({ panels: withPanel({ state: "failed", error }), panel: "rows" });
    expect(drawn.one(".main").textContent).toContain("the checks failed");
    expect(drawn.frame.textContent).toBe("IPY_MODEL_rows");
  });
  test.each([
    ["report", "What-if is not in this file"],
    ["gone", "What-if was not computed"],
  ] as const)("%s: a panel that nobody can build", async (connection, text) => {
    const drawn = await open({ panel: "whatif" }, { connection });
    expect(drawn.one(".main").textContent).toContain(text);
  });
  test("says when a widget cannot be shown", async () => {
    const child = () => {
      throw new Error("widget model not found");
    };
    const drawn = await open({}, { child });
    expect(drawn.one(".main").textContent).toContain("widget model not found");
  });
});

describe("the bar", () => {
  test("a selection is a chip that can be removed", async () => {
    const drawn = await open({ selection: cell });
    expect(drawn.one(".chip").textContent).toContain("truth late, predicted on time, test · 10,214 rows");
    drawn.one(".chip button").click();
    await settle();
    expect(drawn.host.get("selection")).toEqual({ kind: "all", label: "", n: null, token: 4 });
    expect(drawn.all(".chip")).toHaveLength(0);
  });
  test("says a selection without repeating itself", () => {
    const selection = { kind: "rows" as const, token: 1 };
    expect(describeSelection({ ...selection, label: "row 48,201", n: 1 })).toBe("row 48,201");
    expect(describeSelection({ ...selection, label: "3 rows", n: 3 })).toBe("3 rows");
    expect(describeSelection({ ...selection, label: "loss > 2", n: null })).toBe("loss > 2");
    expect(describeSelection({ ...selection, label: "loss > 2", n: 1 })).toBe("loss > 2 · 1 row");
  });
  test("running work can be cancelled", async () => {
    const cancel = vi.fn(() => true);
    const status = { state: "running", text: "Fitting", fraction: null };
    const drawn = await open({ status }, { answers: { cancel } });
    drawn.button("Cancel").click();
    expect(cancel).toHaveBeenCalledOnce();
    drawn.host.set("status", { state: "cancelled", text: "Cancelled", fraction: null });
    await settle();
    expect(drawn.one(".status").textContent).toBe("Cancelled");
  });
  test("what the kernel refused is said", async () => {
    const status = { state: "failed", text: "MLD-S13: selection: row 9", fraction: null };
    const drawn = await open({ status });
    expect(drawn.one(".banner").textContent).toBe("MLD-S13: selection: row 9");
  });
  test("the kernel's going shows at once, and a report says what it holds", async () => {
    const drawn = await open();
    drawn.host.setConnection("gone");
    await settle();
    expect(drawn.one(".banner").textContent).toContain("Kernel gone");
    drawn.host.setConnection("report");
    await settle();
    expect(drawn.all(".banner")).toHaveLength(0);
    expect(drawn.one(".report-note").textContent).toContain("200 raw rows");
  });
});

describe("saved slices", () => {
  test("there is no menu while there are none", async () => {
    expect((await open()).text()).not.toContain("Saved slices");
  });
  test("one is selected from the menu, in every panel", async () => {
    const drawn = await open({ saved_slices: saved });
    drawn.one<HTMLButtonElement>(".saved-slices > button").click();
    await settle();
    const entries = drawn.all<HTMLButtonElement>(".saved-menu button");
    expect(entries.map(({ textContent }) => textContent)).toEqual([
      "evening out of Newark30,214 rows",
      "short hops12,602 rows",
    ]);
    entries[1]?.click();
    await settle();
    expect(drawn.host.get("selection")).toEqual({
      kind: "query",
      label: "short hops",
      n: null,
      query: "distance < 230",
      token: 1,
    });
    expect(drawn.all(".saved-menu")).toHaveLength(0);
  });
  test("in a file it brings the rows that the file carries", async () => {
    const drawn = await open({ saved_slices: saved }, { connection: "report" });
    drawn.one<HTMLButtonElement>(".saved-slices > button").click();
    await settle();
    drawn.all<HTMLButtonElement>(".saved-menu button")[1]?.click();
    await settle();
    expect(drawn.host.get("selection")).toMatchObject({ n: 12_602, rows: [48_201, 7919] });
  });
});

describe("export", () => {
  function fakeDownloads() {
    const blobs: Blob[] = [];
    const names: string[] = [];
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      blobs.push(blob as Blob);
      return "blob:1";
    });
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      names.push(this.download);
    });
    return { blobs, names };
  }

  test("asks for the file in pieces and saves it", async () => {
    const { blobs, names } = fakeDownloads();
    const export_bytes = vi.fn(() => ({ name: "report.html", n_chunks: 1, size: 2 }));
    const export_chunk = () => ({ dtype: "u1", shape: [2], data: new Uint8Array([60, 62]) });
    const drawn = await open({}, { answers: { export_bytes, export_chunk } });
    drawn.button("Export").click();
    await settle();
    const box = drawn.one<HTMLInputElement>("input[type=checkbox]");
    box.checked = true;
    box.dispatchEvent(new Event("change"));
    await settle();
    expect(drawn.one(".export-menu").textContent).toContain("The file holds the raw rows too");
    drawn.button("HTML page").click();
    await settle();
    expect(export_bytes.mock.calls[0]?.slice(0, 1)).toEqual([{ format: "html", include_data: true }]);
    expect([names, await blobs[0]?.text(), blobs[0]?.type]).toEqual([["report.html"], "<>", "text/html"]);
    expect(drawn.one(".export-menu").textContent).toContain("Saved as report.html");
  });
  test("shows why a file could not be made", async () => {
    const export_bytes = () => {
      throw new RequestError(frontEndError("MLD-X12", "export", "no exporter"));
    };
    const drawn = await open({}, { answers: { export_bytes } });
    drawn.button("Export").click();
    await settle();
    drawn.button("Notebook").click();
    await settle();
    expect(drawn.one(".export-menu [role=alert]").textContent).toContain("MLD-X12");
  });
  test("closes on Escape and on a press elsewhere", async () => {
    const drawn = await open();
    for (const close of [
      () =>
        drawn
          .one(".export-menu")
          .dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })),
      () => document.body.dispatchEvent(new Event("pointerdown", { bubbles: true })),
    ]) {
      drawn.button("Export").click();
      await settle();
      expect(drawn.one(".export button").getAttribute("aria-expanded")).toBe("true");
      close();
      await settle();
      expect(drawn.all(".export-menu")).toHaveLength(0);
    }
  });
  test.each(["report", "gone"] as const)("%s: is marked as needing a kernel", async (connection) => {
    const drawn = await open({}, { connection });
    expect(drawn.button("Export · needs a kernel").disabled).toBe(true);
  });
});

test("hostile names show as text", async () => {
  const [image = ""] = HOSTILE_NAMES;
  const drawn = await open({
    title: image,
    selection: { ...cell, label: image },
    panels: withPanel({ label: image }),
  });
  expect(drawn.one(".title").textContent).toBe(image);
  expect(drawn.one(".chip").textContent).toContain(image);
  expect(drawn.all("img")).toHaveLength(0);
});

test("leaves no listener", async () => {
  const drawn = await open({ selection: cell });
  drawn.end();
  await settle();
  expect(drawn.host.listeners()).toBe(0);
});
