/** The Attributions panel in its states: what Python wrote, and a made-up model with many columns. */
import type {
  AttributionSettings,
  AttributionsSummary,
  FeatureAttributions,
  PartStatus,
  RowAttributions,
} from "../contract/attributions";
import type { TrustLine } from "../contract/generated";
import type { NDArray } from "../contract/values";
import { ALL_ROWS, type Selection } from "../contract/workbench";
import fixture from "../views/attributions/fixture.json";
import { f8, HOSTILE_NAMES, i4 } from "./fixtures";

export const { live, report, alone, one } = fixture;
export const idle: PartStatus = { state: "idle", text: "", fraction: null, error: null };
export const settings = live.settings as AttributionSettings;
/** The arrays are base64 text there, as in a file. */
export const result = live.result as unknown as AttributionsSummary;

export const oldest: Selection = {
  kind: "query",
  label: "age > 70",
  query: "age > 70",
  n: live.compared.n_all,
  token: 1,
};

export function shared(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { selection: ALL_ROWS, row: null, panel: "attributions", panels: [], ...changes };
}

const PARTS = ["row", "all", "compared", "trust"] as const;

/** Every part idle but these. */
export function statuses(changes: Partial<Record<(typeof PARTS)[number], PartStatus>>) {
  return { ...Object.fromEntries(PARTS.map((part) => [part, idle])), ...changes };
}

const MANY = 34;
const ROWS = 1_200;

/** Repeatable noise. */
function noise(index: number): number {
  const wave = Math.sin(index * 12.9898 + 78.233) * 43758.5453;
  return wave - Math.floor(wave);
}

function numbers(count: number, at: (index: number) => number, shape = [count]): NDArray {
  return { ...f8(Array.from({ length: count }, (_, index) => at(index))), shape };
}

function madeUpFeature(column: number): FeatureAttributions {
  const size = 0.4 / (1 + column);
  return {
    position: column,
    name: HOSTILE_NAMES[column - 2] ?? `a_rather_long_column_name_${column}_in_milliseconds`,
    kind: column === 1 ? "categorical" : "numeric",
    mean_abs: size,
    mean: size / 4,
    whole: column !== 0,
    origin: 0,
    labels: column === 1 ? ["EWR", "JFK", "LGA", "<b>other</b>", "missing"] : [],
    curve: {
      x: f8(column === 1 ? [0, 1, 2, 3, 4] : [100, 400, 900, 1600, 2500]),
      mean: f8([-size, -size / 2, 0, size / 2, size]),
      count: i4([240, 240, 240, 240, 240]),
      n_missing: column === 2 ? 31 : 0,
      missing_mean: column === 2 ? -0.02 : null,
    },
  };
}

/** Thirty columns drawn of `MANY` + 200, with names that do not fit. */
export const many: AttributionsSummary = {
  ...result,
  method_reason: "gradients reach what this torch model reads",
  n: 336_776,
  n_rows: 20_000,
  sampled: true,
  notes: [],
  features: Array.from({ length: MANY }, (_, column) => madeUpFeature(column)),
  n_others: 200,
  others_mean_abs: 0.05,
  dots: {
    rows: numbers(ROWS, (index) => index * 7),
    values: numbers(
      ROWS * MANY,
      (index) => ((noise(index) + noise(index + 7) - 1) * 1.6) / (1 + (index % MANY)),
      [ROWS, MANY],
    ),
    levels: {
      dtype: "u1",
      shape: [ROWS, MANY],
      data: Uint8Array.from({ length: ROWS * MANY }, (_, index) =>
        index % MANY === 1 ? 255 : Math.floor(254 * ((noise(index) + noise(index + 7)) / 2)),
      ).buffer,
    },
    x: numbers(
      ROWS * MANY,
      (index) => (index % MANY === 1 ? index % 5 : 2500 * ((noise(index) + noise(index + 7)) / 2)),
      [ROWS, MANY],
    ),
    outputs: numbers(ROWS, noise),
    baseline_outputs: numbers(ROWS, () => 0.3),
    deltas: numbers(ROWS, () => 0),
    targets: i4(new Array(ROWS).fill(1)),
    rounded: { dtype: "u1", shape: [ROWS], data: new Uint8Array(ROWS).buffer },
  },
};

const madeUpStep = (index: number) => (index % 3 === 1 ? -0.24 : 0.4) / (1 + index);

/** A row of as many columns. */
export const manySteps: RowAttributions = {
  ...(fixture.live.local as unknown as RowAttributions),
  unit: "score before softmax",
  baseline_output: 0.3,
  output: 0.302 + many.features.reduce((sum, _, index) => sum + madeUpStep(index), 0),
  delta: -0.002,
  steps: many.features.map(({ position, name }, index) => ({
    position,
    name,
    cell: index === 1 ? "JFK" : String(100 * index),
    baseline: "",
    value: madeUpStep(index),
  })),
  n_others: 0,
  others: 0,
};

export const lines: TrustLine[] = [
  ["convergence_delta", "Convergence delta", "12%", "bad", "does not hold"],
  ["infidelity", "Infidelity", "0.011", "good", "low"],
  ["max_sensitivity", "Max sensitivity", "", "not checked", "takes 40 s here"],
  ["randomisation", "Randomised weights", "", "not applicable", "the model has no weights to randomise"],
].map(
  ([name, label, text, verdict, words]) =>
    ({ name, label, value: null, text, verdict, words, meaning: "", detail: "" }) as unknown as TrustLine,
);
