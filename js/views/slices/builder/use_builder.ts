/** The builder's state: conditions and the query they make; a query that was typed may say more than they can. */
import { useCallback, useMemo, useState } from "preact/hooks";
import type { BuilderColumn } from "../../../contract/slices";
import { type Condition, type Groups, newCondition, queryOf } from "./conditions";
import { parseQuery } from "./parse";

export interface Builder {
  query: string;
  groups: Groups;
  /** True when the query was typed and the conditions do not say what it says. */
  behind: boolean;
  type(query: string): void;
  /** Puts a query in that was chosen elsewhere in the panel: the builder comes into view. */
  load(query: string): void;
  /** How often a query was put in so. */
  loads: number;
  change(condition: Condition): void;
  remove(id: number): void;
  /** Adds a condition to a group, or as a new group behind the last. */
  add(group: number | "new"): void;
  clear(): void;
}

type Draft = Pick<Builder, "query" | "groups" | "behind">;

const EMPTY: Draft = { query: "", groups: [], behind: false };

export function useBuilder(columns: readonly BuilderColumn[]): Builder {
  const [draft, set] = useState<Draft>(EMPTY);
  const [loads, count] = useState(0);
  const type = useCallback(
    (query: string) =>
      set((old) => {
        if (query.trim() === "") return EMPTY;
        const groups = parseQuery(query, columns);
        return { query, groups: groups ?? old.groups, behind: groups === null };
      }),
    [columns],
  );
  return useMemo(() => {
    const update = (change: (groups: Groups) => Groups) =>
      set((old) => {
        const groups = change(old.groups).filter((group) => group.length > 0);
        return { groups, query: queryOf(groups, columns), behind: false };
      });
    return {
      ...draft,
      type,
      loads,
      load: (query: string) => {
        type(query);
        count(loads + 1);
      },
      change: (changed: Condition) =>
        update((groups) =>
          groups.map((group) => group.map((each) => (each.id === changed.id ? changed : each))),
        ),
      remove: (id: number) =>
        update((groups) => groups.map((group) => group.filter((each) => each.id !== id))),
      add: (place: number | "new") => {
        const [column] = columns;
        if (column === undefined) return;
        const added = newCondition(column);
        update((groups) =>
          place === "new"
            ? [...groups, [added]]
            : groups.map((group, index) => (index === place ? [...group, added] : group)),
        );
      },
      clear: () => set(EMPTY),
    };
  }, [draft, columns, type, loads]);
}
