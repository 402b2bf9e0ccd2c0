import { render } from "preact";
import { expect, test } from "vitest";
import { memo } from "./memo";

test("is drawn again only for other properties", () => {
  const drawn: string[] = [];
  const Name = memo(({ name, place }: { name: string; place: number }) => {
    drawn.push(name);
    return <b>{`${name} ${place}`}</b>;
  });
  const root = document.createElement("div");
  for (const [name, place] of [
    ["a", 1],
    ["a", 1],
    ["a", Number.NaN],
    ["a", Number.NaN],
    ["b", 2],
  ] as const) {
    render(<Name name={name} place={place} />, root);
  }
  expect(drawn).toEqual(["a", "a", "b"]);
  expect(root.textContent).toBe("b 2");
});
