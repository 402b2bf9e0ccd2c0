import { expect, test } from "vitest";
import { distinctNames } from "./names";

const quarter = (at: number) => `average_number_of_transactions_in_quarter_${at}_per_customer`;

test("names that differ inside are shortened to where they differ", () => {
  const names = [quarter(3), quarter(31), quarter(12), "age"];
  expect(names.map(distinctNames(names))).toEqual(["…quarter_3…", "…quarter_31…", "…quarter_12…", "age"]);
});

test("shortened names stay different", () => {
  const names = Array.from({ length: 40 }, (_, at) => quarter(at));
  expect(new Set(names.map(distinctNames(names))).size).toBe(40);
  const odd = ["a".repeat(30), "a".repeat(31), `${"a".repeat(30)}b${"a".repeat(30)}`];
  expect(new Set(odd.map(distinctNames(odd))).size).toBe(3);
});

test("a long name of its own is left whole, and what is empty is said", () => {
  const names = [quarter(3), ""];
  expect(names.map(distinctNames(names))).toEqual([quarter(3), "(no name)"]);
});
