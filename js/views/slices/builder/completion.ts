/** What may come next in a query that is being typed: columns, operators, values, and the words that join. */
import type { BuilderColumn } from "../../../contract/slices";
import { formatCount, valueName } from "../../../ui";
import { type Token, tokensOf, unquoted } from "./tokens";

export interface Suggestion {
  /** What is put in place of the query's part from `start` to `end`. */
  text: string;
  label: string;
  /** What stands beside it: a kind, a count. */
  hint: string;
  start: number;
  end: number;
}

const MOST_SUGGESTIONS = 8;
const JOINING = new Set(["and", "or", "not", "&", "|", "~", "("]);
const COMPARING = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);
const ORDERED: readonly (readonly [string, string])[] = [
  [">=", "at least"],
  ["<=", "at most"],
  [">", "more than"],
  ["<", "less than"],
];

type Option = Pick<Suggestion, "text" | "label" | "hint">;

/** Suggestions at `caret`, best first; empty where nothing can be said. */
export function suggestionsAt(
  query: string,
  caret: number,
  columns: readonly BuilderColumn[],
): readonly Suggestion[] {
  const before = tokensOf(query).filter(({ start }) => start < caret);
  const touched = before.at(-1);
  const partial =
    touched !== undefined && touched.end >= caret && isUnfinished(touched, columns) ? touched : null;
  const past = partial ? before.slice(0, -1) : before;
  const typed = partial ? query.slice(partial.start, caret) : "";
  const [start, end] = partial ? [partial.start, Math.max(caret, partial.end)] : [caret, caret];
  return narrowed(optionsAfter(past, columns), typed).map((option) => ({
    ...option,
    text: spaced(query, start, end, option.text),
    start: option.text.startsWith(".") ? (past.at(-1)?.end ?? start) : start,
    end,
  }));
}

/** Names and texts are unfinished until they are a column, or closed. Everything else is as it stands. */
function isUnfinished({ kind, text }: Token, columns: readonly BuilderColumn[]): boolean {
  if (kind === "name") return !columns.some(({ query_name }) => query_name === text);
  if (kind === "text") return text.length < 2 || !text.endsWith(text.charAt(0));
  return kind === "word" && text !== "True" && text !== "False" ? false : kind === "number";
}

function optionsAfter(past: readonly Token[], columns: readonly BuilderColumn[]): Option[] {
  const last = past.at(-1);
  if (last?.text === "(" && past.at(-2)?.kind === "name") return [];
  if (last === undefined || JOINING.has(last.text)) return columnOptions(columns);
  const column = lastColumn(past, columns);
  if (last.kind === "name") return column ? operatorOptions(column) : [];
  if (COMPARING.has(last.text)) return column ? valueOptions(column, last.text === "in") : [];
  if (last.text === "[" || last.text === ",") return column ? valueOptions(column, false) : [];
  const open = past.findLast(({ text }) => text === "[" || text === "]")?.text === "[";
  if (open) return [joiner(", ", ","), joiner("] ", "]")];
  return last.kind === "operator" || last.text === "." ? [] : [joiner("and ", "and"), joiner("or ", "or")];
}

function joiner(text: string, label: string): Option {
  return { text, label, hint: "" };
}

function columnOptions(columns: readonly BuilderColumn[]): Option[] {
  return columns.map(({ name, query_name, kind }) => ({ text: `${query_name} `, label: name, hint: kind }));
}

function operatorOptions({ kind, values, missing }: BuilderColumn): Option[] {
  const options: Option[] = [];
  if (values.length > 0) {
    options.push({ text: "== ", label: "==", hint: "is" }, { text: "!= ", label: "!=", hint: "is not" });
    options.push({ text: "in [", label: "in [...]", hint: "is one of" });
  }
  if (kind === "numeric" || kind === "datetime") {
    options.push(...ORDERED.map(([sign, hint]) => ({ text: `${sign} `, label: sign, hint })));
  }
  if (kind === "text" || kind === "categorical") {
    options.push({ text: '.str.contains("', label: '.str.contains("")', hint: "contains" });
  }
  if (missing > 0) {
    options.push({ text: ".isna() ", label: ".isna()", hint: `missing · ${formatCount(missing)}` });
    options.push({ text: ".notna() ", label: ".notna()", hint: "not missing" });
  }
  return options;
}

function valueOptions({ values, low, high, kind }: BuilderColumn, listed: boolean): Option[] {
  if (listed) return [{ text: "[", label: "[...]", hint: "a list of values" }];
  const options = values.map(({ label, query_literal, count }) => ({
    text: query_literal,
    label: valueName(label),
    hint: formatCount(count),
  }));
  if (options.length > 0 || kind !== "numeric" || low === null || high === null) return options;
  return [
    { text: String(low), label: String(low), hint: "lowest" },
    { text: String(high), label: String(high), hint: "highest" },
  ];
}

function lastColumn(past: readonly Token[], columns: readonly BuilderColumn[]): BuilderColumn | undefined {
  const name = past.findLast(({ kind }) => kind === "name")?.text;
  return columns.find(({ query_name }) => query_name === name);
}

/** Those that begin with what is typed, then those that hold it. */
function narrowed(options: readonly Option[], typed: string): Option[] {
  const wanted = unquoted(typed.replaceAll("`", "")).toLowerCase();
  const rank = ({ label }: Option) => {
    const at = label.toLowerCase().indexOf(wanted);
    return at > 0 ? 1 : at;
  };
  return options
    .filter((option) => rank(option) >= 0)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST_SUGGESTIONS);
}

/** One blank between what stands there and what is put in, except after a bracket and before a method. */
function spaced(query: string, start: number, end: number, text: string): string {
  const before = query.charAt(start - 1);
  const needsNone = start === 0 || /[\s([`]/.test(before) || /^[.,\]]/.test(text);
  const put = /\s/.test(query.charAt(end)) ? text.trimEnd() : text;
  return needsNone ? put : ` ${put}`;
}
