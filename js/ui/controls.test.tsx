import { expect, test, vi } from "vitest";
import { draw, settle } from "../testing/draw";
import { CopyButton, Segmented } from "./controls";

test("a segmented control is a radio group that arrows move through", async () => {
  const onChange = vi.fn();
  const choices = [
    { value: "train", label: "train" },
    { value: "test", label: "<b>test</b>" },
  ] as const;
  const drawn = await draw(
    () => <Segmented label="Split" choices={choices} value="test" onChange={onChange} />,
    {},
  );
  const group = drawn.one("[role=radiogroup]");
  expect(
    drawn
      .all("[role=radio]")
      .map((radio) => [
        radio.textContent,
        radio.ariaChecked ?? radio.getAttribute("aria-checked"),
        radio.tabIndex,
      ]),
  ).toEqual([
    ["train", "false", -1],
    ["<b>test</b>", "true", 0],
  ]);
  group.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  group.dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true }));
  expect(onChange.mock.calls).toEqual([["train"]]);
});

test("copying says so, and says when it may not", async () => {
  const drawn = await draw(() => <CopyButton text="mld.findings(ev)">Copy as code</CopyButton>, {});
  const writeText = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  drawn.one("button").click();
  await settle();
  expect([drawn.text(), writeText.mock.calls]).toEqual(["Copied", [["mld.findings(ev)"]]]);
  vi.stubGlobal("navigator", {});
  drawn.one("button").click();
  await settle();
  expect(drawn.text()).toBe("Copying is not allowed here");
  vi.unstubAllGlobals();
});
