/** The rows that an exported file carries, sorted and filtered without a kernel. */
import type { ColumnValues, RowsResult, TableColumn } from "../../contract/generated";
import { type Values, values } from "../../contract/values";
import type { Selection } from "../../contract/workbench";
import type { RowSource } from "./pager";

type Cell = number | string | null;

interface LocalColumn extends TableColumn {
  cells: readonly Cell[];
}

/** Whether a row, by its place in the embedded page, is in scope; null: this file cannot tell. */
type Scope = ((place: number) => boolean) | null;

/**
 * A source of pages over `embedded`. `query` is plain text here, found in any cell: the query language needs the
 * kernel. `classes` are the class names in the model's order, which a confusion cell refers to.
 */
export function localSource(
  embedded: RowsResult,
  selection: Selection | null,
  classes: readonly string[],
): RowSource {
  const columns = readColumns(embedded);
  const inScope = scopeOf(selection, embedded, columns, classes) ?? (() => true);
  return async ({ start, count, sort, ascending, query }) => {
    const needle = query.trim().toLowerCase();
    const places = Array.from(
      embedded.rows.shape[0] ? values(embedded.rows) : [],
      (_, place) => place,
    ).filter(
      (place) =>
        inScope(place) && (needle === "" || columns.some(({ cells }) => contains(cells[place], needle))),
    );
    const by = columns.find(({ key }) => key === sort);
    if (by) places.sort((a, b) => compare(by.cells[a] ?? null, by.cells[b] ?? null, ascending));
    return pageOf(embedded, columns, places, { start, count, sort, ascending, query });
  };
}

/** True when the file's rows can be narrowed to this selection. */
export function canNarrow(embedded: RowsResult, selection: Selection, classes: readonly string[]): boolean {
  return scopeOf(selection, embedded, readColumns(embedded), classes) !== null;
}

function readColumns({ columns, values: cells }: RowsResult): LocalColumn[] {
  return columns.map((column, index) => ({ ...column, cells: readCells(cells[index]) }));
}

function readCells(column: ColumnValues | undefined): readonly Cell[] {
  if (column === undefined) return [];
  if (column.numbers === null) return column.texts;
  return Array.from(values(column.numbers), (value) => (Number.isNaN(value) ? null : value));
}

function scopeOf(
  selection: Selection | null,
  embedded: RowsResult,
  columns: readonly LocalColumn[],
  classes: readonly string[],
): Scope {
  if (selection === null || selection.kind === "all") return () => true;
  const cellsOf = (role: string) => columns.find((column) => column.role === role)?.cells;
  if (selection.rows) {
    const chosen = new Set(selection.rows);
    const rows = values(embedded.rows);
    return (place) => chosen.has(rows[place] as number);
  }
  if (selection.kind === "cell") return cellScope(selection, cellsOf, classes);
  if (selection.kind === "range") return rangeScope(selection, cellsOf);
  return null;
}

type CellsOf = (role: string) => readonly Cell[] | undefined;

function rangeScope({ field = "", low, high }: Selection, cellsOf: CellsOf): Scope {
  const cells = field === "error" ? errorsOf(cellsOf("predicted"), cellsOf("target")) : cellsOf(field);
  if (cells === undefined) return null;
  const [lowest, highest] = [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY];
  return (place) => {
    const cell = cells[place];
    return typeof cell === "number" && cell >= lowest && cell <= highest;
  };
}

/** Regression: predicted minus actual. */
function errorsOf(answers: readonly Cell[] | undefined, targets: readonly Cell[] | undefined) {
  return answers?.map((answer, place) => {
    const target = targets?.[place];
    return typeof answer === "number" && typeof target === "number" ? answer - target : null;
  });
}

function cellScope(
  { truth, predicted, split, threshold }: Selection,
  cellsOf: CellsOf,
  classes: readonly string[],
): Scope {
  const [targets, answers, splits, scores] = ["target", "predicted", "split", "score"].map(cellsOf);
  if (targets === undefined || answers === undefined || truth === undefined || predicted === undefined)
    return null;
  if (classes[truth] === undefined || classes[predicted] === undefined) return null;
  const moved = typeof threshold === "number" && scores !== undefined && classes.length === 2;
  const isAnswer = moved
    ? (place: number) => Number(Number(scores[place]) >= threshold) === predicted
    : (place: number) => answers[place] === classes[predicted];
  return (place) =>
    targets[place] === classes[truth] && isAnswer(place) && (!split || !splits || splits[place] === split);
}

function contains(cell: Cell | undefined, needle: string): boolean {
  return cell !== null && cell !== undefined && String(cell).toLowerCase().includes(needle);
}

/** Missing values come last in both directions, as in the kernel. */
function compare(a: Cell, b: Cell, ascending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return ascending ? order : -order;
}

function pageOf(
  embedded: RowsResult,
  columns: readonly LocalColumn[],
  places: readonly number[],
  params: Parameters<RowSource>[0],
): RowsResult {
  const page = places.slice(params.start, params.start + params.count);
  const rows = values(embedded.rows);
  const pick = ({ cells }: LocalColumn, original: ColumnValues | undefined): ColumnValues =>
    original?.numbers === null
      ? { numbers: null, texts: page.map((place) => cells[place] as string | null) }
      : { numbers: numbersOf(page.map((place) => (cells[place] as number | null) ?? Number.NaN)), texts: [] };
  return {
    ...embedded,
    ...params,
    total: places.length,
    rows: numbersOf(page.map((place) => rows[place] ?? 0)),
    values: columns.map((column, index) => pick(column, embedded.values[index])),
  };
}

function numbersOf(numbers: readonly number[]) {
  const data: Values = new Float64Array(numbers);
  return { dtype: "f8" as const, shape: [numbers.length], data };
}
