/** Conditions as they are clicked together: joined by "and" within a group, groups joined by "or". */
import type { BuilderColumn } from "../../../contract/slices";
import { formatDate } from "../../../ui";
import { quoted } from "./tokens";

export type Operator = "values" | "range" | "contains" | "missing";

export interface Condition {
  id: number;
  /** `query_name` of its column. */
  column: string;
  operator: Operator;
  negated: boolean;
  /** Literals of the chosen values. */
  values: readonly string[];
  range: Range;
  text: string;
}

/** null: no bound on that side. An open bound leaves out the bound itself. */
export interface Range {
  low: number | null;
  high: number | null;
  lowOpen: boolean;
  highOpen: boolean;
}

export type Groups = readonly (readonly Condition[])[];

export const NO_RANGE: Range = { low: null, high: null, lowOpen: false, highOpen: false };

export const OPERATOR_WORDS: Record<Operator, string> = {
  values: "is one of",
  range: "lies in",
  contains: "contains",
  missing: "is missing",
};

let last = 0;

export function newCondition(column: BuilderColumn): Condition {
  last += 1;
  const [operator = "missing"] = operatorsOf(column);
  const empty = { values: [], range: NO_RANGE, text: "", negated: false };
  return { id: last, column: column.query_name, operator, ...empty };
}

/** What can be asked of a column; the first is what a new condition asks. */
export function operatorsOf({ kind, values, low, high, missing }: BuilderColumn): Operator[] {
  const operators: Operator[] = [];
  const hasRange = (kind === "numeric" || kind === "datetime") && low !== null && high !== null && low < high;
  if (hasRange) operators.push("range");
  if (values.length > 0) operators.push("values");
  if (kind === "text") operators.push("contains");
  if (missing > 0 || operators.length === 0) operators.push("missing");
  return operators;
}

/** The query of all groups; conditions that say nothing yet are left out. */
export function queryOf(groups: Groups, columns: readonly BuilderColumn[]): string {
  const filled = groups
    .map((group) =>
      group.map((condition) => conditionQuery(condition, columns)).filter((text) => text !== ""),
    )
    .filter((group) => group.length > 0);
  const texts = filled.map((group) => group.join(" and "));
  if (texts.length < 2) return texts[0] ?? "";
  return texts.map((text, index) => (filled[index]?.length === 1 ? text : `(${text})`)).join(" or ");
}

export function conditionQuery(condition: Condition, columns: readonly BuilderColumn[]): string {
  const column = columns.find(({ query_name }) => query_name === condition.column);
  const plain = positiveQuery(condition, column);
  return plain !== "" && condition.negated ? `not (${plain})` : plain;
}

function positiveQuery(condition: Condition, column: BuilderColumn | undefined): string {
  const { column: name, operator, values, text } = condition;
  if (operator === "missing") return `${name}.isna()`;
  if (operator === "contains") {
    return text === "" ? "" : `${name}.str.contains(${quoted(text)}, regex=False, na=False)`;
  }
  if (operator === "range") return rangeQuery(name, condition.range, column?.kind === "datetime");
  if (values.length === 0) return "";
  return values.length === 1 ? `${name} == ${values[0]}` : `${name} in [${values.join(", ")}]`;
}

function rangeQuery(name: string, { low, high, lowOpen, highOpen }: Range, moments: boolean): string {
  const literal = (bound: number) => (moments ? quoted(formatDate(bound)) : String(bound));
  const above = low === null ? "" : `${name} ${lowOpen ? ">" : ">="} ${literal(low)}`;
  const below = high === null ? "" : `${name} ${highOpen ? "<" : "<="} ${literal(high)}`;
  if (low === null || high === null) return above || below;
  if (moments) return `${above} and ${below}`;
  return `${literal(low)} ${lowOpen ? "<" : "<="} ${name} ${highOpen ? "<" : "<="} ${literal(high)}`;
}
