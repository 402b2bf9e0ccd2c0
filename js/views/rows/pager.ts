/** Pages of the table: asked for as they come into view, one question in flight, the newest wish kept. */
import { type CodedError, isAborted, toCodedError } from "../../contract/errors";
import type { RowsResult, TableColumn } from "../../contract/generated";
import { type Values, values } from "../../contract/values";

/** Which rows in which order. Pages of different orders never mix. */
export interface TableOrder {
  sort: string;
  ascending: boolean;
  query: string;
  /** Changes when other rows are in scope, or say something else. */
  scope: string;
}

export interface PageParams {
  start: number;
  count: number;
  sort: string;
  ascending: boolean;
  query: string;
}

export type RowSource = (params: PageParams, signal: AbortSignal) => Promise<RowsResult>;

/** One page, its arrays ready to be read. */
export interface Page {
  start: number;
  rows: Values;
  columns: readonly TableColumn[];
  cells: readonly (Values | readonly (string | null)[])[];
}

export interface PagerState {
  /** Rows there are in this order; null until the first answer. */
  total: number | null;
  /** Rows of the whole table. */
  all: number;
  /** The order that the shown rows are in: the one before, while a new one is awaited or was refused. */
  order: TableOrder | null;
  error: CodedError | null;
  /** True while rows of an older order are shown and those of the new one are awaited. */
  stale: boolean;
}

const PAGE_ROWS = 100;
const KEPT_PAGES = 60;
/** Longest run of rows that one shift-click can take in: what a selection may carry. */
const FETCH_ROWS = 500;

export class Pager {
  #source: RowSource;
  #changed: () => void;
  #order: TableOrder | null = null;
  #pages = new Map<number, Page>();
  #wanted: [number, number] = [0, 0];
  #flight: AbortController | null = null;
  state: PagerState = { total: null, all: 0, order: null, error: null, stale: false };

  constructor(source: RowSource, changed: () => void) {
    this.#source = source;
    this.#changed = changed;
  }

  /** Says which rows are wanted now, first and one past the last. Older wishes are forgotten. */
  want(order: TableOrder, first: number, last: number): void {
    if (this.#order === null || !sameOrder(this.#order, order)) {
      this.#order = order;
      this.#flight?.abort();
      this.#flight = null;
      this.#set({ stale: this.state.order !== null, error: null });
    }
    this.#wanted = [first, last];
    void this.#fill();
  }

  /** The page that holds row `index` of what is shown, if it is here. */
  pageOf(index: number): Page | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS));
  }

  /** Position in the Evaluation of the row at `index`, if it is here. */
  rowAt(index: number): number | undefined {
    const page = this.pageOf(index);
    return page?.rows[index - page.start];
  }

  /** Positions of the rows from `first` to `last`, both included, fetched where they are not here. */
  async rowsBetween(first: number, last: number): Promise<number[]> {
    const order = this.#order;
    const rows: number[] = [];
    for (let index = first; index <= last; index++) {
      const known = this.rowAt(index);
      if (known !== undefined) {
        rows.push(known);
        continue;
      }
      if (order === null) break;
      const count = Math.min(FETCH_ROWS, last - index + 1);
      const found = values(
        (await this.#source(paramsOf(order, index, count), new AbortController().signal)).rows,
      );
      rows.push(...found);
      index += count - 1;
    }
    return rows;
  }

  close(): void {
    this.#flight?.abort();
    this.#changed = () => {};
  }

  #set(change: Partial<PagerState>): void {
    this.state = { ...this.state, ...change };
    this.#changed();
  }

  async #fill(): Promise<void> {
    const order = this.#order;
    const number = this.#missingPage();
    if (this.#flight !== null || order === null || number === null) return;
    const flight = new AbortController();
    this.#flight = flight;
    try {
      const answer = await this.#source(paramsOf(order, number * PAGE_ROWS, PAGE_ROWS), flight.signal);
      if (this.#flight !== flight) return;
      this.#flight = null;
      this.#take(order, number, answer);
    } catch (thrown) {
      if (this.#flight !== flight) return;
      this.#flight = null;
      if (!isAborted(thrown)) this.#set({ error: toCodedError(thrown), stale: false });
      return;
    }
    void this.#fill();
  }

  #take(order: TableOrder, number: number, answer: RowsResult): void {
    if (this.state.order !== order) this.#pages.clear();
    this.#pages.set(number, pageFrom(answer));
    this.#forget();
    this.#set({ total: answer.total, all: answer.n_rows, order, stale: false, error: null });
  }

  /** The first page that is wanted and not here; while an old order is shown, every page is missing. */
  #missingPage(): number | null {
    const [first, last] = this.#wanted;
    const isNew = this.state.order !== this.#order;
    const end = isNew ? Math.max(last, first + 1) : Math.min(last, this.state.total ?? last);
    for (let number = Math.floor(first / PAGE_ROWS); number * PAGE_ROWS < Math.max(end, 1); number++) {
      if (isNew || !this.#pages.has(number)) return number;
    }
    return null;
  }

  /** Drops the pages farthest from what is wanted. */
  #forget(): void {
    const centre = this.#wanted[0] / PAGE_ROWS;
    while (this.#pages.size > KEPT_PAGES) {
      let farthest = 0;
      let distance = -1;
      for (const number of this.#pages.keys()) {
        if (Math.abs(number - centre) > distance) {
          farthest = number;
          distance = Math.abs(number - centre);
        }
      }
      this.#pages.delete(farthest);
    }
  }
}

function paramsOf({ sort, ascending, query }: TableOrder, start: number, count: number): PageParams {
  return { start, count, sort, ascending, query };
}

function sameOrder(a: TableOrder, b: TableOrder): boolean {
  return a.sort === b.sort && a.ascending === b.ascending && a.query === b.query && a.scope === b.scope;
}

function pageFrom({ start, rows, columns, values: cells }: RowsResult): Page {
  return {
    start,
    rows: values(rows),
    columns,
    cells: cells.map(({ numbers, texts }) => (numbers === null ? texts : values(numbers))),
  };
}
