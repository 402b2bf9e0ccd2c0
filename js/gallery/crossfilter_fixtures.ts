/** Strips over rows that are made up here, and a kernel that counts them plainly: for the gallery and for tests. */
import type {
  BrushCube,
  BrushedBins,
  CrossfilterResult,
  Dimension,
  SelectedBins,
} from "../contract/generated";
import type { NDArray } from "../contract/values";
import type { Answers } from "../host/static";

/** Numbers that look random and never change. */
function noise(row: number, salt: number): number {
  const x = Math.sin(row * 12.9898 + salt * 78.233) * 43758.5453;
  return x - Math.floor(x);
}

interface Column {
  name: string;
  role: Dimension["role"];
  kind: Dimension["kind"];
  labels: readonly string[];
  starts: readonly string[];
  ends: readonly string[];
  hasMissing: boolean;
  codes: Uint8Array;
}

export interface Rows {
  columns: readonly Column[];
  errors: Uint8Array;
}

function array(dtype: "i4" | "f4" | "u1", numbers: readonly number[], shape = [numbers.length]): NDArray {
  const makers = { i4: Int32Array, f4: Float32Array, u1: Uint8Array };
  return { dtype, shape, data: makers[dtype].from(numbers).buffer };
}

type Shape = (row: number, salt: number) => number;
const bell: Shape = (row, salt) => (noise(row, salt) + noise(row, salt + 0.3) + noise(row, salt + 0.6)) / 3;
const falling: Shape = (row, salt) => noise(row, salt) ** 3;
const even: Shape = (row, salt) => noise(row, salt);

function ordered(name: string, n: number, shape: Shape, size: number, low: number, step: number): Column {
  const salt = name.length + low;
  const starts = Array.from({ length: size }, (_, bin) => `${low + bin * step}`);
  const ends = Array.from({ length: size }, (_, bin) => `${low + (bin + 1) * step}`);
  const missing = step > 10 ? 0.06 : 0;
  const codes = Uint8Array.from({ length: n }, (_, row) =>
    noise(row, salt + 5) < missing ? size : Math.min(size - 1, Math.floor(shape(row, salt) * size)),
  );
  const labels = starts.map((start, bin) => (step === 1 ? start : `${start} to ${ends[bin]}`));
  return {
    name,
    role: "feature",
    kind: "numeric",
    labels: missing > 0 ? [...labels, "missing"] : labels,
    starts: step === 1 ? [] : starts,
    ends: step === 1 ? [] : ends,
    hasMissing: missing > 0,
    codes,
  };
}

function listed(
  name: string,
  n: number,
  labels: readonly string[],
  role: Dimension["role"] = "feature",
): Column {
  const codes = Uint8Array.from({ length: n }, (_, row) =>
    Math.min(labels.length - 1, Math.floor(noise(row, name.length * 7) ** 1.6 * labels.length)),
  );
  return { name, role, kind: "categorical", labels, starts: [], ends: [], hasMissing: false, codes };
}

const CARRIERS = ["UA", "B6", "EV", "DL", "AA", "MQ", "US", "9E", "WN", "VX", "FL", "other"];

/** `more` columns of no interest behind the interesting ones. */
export function madeUpRows(n = 6_000, more = 0): Rows {
  const time = ordered("sched_dep_time", n, bell, 36, 5, 0.5);
  const origin = listed("origin", n, ["EWR", "LGA", "JFK"]);
  const errors = Uint8Array.from({ length: n }, (_, row) => {
    const late = (time.codes[row] as number) > 20 && origin.codes[row] === 0;
    return Number(noise(row, 99) < (late ? 0.55 : 0.16));
  });
  const extra = Array.from({ length: more }, (_, place) =>
    ordered(`measured_quantity_${place}`, n, place % 2 ? bell : falling, 20 + (place % 20), place, 11),
  );
  const predicted = listed("predicted", n, ["on time", "late"], "prediction");
  const loss: Column = { ...ordered("log loss", n, falling, 32, 0, 0.25), role: "loss" };
  for (let row = 0; row < n; row++)
    if (errors[row]) loss.codes[row] = 4 + Math.floor(noise(row, 3) ** 2 * 27);
  const columns = [
    time,
    origin,
    ordered("month", n, even, 12, 1, 1),
    ordered("distance", n, falling, 40, 0, 125),
    ordered("temp", n, bell, 38, 10, 2.5),
    listed("carrier", n, CARRIERS),
    ordered("a_rather_long_feature_name_measured_at_gate", n, falling, 24, 0, 20),
    listed("constant", n, ["1"]),
    ...extra,
    listed("late", n, ["no", "yes"], "target"),
    predicted,
    { ...ordered("probability of late", n, bell, 40, 0, 0.025), role: "prediction" as const },
    loss,
  ];
  return { columns, errors };
}

