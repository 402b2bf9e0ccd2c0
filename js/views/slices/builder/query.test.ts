import { describe, expect, test } from "vitest";
import { columns } from "../../../gallery/slices_fixtures";
import { suggestionsAt } from "./completion";
import { type Condition, conditionQuery, newCondition, operatorsOf, queryOf } from "./conditions";
import { parseQuery } from "./parse";
import { boundText, readBound, snapped, stepOf } from "./range_steps";
import { quoted, tokensOf, unquoted } from "./tokens";

const columnOf = (name: string) => {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) throw new Error(`No column ${name}`);
  return found;
};
const condition = (name: string, changes: Partial<Condition>): Condition => ({
  ...newCondition(columnOf(name)),
  ...changes,
});
const CLOSED = { lowOpen: false, highOpen: false };

describe("conditions", () => {
  test.each<[string, string, Partial<Condition>]>([
    ['carrier == "EV"', "carrier", { values: ['"EV"'] }],
    ['carrier in ["EV", "MQ"]', "carrier", { values: ['"EV"', '"MQ"'] }],
    ['not (carrier == "EV")', "carrier", { values: ['"EV"'], negated: true }],
    ["", "carrier", { values: [] }],
    ["94.5 <= distance <= 800", "distance", { range: { low: 94.5, high: 800, ...CLOSED } }],
    ["distance > 94", "distance", { range: { low: 94, high: null, lowOpen: true, highOpen: false } }],
    ["", "distance", { range: { low: null, high: null, ...CLOSED } }],
    ["`wind gust`.isna()", "wind gust", { operator: "missing" }],
    [
      'scheduled >= "2013-06-01" and scheduled <= "2013-06-01 12:30"',
      "scheduled",
      { range: { low: Date.UTC(2013, 5, 1), high: Date.UTC(2013, 5, 1, 12, 30), ...CLOSED } },
    ],
    ['remark.str.contains("a \\"b\\"", regex=False, na=False)', "remark", { text: 'a "b"' }],
    ["international == True", "international", { values: ["True"] }],
  ])("%s", (query, name, changes) => {
    expect(conditionQuery(condition(name, changes), columns)).toBe(query);
  });
  test("are joined by and within a group, groups by or", () => {
    const ev = condition("carrier", { values: ['"EV"'] });
    const far = condition("distance", { range: { low: 800, high: null, ...CLOSED } });
    const empty = condition("origin", {});
    expect(queryOf([[ev, far]], columns)).toBe('carrier == "EV" and distance >= 800');
    expect(queryOf([[ev, far, empty], [far], [empty]], columns)).toBe(
      '(carrier == "EV" and distance >= 800) or distance >= 800',
    );
  });
  test("what can be asked follows the column", () => {
    expect(operatorsOf(columnOf("wind gust"))).toEqual(["range", "missing"]);
    expect(operatorsOf(columnOf("month"))).toEqual(["range", "values"]);
    expect(operatorsOf(columnOf("remark"))).toEqual(["contains", "missing"]);
  });
});

describe("reading queries back", () => {
  test.each([
    'carrier == "EV"',
    'carrier in ["EV", "MQ"] and 94.5 <= distance <= 800',
    "500 < distance < 800",
    "distance > -3.5e-7",
    "not (distance <= 800)",
    'scheduled >= "2013-06-01" and scheduled <= "2013-06-01 12:30"',
    'not (`wind gust`.isna()) and month == 3 and remark.str.contains("it\'s (not) \\"a and b\\"", regex=False, na=False)',
    '(carrier == "EV" and distance >= 800) or origin == "JFK"',
    '(carrier == "EV" and distance >= 800) or (origin == "JFK" and not (month in [1, 2]))',
  ])("%s", (query) => {
    const groups = parseQuery(query, columns);
    expect(groups && queryOf(groups, columns)).toBe(query);
  });
  test("other ways to say it come out in one way", () => {
    const read = (query: string) => queryOf(parseQuery(query, columns) ?? [], columns);
    expect(read("origin != 'JFK' & ~distance>800")).toBe("not (origin == 'JFK') and not (distance > 800)");
    expect(read("`wind gust`.notna()")).toBe("not (`wind gust`.isna())");
  });
  test.each([
    "",
    "carrier ==",
    "unknown == 3",
    "distance < month",
    "distance * 2 > 3",
    "-distance > 3",
    "distance > 3 +",
    "carrier.str.len() > 3",
    "(distance > 3 or month == 1) and month == 2",
    'carrier == "EV" and',
    "3 <= month <= ",
  ])("what conditions cannot say stays text: %s", (query) => {
    expect(parseQuery(query, columns)).toBeNull();
  });
  test("texts survive quoting", () => {
    for (const text of ["", 'a "b"', "it's", "tab\t", "back\\slash", "ü"]) {
      expect(unquoted(quoted(text))).toBe(text);
      expect(tokensOf(`x == ${quoted(text)}`).map(({ kind }) => kind)).toEqual(["name", "operator", "text"]);
    }
  });
});

