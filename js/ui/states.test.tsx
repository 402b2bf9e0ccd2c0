import { expect, test, vi } from "vitest";
import type { ViewHost } from "../contract/host";
import { frontEndError } from "../host/channel";
import { staticState } from "../host/static";
import { draw, settle } from "../testing/draw";
import { GONE_TEXT, Progress, ViewFrame } from "./states";

const FAILED = frontEndError("MLD-M07", "model", "<img src=x onerror=alert(1)>", "Pass preprocess=.");

function Body({ host }: { host: ViewHost }) {
  return <ViewFrame host={host}>fine</ViewFrame>;
}

test("the kernel's failure stands in place of the view, as text, with its fix", async () => {
  const drawn = await draw(Body, {});
  expect(drawn.text()).toBe("fine");
  drawn.host.set("failed", FAILED);
  await settle();
  expect(drawn.one("[role=alert]").textContent).toContain(
    "MLD-M07 model<img src=x onerror=alert(1)>Try: Pass",
  );
  expect(drawn.all("img")).toHaveLength(0);
});

test("a view that breaks says so instead of vanishing", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  function Broken(): never {
    throw new Error("no such field");
  }
  const drawn = await draw(
    ({ host }) => (
      <ViewFrame host={host}>
        <Broken />
      </ViewFrame>
    ),
    {},
  );
  expect(drawn.text()).toContain("no such field");
  expect(drawn.button("Try again")).toBeDefined();
});

test("a view alone says that the kernel has gone; inside a workbench the shell does", async () => {
  const alone = await draw(Body, {}, { connection: "gone" });
  const inside = await draw(Body, {}, { connection: "gone", shared: staticState({}) });
  expect([alone.text(), inside.text()]).toEqual([`${GONE_TEXT}fine`, "fine"]);
});

test("progress is a progress bar with a name, how far it is when that is known, and a way to stop it", async () => {
  const cancel = vi.fn();
  const known = await draw(() => <Progress text="Fitting" fraction={0.42} onCancel={cancel} />, {});
  const bar = known.one("[role=progressbar]");
  expect([bar.getAttribute("aria-label"), bar.getAttribute("aria-valuenow")]).toEqual(["Fitting", "42"]);
  expect(known.text()).toContain("Fitting 42%");
  known.button("Cancel").click();
  expect(cancel).toHaveBeenCalledOnce();
  const unknown = await draw(() => <Progress text="Fitting" fraction={null} />, {});
  expect(unknown.one("[role=progressbar]").hasAttribute("aria-valuenow")).toBe(false);
});
