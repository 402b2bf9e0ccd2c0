import { expect, test } from "vitest";
import type { Finding, FindingsResult } from "../contract/generated";
import type { ViewHost } from "../contract/host";
import { HOSTILE_NAMES, findings as result, workbench } from "../gallery/fixtures";
import { staticState } from "../host/static";
import { draw, settle } from "../testing/draw";
import { ChecksLine, FindingsList } from "./findings";

const listOf =
  (findings: readonly Finding[]) =>
  ({ host }: { host: ViewHost }) => <FindingsList host={host} findings={findings} />;

test("each finding has its severity in words, its sentence, evidence and advice", async () => {
  const drawn = await draw(listOf(result.findings), {});
  expect(drawn.all(".severity").map((mark) => mark.textContent)).toEqual(["critical", "warning", "info"]);
  expect(drawn.all("li")[0]?.textContent).toContain("falls from 0.833 on train to 0.742 on test rows");
  expect(drawn.all("li")[0]?.textContent).toContain("Try: weight decay");
  expect(drawn.all("li")[1]?.textContent).not.toContain("Try:");
});

test("a link opens the panel; there is none to the panel that is open, nor without a workbench", async () => {
  const shared = staticState(workbench({ panel: "rows" }));
  const drawn = await draw(listOf(result.findings), {}, { shared });
  const links = drawn.all("button").filter((button) => button.textContent?.startsWith("Open"));
  expect(links.map((link) => link.textContent)).toEqual(["Open Performance", "Open Performance"]);
  links[0]?.click();
  await settle();
  expect(shared.get("panel")).toBe("performance");
  const alone = await draw(listOf(result.findings), {});
  expect(alone.text()).not.toContain("Open Performance");
});

test("a finding about rows selects them and opens its panel, also when that is open", async () => {
  const query = 'origin == "EWR" and split == "test"';
  const finding = { ...(result.findings[0] as Finding), panel: "rows", query };
  for (const panel of ["overview", "rows"]) {
    const shared = staticState(workbench({ panel }));
    const drawn = await draw(listOf([finding]), {}, { shared });
    drawn.button("Open slice").click();
    await settle();
    expect(shared.get("selection")).toEqual({ kind: "query", label: query, query, n: null, token: 1 });
    expect(shared.get("panel")).toBe("rows");
  }
});

test("a finding about rows that no query tells selects them by their positions", async () => {
  const finding = { ...(result.findings[0] as Finding), panel: "rows", rows: [7, 2, 40] };
  const shared = staticState(workbench({ panel: "rows" }));
  const drawn = await draw(listOf([finding]), {}, { shared });
  drawn.button("Open the 3 rows").click();
  await settle();
  const { title: label, rows } = finding;
  expect(shared.get("selection")).toEqual({ kind: "rows", label, rows, n: 3, token: 1 });
  expect(shared.get("panel")).toBe("rows");
});

test("a finding about a feature opens What-if there", async () => {
  const finding = { ...(result.findings[1] as Finding), panel: "whatif", feature: 3 };
  const shared = staticState(workbench());
  const drawn = await draw(listOf([finding]), {}, { shared });
  drawn.button("Open What-if").click();
  await settle();
  expect([shared.get("feature"), shared.get("panel")]).toEqual([3, "whatif"]);
});

test("hostile names show as text", async () => {
  const hostile = HOSTILE_NAMES.map((name, index) => ({
    ...(result.findings[0] as Finding),
    code: `MLD${index}`,
    title: `${name} alone predicts the target`,
  }));
  const drawn = await draw(listOf(hostile), {});
  expect(drawn.all("b").map((title) => title.textContent)).toEqual(hostile.map(({ title }) => title));
  expect(drawn.all("img")).toHaveLength(0);
});

test("passed checks and those that could not tell are counted and named", async () => {
  const drawn = await draw(() => <ChecksLine result={result as FindingsResult} />, {});
  expect(drawn.all("summary").map((summary) => summary.textContent)).toEqual([
    "4 checks passed",
    "1 could not tell",
  ]);
  expect(drawn.text()).toContain("drift: no reference data was given");
});
