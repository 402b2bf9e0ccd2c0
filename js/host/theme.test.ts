import { afterEach, expect, test } from "vitest";
import { settle } from "../testing/draw";
import { followTheme, isDark } from "./theme";

afterEach(() => {
  for (const name of [...document.body.getAttributeNames()]) document.body.removeAttribute(name);
});

test.each([
  ["data-jp-theme-light", "false", true],
  ["data-jp-theme-light", "true", false],
  ["data-vscode-theme-kind", "vscode-dark", true],
  ["data-vscode-theme-kind", "vscode-light", false],
  ["style", "color: rgb(230, 233, 236)", true],
  ["style", "color: rgb(31, 35, 40)", false],
])("%s=%s", (name, value, dark) => {
  document.body.setAttribute(name, value);
  expect(isDark()).toBe(dark);
});

test("an element follows the page until told to stop", async () => {
  const element = document.createElement("div");
  document.body.setAttribute("data-jp-theme-light", "true");
  const end = followTheme(element);
  expect(element.getAttribute("data-mld-theme")).toBe("light");
  document.body.setAttribute("data-jp-theme-light", "false");
  await settle();
  expect(element.getAttribute("data-mld-theme")).toBe("dark");
  end();
  document.body.setAttribute("data-jp-theme-light", "true");
  await settle();
  expect(element.getAttribute("data-mld-theme")).toBe("dark");
});
