/** A query cut into tokens, for completing and for reading simple queries back. Nothing is evaluated. */

/** "other" is what the query language does not have; it stays a token, so that nothing is read past it. */
export type TokenKind = "name" | "text" | "number" | "operator" | "bracket" | "word" | "other";

export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
  end: number;
}

const PATTERN =
  /(?<name>`[^`]*`?|[\p{L}_][\p{L}\p{N}_]*)|(?<text>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)|(?<number>-?\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?)|(?<operator>==|!=|<=|>=|[<>&|~=])|(?<bracket>[()[\],.])|(?<other>\S)/gu;

const WORDS = new Set(["and", "or", "not", "in", "True", "False"]);

export function tokensOf(query: string): Token[] {
  return Array.from(query.matchAll(PATTERN), (match) => {
    const groups = match.groups ?? {};
    const kind = (Object.keys(groups).find((name) => groups[name] !== undefined) ?? "other") as TokenKind;
    const [text] = match;
    const start = match.index;
    return {
      kind: kind === "name" && WORDS.has(text) ? "word" : kind,
      text,
      start,
      end: start + text.length,
    };
  });
}

/** A text as a literal of the query language. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** What a literal says, without its quotes; the literal itself when it has none. */
export function unquoted(literal: string): string {
  if (literal.startsWith('"')) {
    try {
      return JSON.parse(literal) as string;
    } catch {
      return literal.slice(1).replace(/"$/, "");
    }
  }
  if (literal.startsWith("'")) return literal.slice(1).replace(/'$/, "").replace(/\\(.)/g, "$1");
  return literal;
}
