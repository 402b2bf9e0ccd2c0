import { describe, expect, test } from "vitest";
import type { OverviewResult } from "../../contract/generated";
import { findings, metric, overview, workbench } from "../../gallery/fixtures";
import { staticState } from "../../host/static";
import { draw, settle } from "../../testing/draw";
import fixture from "./fixture.json";
import { leadSentence, tilesOf } from "./summary";
import { Overview } from "./view";

const traits = { result: overview, findings };

function tileTexts(result: OverviewResult): string[][] {
  return tilesOf(result).map(({ label, value, context }) => [label, value, context]);
}

test("without a table a baseline that needs columns is not named", async () => {
  const majority = { ...overview.baselines[0], name: "majority class", why: "" };
  const unfitted = { name: "logistic regression", fitted_on: "", metrics: [], why: "no column" };
  const baselines = [majority, unfitted] as OverviewResult["baselines"];
  const headings = async (n_features: number) => {
    const drawn = await draw(Overview, { result: { ...overview, n_features, baselines }, findings });
    return drawn.all(".metrics thead th").map((cell) => cell.textContent ?? "");
  };
  expect((await headings(0)).join()).not.toContain("logistic");
  expect((await headings(4)).join()).toContain("logistic regressionnot fitted");
});

describe("the tiles", () => {
  test("show value, interval and the strongest baseline with the digits that are known, and the gap", () => {
    expect(tileTexts(overview)).toEqual([
      ["ROC AUC", "0.742", "0.738 to 0.746 · baseline 0.701"],
      ["Recall, late", "0.412", "0.403 to 0.422 · baseline 0.371"],
      ["Precision, late", "0.58", "0.57 to 0.59 · baseline 0.54"],
      ["ROC AUC, train minus test", "+0.091", "0.833 on train, 0.742 on test"],
    ]);
  });
  test("of a metric where lower is better take the lowest baseline", () => {
    const losses = [metric("log_loss", "Log loss", 0.5, 0.004, "delta method")];
    const split = { split: "test", n: 10, n_scored: 10, metrics: losses };
    const baselines = [0.69, 0.54].map((value, index) => ({
      name: `baseline ${index}`,
      fitted_on: "",
      why: "",
      metrics: [metric("log_loss", "Log loss", value, 0.004, "delta method")],
    }));
    const result = { ...overview, headline: ["log_loss"], splits: [split], train: null, baselines };
    expect(tileTexts(result)).toEqual([["Log loss", "0.500", "0.496 to 0.504 · baseline 0.540"]]);
  });
  test("say why a metric could not be computed", () => {
    const split = {
      split: "test",
      n: 10,
      n_scored: 10,
      metrics: [metric("roc_auc", "ROC AUC", null, 0, "none")],
    };
    const result = { ...overview, headline: ["roc_auc"], splits: [split], baselines: [] };
    expect(tileTexts(result)).toEqual([["ROC AUC", "–", "only one class in these rows"]]);
  });
});

test("the lead says which rows count, and when some do not", () => {
  expect(leadSentence({ ...overview, baselines: [] })).toBe(
    "84,194 test rows at threshold 0.5 with 95% intervals.",
  );
  const [train, held] = overview.splits;
  const splits = [train, { ...held, n_scored: 84_000 }] as OverviewResult["splits"];
  expect(leadSentence({ ...overview, splits })).toBe(
    "84,000 of 84,194 test rows that have a score and a known target at threshold 0.5 with 95% intervals. " +
      "Baselines on the same rows: majority class and logistic regression.",
  );
});

describe("the view", () => {
  test("has a table of every metric on every split and baseline", async () => {
    const drawn = await draw(Overview, traits);
    const heads = drawn.all("thead th").map((head) => head.textContent);
    expect(heads).toEqual([
      "Metric",
      "train252,582 rows",
      "test84,194 rows",
      "majority classon test",
      "logistic regressionon test",
    ]);
    const first = [...drawn.one("tbody tr").children].map((cell) => cell.textContent);
    expect(first).toEqual(["ROC AUCDeLong", "0.8330.831 to 0.835", "0.7420.738 to 0.746", "0.500", "0.701"]);
    expect(drawn.all("tbody tr")).toHaveLength(8);
  });
  test("fills in baselines and findings when they come", async () => {
    const status = { state: "running", text: "Fitting simple baselines", fraction: 0.1 };
    const shared = staticState(workbench({ status }));
    const drawn = await draw(
      Overview,
      { result: { ...overview, baselines: [] }, findings: null },
      { shared },
    );
    expect(drawn.text()).toContain("Baselinesbeing fitted");
    expect(drawn.text()).toContain("Checking for known faults");
    drawn.host.set("result", overview);
    drawn.host.set("findings", findings);
    await settle();
    expect(drawn.text()).not.toContain("being fitted");
    expect(drawn.all(".findings > li")).toHaveLength(3);
  });
  test("says when the checks were cancelled, and when none fired", async () => {
    const shared = staticState(workbench());
    const drawn = await draw(Overview, { result: overview, findings: null }, { shared });
    expect(drawn.text()).toContain("The checks did not run");
    drawn.host.set("findings", { ...findings, findings: [] });
    await settle();
    expect(drawn.text()).toContain("No check fired");
  });
  test("of a result alone shows the metrics and asks nobody for findings", async () => {
    const drawn = await draw(Overview, { result: overview, findings: null });
    expect(drawn.text()).toContain("0.742");
    expect(drawn.all("[aria-label=Findings]")).toHaveLength(0);
  });
  test("computing, it says so", async () => {
    const drawn = await draw(Overview, { result: null, findings: null });
    expect(drawn.text()).toContain("Computing the metrics");
  });
  test("leaves no listener", async () => {
    const shared = staticState(workbench());
    const drawn = await draw(Overview, traits, { shared });
    expect(drawn.host.listeners()).toBeGreaterThan(0);
    drawn.end();
    expect(drawn.host.listeners()).toBe(0);
  });
});

describe("what Python writes", () => {
  test("is drawn, and its numbers are those of scikit-learn to the digits shown", async () => {
    const drawn = await draw(Overview, fixture.traits);
    for (const [label, value] of Object.entries(fixture.expected)) {
      const row = drawn
        .all("tbody tr")
        .find((line) => line.firstElementChild?.textContent?.startsWith(label));
      const shown = row?.querySelector(".main")?.textContent ?? "";
      const decimals = shown.split(".")[1]?.length ?? 0;
      expect(decimals).toBeGreaterThan(0);
      expect(Math.abs(Number(shown) - value), label).toBeLessThanOrEqual(0.5 * 10 ** -decimals + 1e-9);
    }
  });
});
