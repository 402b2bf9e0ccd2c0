/** Reads queries back that the builder could have written; every other query stays typed text. */
import type { BuilderColumn } from "../../../contract/slices";
import { type Condition, type Groups, NO_RANGE, newCondition, type Operator, type Range } from "./conditions";
import { type Token, tokensOf, unquoted } from "./tokens";

/** The conditions of `query`, or null where it says more than conditions can. */
export function parseQuery(query: string, columns: readonly BuilderColumn[]): Groups | null {
  try {
    return new Reader(tokensOf(query), columns).groups();
  } catch (thrown) {
    if (thrown instanceof NotSimple) return null;
    throw thrown;
  }
}

class NotSimple extends Error {}

const FLIPPED: Record<string, string> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

class Reader {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly columns: readonly BuilderColumn[],
  ) {}

  groups(): Groups {
    const groups = [this.group()];
    while (this.take("or", "|")) groups.push(this.group());
    if (this.at < this.tokens.length) throw new NotSimple();
    return groups;
  }

  private group(): Condition[] {
    const bracketed = this.next() === "(" && this.bracketsJoinConditions();
    if (bracketed) this.expect("(");
    const conditions = [this.condition()];
    while (this.take("and", "&")) conditions.push(this.condition());
    if (bracketed) this.expect(")");
    return conditions;
  }

  /** A bracket around one condition belongs to the condition, one around several to the group. */
  private bracketsJoinConditions(): boolean {
    let depth = 0;
    for (let at = this.at; at < this.tokens.length; at++) {
      const { text } = this.tokens[at] as Token;
      if (text === "(") depth += 1;
      if (text === ")") depth -= 1;
      if (depth === 1 && (text === "and" || text === "&")) return true;
      if (depth === 0) return false;
    }
    return false;
  }

  private condition(): Condition {
    if (this.take("not", "~")) {
      const inner = this.condition();
      return { ...inner, negated: !inner.negated };
    }
    if (this.take("(")) {
      const inner = this.condition();
      this.expect(")");
      return inner;
    }
    return this.next(0, "kind") === "name" ? this.ofColumn() : this.between();
  }

  private ofColumn(): Condition {
    const column = this.column();
    if (this.take(".")) return this.method(column);
    const operator = this.word();
    if (operator === "in") return make(column, "values", { values: this.list() });
    if (operator === "==") return make(column, "values", { values: [this.literal()] });
    if (operator === "!=") return { ...make(column, "values", { values: [this.literal()] }), negated: true };
    return make(column, "range", { range: this.bounded(column, operator, this.literal()) });
  }

  /** `500 <= distance < 800`. */
  private between(): Condition {
    const literal = this.literal();
    const operator = FLIPPED[this.word()];
    const column = this.column();
    if (operator === undefined) throw new NotSimple();
    const lower = this.bounded(column, operator, literal);
    if (lower.low === null || !this.next().startsWith("<")) {
      return make(column, "range", { range: lower });
    }
    const upper = this.bounded(column, this.word(), this.literal());
    return make(column, "range", { range: { ...upper, low: lower.low, lowOpen: lower.lowOpen } });
  }

  private bounded(column: BuilderColumn, operator: string, literal: string): Range {
    const value = column.kind === "datetime" ? moment(unquoted(literal)) : Number(literal);
    if (!Number.isFinite(value)) throw new NotSimple();
    if (operator === ">" || operator === ">=") return { ...NO_RANGE, low: value, lowOpen: operator === ">" };
    if (operator === "<" || operator === "<=")
      return { ...NO_RANGE, high: value, highOpen: operator === "<" };
    throw new NotSimple();
  }

  private method(column: BuilderColumn): Condition {
    const name = this.word();
    if (name === "isna" || name === "notna") {
      this.expect("(");
      this.expect(")");
      return { ...make(column, "missing", {}), negated: name === "notna" };
    }
    if (name !== "str") throw new NotSimple();
    for (const part of [".", "contains", "("]) this.expect(part);
    const text = unquoted(this.literal());
    for (const part of [",", "regex", "=", "False", ",", "na", "=", "False", ")"]) this.expect(part);
    return make(column, "contains", { text });
  }

  private list(): string[] {
    this.expect("[");
    const values = [this.literal()];
    while (this.take(",")) values.push(this.literal());
    this.expect("]");
    return values;
  }

  private literal(): string {
    const token = this.tokens[this.at];
    const isValue =
      token?.kind === "text" || token?.kind === "number" || /^(True|False)$/.test(token?.text ?? "");
    if (token === undefined || !isValue) throw new NotSimple();
    this.at += 1;
    return token.text;
  }

  private column(): BuilderColumn {
    const name = this.word();
    const column = this.columns.find(({ query_name }) => query_name === name);
    if (column === undefined) throw new NotSimple();
    return column;
  }

  private word(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw new NotSimple();
    this.at += 1;
    return token.text;
  }

  private next(ahead = 0, part: "text" | "kind" = "text"): string {
    return this.tokens[this.at + ahead]?.[part] ?? "";
  }

  private take(...texts: string[]): boolean {
    if (!texts.includes(this.next())) return false;
    this.at += 1;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw new NotSimple();
  }
}

function make(column: BuilderColumn, operator: Operator, changes: Partial<Condition>): Condition {
  return { ...newCondition(column), operator, ...changes };
}

/** Milliseconds of a moment without a zone, read as UTC like those of the columns. */
export function moment(text: string): number {
  const iso = text.trim().replace(" ", "T");
  return Date.parse(iso.includes("T") && !/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? `${iso}Z` : iso);
}
