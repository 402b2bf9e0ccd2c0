import { expect, test } from "vitest";
import { findings } from "../../gallery/fixtures";
import { draw, settle } from "../../testing/draw";
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
