/** Columns that conditions are made of. */
import type { BuilderColumn } from "../contract/slices";
import { i4 } from "./fixtures";

/** Counts of a bell, with some unevenness. */
export function bell(bins: number, peak: number, width = 0.18): number[] {
  return Array.from({ length: bins }, (_, bin) =>
    Math.round(6000 * Math.exp(-(((bin / bins - peak) / width) ** 2)) + 40 * ((bin * 7) % 5)),
  );
}

function category(label: string, count: number) {
  return { label, query_literal: JSON.stringify(label), count };
}

const none = { low: null, high: null, counts: null, missing: 0 };
export const CARRIERS = [
  "UA",
  "B6",
  "EV",
  "DL",
  "AA",
  "MQ",
  "US",
  "9E",
  "WN",
  "VX",
  "FL",
  "AS",
  "F9",
  "YV",
  "HA",
  "OO",
];

export const columns: readonly BuilderColumn[] = [
  {
    name: "sched_dep_time",
    query_name: "sched_dep_time",
    kind: "numeric",
    integer: true,
    values: [],
    low: 106,
    high: 2359,
    counts: i4(bell(30, 0.6)),
    missing: 0,
  },
  {
    name: "carrier",
    query_name: "carrier",
    kind: "categorical",
    values: CARRIERS.map((name, index) => category(name, Math.round(58_665 / (1 + index / 2)))),
    ...none,
  },
  {
    name: "origin",
    query_name: "origin",
    kind: "categorical",
    values: [category("EWR", 30_214), category("JFK", 27_807), category("LGA", 26_173)],
    ...none,
  },
  {
    name: "distance",
    query_name: "distance",
    kind: "numeric",
    integer: true,
    values: [],
    low: 94,
    high: 4983,
    counts: i4(bell(30, 0.15, 0.12)),
    missing: 0,
  },
  {
    name: "month",
    query_name: "month",
    kind: "numeric",
    integer: true,
    values: Array.from({ length: 12 }, (_, index) => ({
      label: String(index + 1),
      query_literal: String(index + 1),
      count: 7000 + 100 * ((index * 5) % 7),
    })),
    low: 1,
    high: 12,
    counts: i4(bell(12, 0.5, 0.8)),
    missing: 0,
  },
  {
    name: "wind gust",
    query_name: "`wind gust`",
    kind: "numeric",
    values: [],
    low: 11.5,
    high: 66.8,
    counts: i4(bell(30, 0.25)),
    missing: 51_402,
  },
  {
    name: "scheduled",
    query_name: "scheduled",
    kind: "datetime",
    values: [],
    low: Date.UTC(2013, 0, 1),
    high: Date.UTC(2013, 11, 31),
    counts: i4(bell(30, 0.5, 2)),
    missing: 0,
  },
  { name: "remark", query_name: "remark", kind: "text", values: [], ...none, missing: 60_112 },
  {
    name: "international",
    query_name: "international",
    kind: "boolean",
    values: [
      { label: "False", query_literal: "False", count: 71_000 },
      { label: "True", query_literal: "True", count: 13_194 },
    ],
    ...none,
  },
];
