import { expect, test } from "vitest";
import { moved } from "./keyboard";

function press(key: string, from = { row: 5, column: 2 }, modifiers: KeyboardEventInit = {}) {
  return moved(from, new KeyboardEvent("keydown", { key, ...modifiers }), 100, 8, 17);
}

test.each([
  ["ArrowUp", { row: 4, column: 2 }],
  ["ArrowDown", { row: 6, column: 2 }],
  ["ArrowLeft", { row: 5, column: 1 }],
  ["ArrowRight", { row: 5, column: 3 }],
  ["PageDown", { row: 22, column: 2 }],
  ["PageUp", { row: 0, column: 2 }],
  ["Home", { row: 5, column: 0 }],
  ["End", { row: 5, column: 7 }],
])("%s", (key, place) => {
  expect(press(key)).toEqual(place);
});

test("Ctrl goes to the corners", () => {
  expect(press("Home", undefined, { ctrlKey: true })).toEqual({ row: 0, column: 0 });
  expect(press("End", undefined, { metaKey: true })).toEqual({ row: 99, column: 7 });
});

test("the edges hold, the header is one row up from the first", () => {
  expect(press("ArrowUp", { row: 0, column: 0 })).toEqual({ row: -1, column: 0 });
  expect(press("ArrowUp", { row: -1, column: 0 })).toEqual({ row: -1, column: 0 });
  expect(press("ArrowDown", { row: 99, column: 7 })).toEqual({ row: 99, column: 7 });
  expect(press("ArrowRight", { row: 99, column: 7 })).toEqual({ row: 99, column: 7 });
});

test("other keys move nothing", () => {
  expect([press("a"), press("Enter"), press("constructor")]).toEqual([null, null, null]);
});