/** Rows and errors per bin of all columns where `kept` says so for the column. */
function count({ columns, errors }: Rows, kept: (row: number, column: number) => boolean) {
  const counts: number[] = [];
  const sums: number[] = [];
  columns.forEach(({ labels, codes }, place) => {
    const offset = counts.length;
    for (const _ of labels) {
      counts.push(0);
      sums.push(0);
    }
    codes.forEach((code, row) => {
      if (!kept(row, place)) return;
      counts[offset + code] = (counts[offset + code] ?? 0) + 1;
      sums[offset + code] = (sums[offset + code] ?? 0) + (errors[row] ?? 0);
    });
  });
  return { counts, sums };
}

export function stripResult(rows: Rows, changes: Partial<CrossfilterResult> = {}): CrossfilterResult {
  const { counts, sums } = count(rows, () => true);
  let offset = 0;
  const dimensions = rows.columns.map((column): Dimension => {
    const part = [offset, offset + column.labels.length] as const;
    offset = part[1];
    return {
      name: column.name,
      role: column.role,
      kind: column.kind,
      edges: array("f4", []),
      labels: column.labels,
      starts: column.starts,
      ends: column.ends,
      has_missing: column.hasMissing,
      selectable: array(
        "u1",
        column.labels.map(() => 1),
      ),
      counts: array("i4", counts.slice(...part)),
      errors: array("f4", sums.slice(...part)),
    };
  });
  const n = rows.errors.length;
  return {
    kind: "crossfilter",
    dimensions,
    n,
    split: "test",
    metric_label: "error",
    binary: true,
    overall: rows.errors.reduce((sum, error) => sum + error, 0) / n,
    unknown: 0,
    left_out: [],
    ...changes,
  };
}

function isIn({ columns }: Rows, brushes: readonly BrushedBins[], row: number, but: number): boolean {
  return brushes.every(({ dimension, first, last }) => {
    const bin = columns[dimension]?.codes[row] ?? -1;
    return dimension === but || (bin >= first && bin <= last);
  });
}

export function selectedBins(rows: Rows, brushes: readonly BrushedBins[]): SelectedBins {
  const { counts, sums } = count(rows, (row, column) => isIn(rows, brushes, row, column));
  const n = rows.errors.filter((_, row) => isIn(rows, brushes, row, -1)).length;
  return { brushes, counts: array("i4", counts), errors: array("f4", sums), n };
}

export function cubeOf(rows: Rows, active: number, brushes: readonly BrushedBins[]): BrushCube {
  const codes = rows.columns[active]?.codes ?? new Uint8Array();
  const size = rows.columns[active]?.labels.length ?? 0;
  const steps = Array.from({ length: size + 1 }, (_, end) =>
    count(rows, (row, column) => (codes[row] as number) < end && isIn(rows, brushes, row, column)),
  );
  const shape = [size + 1, steps[0]?.counts.length ?? 0];
  return {
    active,
    brushes,
    counts: array(
      "i4",
      steps.flatMap(({ counts }) => counts),
      shape,
    ),
    errors: array(
      "f4",
      steps.flatMap(({ sums }) => sums),
      shape,
    ),
  };
}

/** A strip's values and a kernel behind it. `select` writes `selected` as the real one does. */
export function stripCase(rows: Rows, brushes: readonly BrushedBins[] = []) {
  const traits = {
    result: stripResult(rows),
    selected: brushes.length > 0 ? selectedBins(rows, brushes) : null,
    embedded: null,
  };
  const answers: Answers = {
    cube: ({ active, brushes: fixed }: { active: number; brushes: readonly BrushedBins[] }) =>
      cubeOf(rows, active, fixed),
    select: () => null,
  };
  return { traits, answers };
}