describe("completing", () => {
  const offered = (query: string, caret = query.length) =>
    suggestionsAt(query, caret, columns).map(({ label }) => label);
  /** The query after the first suggestion is taken. */
  const taken = (query: string, caret = query.length) => {
    const [first] = suggestionsAt(query, caret, columns);
    return first && query.slice(0, first.start) + first.text + query.slice(first.end);
  };
  test("begins with columns, and again after and, or, not and brackets", () => {
    for (const query of ["", "distance < 3 and ", "not ", "(", "distance < 3 or ("]) {
      expect(offered(query)[0]).toBe("sched_dep_time");
    }
  });
  test("narrows to what is typed, beginnings first", () => {
    expect(offered("ca")).toEqual(["carrier"]);
    expect(offered("distance < 3 and o")).toEqual(["origin", "month", "international"]);
    expect(taken("wi")).toBe("`wind gust` ");
    expect(taken("`win")).toBe("`wind gust` ");
  });
  test("a column is followed by what can be asked of it", () => {
    expect(offered("carrier ")).toEqual(["==", "!=", "in [...]", '.str.contains("")']);
    expect(offered("`wind gust` ")).toEqual([">=", "<=", ">", "<", ".isna()", ".notna()"]);
    expect(taken("carrier")).toBe("carrier == ");
    const method = suggestionsAt("remark ", 7, columns).find(({ label }) => label === ".isna()");
    expect([method?.start, method?.text]).toEqual([6, ".isna() "]);
  });
  test("a comparison is followed by the column's values with their counts", () => {
    const [first] = suggestionsAt("carrier == ", 11, columns);
    expect([first?.label, first?.text, first?.hint]).toEqual(["UA", '"UA"', "58,665"]);
    expect(offered('carrier in ["EV", "')).toContain("MQ");
    expect(taken('carrier == "M')).toBe('carrier == "MQ"');
    expect(offered("distance < ")).toEqual(["94", "4983"]);
  });
  test("a value is followed by what joins, a list by its end", () => {
    expect(offered('carrier == "EV" ')).toEqual(["and", "or"]);
    expect(offered('carrier in ["EV"')).toEqual([",", "]"]);
    expect(taken('carrier == "EV"')).toBe('carrier == "EV" and ');
  });
  test("in the middle only the part at the caret is replaced", () => {
    expect(taken('ca == "EV"', 2)).toBe('carrier == "EV"');
  });
  test("says nothing inside a text or where it knows no column", () => {
    expect(offered('remark.str.contains("ab')).toEqual([]);
    expect(offered("unknown == ")).toEqual([]);
  });
});

describe("bounds", () => {
  test("are round and fine enough", () => {
    expect(stepOf(columnOf("distance"))).toBe(50);
    expect(stepOf({ ...columnOf("distance"), low: 0, high: 12 })).toBe(1);
    expect(stepOf(columnOf("wind gust"))).toBeCloseTo(0.5, 9);
    expect(stepOf(columnOf("scheduled"))).toBe(7 * 86_400_000);
    expect(snapped(0.30000000000000004, 0.1)).toBe(0.3);
    expect(snapped(1234, 50)).toBe(1250);
  });
  test("read as they are written", () => {
    for (const name of ["distance", "scheduled", "wind gust"]) {
      const column = columnOf(name);
      expect(readBound(boundText(column.high, column), column)).toBe(column.high);
    }
    expect(readBound(" ", columnOf("distance"))).toBeNull();
    expect(readBound("far", columnOf("distance"))).toBeNaN();
  });
});
