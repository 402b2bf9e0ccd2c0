import { describe, expect, test } from "vitest";
import {
  columnName,
  formatCount,
  formatDate,
  formatFixed,
  formatInterval,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatSigned,
  knownDecimals,
  plural,
  valueName,
} from "./format";

test.each([
  [0, "0"],
  [336_776, "336,776"],
  [-25, "−25"],
  [0.123456, "0.1235"],
  [1234.5678, "1,235"],
  [57.92, "57.92"],
  [0.00001234, "1.23e-5"],
  [3.2e12 + 0.5, "3.20e+12"],
  [Number.NaN, "–"],
  [Number.POSITIVE_INFINITY, "∞"],
  [Number.NEGATIVE_INFINITY, "−∞"],
  [null, "–"],
])("formatNumber(%s)", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [0.0912, 3, "+0.091"],
  [-0.0912, 3, "−0.091"],
  [0.0001, 3, "0.000"],
  [-0.0001, 3, "0.000"],
  [0, 2, "0.00"],
  [1234.5, 1, "+1,234.5"],
  [null, 2, "–"],
])("formatSigned(%s, %s)", (value, decimals, text) => {
  expect(formatSigned(value, decimals)).toBe(text);
});

test.each([
  [0.738, 0.746, 3],
  [0.4, 0.42, 2],
  [0.7419, 0.7421, 4],
  [10, 34, 0],
  [0.2, 1.2, 1],
  [null, null, 3],
  [0.5, 0.5, 3],
])("the interval %s to %s is known to %s decimals", (low, high, decimals) => {
  expect(knownDecimals(low, high)).toBe(decimals);
});

describe("the others", () => {
  test("names of columns are one line that can be seen", () => {
    expect(["", " ", "no"].map(valueName)).toEqual(["(blank)", "(blank)", "no"]);
    expect(["a\nb", "a\r\n\tb", " ", "a  b"].map(columnName)).toEqual(["a b", "a b", "(no name)", "a  b"]);
  });
  test("counts and plurals", () => {
    expect([formatCount(1_000_000), plural(1, "row"), plural(2, "row")]).toEqual([
      "1,000,000",
      "1 row",
      "2 rows",
    ]);
  });
  test("fixed, interval, share", () => {
    expect(formatFixed(0.5, 3)).toBe("0.500");
    expect(formatInterval(0.1, -0.2, 1)).toBe("0.1 to −0.2");
    expect(formatInterval(null, 1, 1)).toBe("");
    expect([formatPercent(0.41), formatPercent(0.004), formatPercent(0), formatPercent(null)]).toEqual([
      "41%",
      "0.4%",
      "0%",
      "–",
    ]);
  });
  test("seconds and dates", () => {
    expect([formatSeconds(0.083), formatSeconds(3.14), formatSeconds(125)]).toEqual([
      "0.08 s",
      "3.1 s",
      "2 min 5 s",
    ]);
    expect(formatDate(Date.UTC(2013, 0, 2))).toBe("2013-01-02");
    expect(formatDate(Date.UTC(2013, 0, 2, 20, 27))).toBe("2013-01-02 20:27");
    expect(formatDate(Date.UTC(2013, 0, 2, 20, 27, 5))).toBe("2013-01-02 20:27:05");
    expect([formatDate(null), formatDate(Number.NaN), formatDate(9e15)]).toEqual(["–", "–", "–"]);
  });
});
