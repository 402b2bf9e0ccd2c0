import { expect, test } from "vitest";
import { findings } from "../../gallery/fixtures";
import { draw, settle } from "../../testing/draw";
import fixture from "./fixture.json";
import { Findings } from "./view";

test("counts by severity, lists worst first, and ends with the checks that passed", async () => {
  const drawn = await draw(Findings, { result: findings });
  expect(drawn.one(".lead").textContent).toBe(
    "8 results of the checks, worst first: 1 critical, 1 warning, 1 info.",
  );
  expect(drawn.all(".findings > li")).toHaveLength(3);
  expect(drawn.text()).toContain("4 checks passed");
  drawn.end();
  expect(drawn.host.listeners()).toBe(0);
});

test("nothing found and nothing checked are said, not shown as an empty list", async () => {
  const drawn = await draw(Findings, { result: { ...findings, findings: [] } });
  expect(drawn.text()).toContain("No check fired");
  drawn.host.set("result", null);
  await settle();
  expect(drawn.text()).toContain("No findings yet");
});

test("what Python writes is drawn in its order, with names as text", async () => {
  const { findings: written, outcomes } = fixture.traits.result;
  const drawn = await draw(Findings, fixture.traits);
  expect(written.length).toBeGreaterThan(0);
  expect(drawn.all(".findings b").map((title) => title.textContent)).toEqual(
    written.map(({ title }) => title),
  );
  expect(drawn.all(".checks li")).toHaveLength(outcomes.length);
});
