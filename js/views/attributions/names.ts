/** Long names that differ only inside, shortened to where they differ: "…quarter_3…" of forty quarters. */
import { columnName } from "../../ui";

/** Shorter names have room. */
const LONG = 24;
const EDGE = 6;

/** Every name -> how it reads beside the others; the whole belongs on hover. */
export function distinctNames(names: readonly string[]): (name: string) => string {
  const groups = new Map<string, string[]>();
  for (const name of new Set(names)) {
    if (name.length < LONG) continue;
    const ends = `${name.slice(0, EDGE)} ${name.slice(-EDGE)}`;
    groups.set(ends, [...(groups.get(ends) ?? []), name]);
  }
  const short = new Map<string, string>();
  for (const group of groups.values()) {
    const parts = group.map((name) => shortened(name, group));
    // What would read alike stays whole.
    if (group.length < 2 || new Set(parts).size < group.length) continue;
    group.forEach((name, at) => {
      short.set(name, parts[at] as string);
    });
  }
  return (name) => short.get(name) ?? columnName(name);
}

function shortened(name: string, group: readonly string[]): string {
  const shortest = Math.min(...group.map(({ length }) => length));
  const start = wordBefore(
    name,
    shared(group, shortest, (one, at) => one[at]),
  );
  const rest = shared(group, shortest - start, (one, at) => one[one.length - 1 - at]);
  const end = Math.max(name.length - rest, start + 1);
  return `${start > 0 ? "…" : ""}${name.slice(start, end)}${end < name.length ? "…" : ""}`;
}

/** How many characters all names share, counted from one end. */
function shared(
  group: readonly string[],
  most: number,
  at: (one: string, place: number) => string | undefined,
): number {
  const [first = ""] = group;
  let count = 0;
  while (count < most && group.every((one) => at(one, count) === at(first, count))) count++;
  return count;
}

/** Where the word begins that ends at `end` or just before it: the number of a quarter alone says little. */
function wordBefore(name: string, end: number): number {
  const before = name.slice(0, end).match(/[\p{L}\p{N}]+[^\p{L}\p{N}]*$/u);
  return before === null ? end : end - before[0].length;
}
