import { describe, expect, test } from "vitest";
import type { Feature, WhatifResult } from "../../contract/generated";
import { values as arrayValues } from "../../contract/values";
import { type CurveDrawing, outputOn, placeOn } from "./curve";
import fixture from "./fixture.json";
import {
  currentValue,
  differences,
  editsTowards,
  fieldNumber,
  formatValue,
  hasCurve,
  isOrdered,
  originalValue,
  parseDate,
  parseNumber,
  pythonCode,
  type Scalar,
  sliderValue,
  withEdit,
} from "./values";

const features = fixture.live.features as unknown as Feature[];
const result = fixture.live.result as unknown as WhatifResult;
const [age, income, member, city, joined, note] = features as [
  Feature,
  Feature,
  Feature,
  Feature,
  Feature,
  Feature,
];

describe("edits", () => {
  test("of the original value are none", () => {
    const edits = withEdit(result, { "0": 30 }, age, originalValue(result, age));
    expect(edits).toEqual({});
  });
  test("of missing are kept apart from no edit", () => {
    const edits = withEdit(result, {}, city, null);
    expect(edits).toEqual({ "3": null });
    expect(currentValue(result, edits, city)).toBeNull();
  });
  test("towards a row are exactly its differences", () => {
    const edits = editsTowards(result, features, fixture.nearest.values as Scalar[]);
    expect(edits).toEqual({ "0": 22, "4": 1588809600000, "5": "note 349" });
    expect(differences(result, edits, features, fixture.nearest.values as Scalar[])).toEqual([]);
  });
});

describe("a slider's position", () => {
  const fine = { ...age, integer: false, low: 5, high: 23.9 };
  test("becomes a value with the digits of a step", () => {
    expect(sliderValue(fine, 12.345678, 9)).toBe(12.35);
  });
  test("near the original is the original, digit for digit", () => {
    expect(sliderValue(fine, 12.36, 12.345678)).toBe(12.345678);
  });
  test("of whole numbers is whole", () => {
    expect(sliderValue(age, 44.6, 82)).toBe(45);
  });
  test("of dates has no milliseconds", () => {
    expect(sliderValue(joined, 1_600_000_000_123, null) % 60_000).toBe(0);
  });
});

test.each([
  ["1,234.5", 1234.5],
  ["−3", -3],
  ["1e3", 1000],
  ["", null],
  ["abc", null],
  ["Infinity", null],
])("%s typed as a number is %s", (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test.each([
  ["2013-07-04", Date.UTC(2013, 6, 4)],
  ["2013-07-04 18:30", Date.UTC(2013, 6, 4, 18, 30)],
  [" 2013-07-04T18:30:05 ", Date.UTC(2013, 6, 4, 18, 30, 5)],
  ["2013-13-04", null],
  ["4.7.2013", null],
  ["", null],
])("%s typed as a date is %s", (text, value) => {
  expect(parseDate(text)).toBe(value);
});

test("a number is shown with the digits that fit, whole numbers with all", () => {
  expect([1.23456789, 1_234_567, -0.1, 1e-7].map(fieldNumber)).toEqual([
    "1.23457",
    "1234567",
    "-0.1",
    "1e-7",
  ]);
});

test("every kind of value has its words", () => {
  const texts = [
    [age, 82],
    [income, null],
    [member, true],
    [city, "Lima"],
    [joined, Date.UTC(2020, 6, 30, 8, 5)],
  ] as const;
  expect(texts.map(([feature, value]) => formatValue(feature, value))).toEqual([
    "82",
    "missing",
    "yes",
    "Lima",
    "2020-07-30 08:05",
  ]);
});

test("what has a range slides, and what has values has a curve", () => {
  expect(features.map(isOrdered)).toEqual([true, true, false, false, true, false]);
  expect(features.map(hasCurve)).toEqual([true, true, true, true, true, false]);
  expect(isOrdered({ ...age, high: age.low })).toBe(false);
  expect(hasCurve({ ...note, kind: "numeric", low: null })).toBe(false);
});

describe("the code", () => {
  test("asks the same question in Python", () => {
    expect(pythonCode(result, { "0": 71.5, "1": null, "2": false, "3": "Ro'me" }, features)).toBe(
      [
        "# probability of target = yes; edits by column position",
        "workbench.evaluation.predict_edited(3, {",
        '    0: 71.5,  # "age", was 82',
        '    1: None,  # "income", was None',
        '    2: False,  # "member", was True',
        `    3: "Ro'me",  # "<img src=x onerror=alert(1)>", was "Lima"`,
        "})",
        "",
      ].join("\n"),
    );
  });
  test("cannot be left by a name", () => {
    const named = [{ ...age, name: "a\nimport os" }];
    const code = pythonCode({ ...result, output_label: "x\nimport os" }, { "0": 1 }, named);
    expect(code.split("\n").filter((line) => line.startsWith("import"))).toEqual([]);
  });
});

describe("a curve", () => {
  const line = fixture.curves["0"] as unknown as CurveDrawing;
  const bars = fixture.curves["3"] as unknown as CurveDrawing;
  const grid = arrayValues(line.curve.grid);
  const outputs = arrayValues(line.curve.ice_lines);
  test("gives the model's own answer at its points", () => {
    for (const point of [0, 7, grid.length - 1]) {
      expect(outputOn(line.curve, grid[point]!)).toBeCloseTo(outputs[point]!, 7);
    }
  });
  test("is linear between them and says nothing outside", () => {
    const middle = (grid[3]! + grid[4]!) / 2;
    expect(outputOn(line.curve, middle)).toBeCloseTo((outputs[3]! + outputs[4]!) / 2, 7);
    expect(outputOn(line.curve, grid[0]! - 1)).toBeNull();
    expect(outputOn(line.curve, null)).toBeNull();
  });
  test("of categories knows its labels and no others", () => {
    expect(placeOn(bars.curve, "Rome")).toBe(bars.curve.labels.indexOf("Rome"));
    expect(outputOn(bars.curve, "Paris")).toBeNull();
    expect(placeOn({ ...bars.curve, labels: ["False", "True", null] }, true)).toBe(1);
    expect(placeOn({ ...bars.curve, labels: ["False", "True", null] }, null)).toBe(2);
  });
});
