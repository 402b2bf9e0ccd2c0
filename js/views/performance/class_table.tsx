/** Precision, recall and F1 of every class, from the confusion matrix on screen. */
import { useState } from "preact/hooks";
import { formatCount, formatFixed, formatInterval, MiddleEllipsis } from "../../ui";
import type { Rate } from "./counts";
import { type ClassRates, classRates, type Matrix } from "./matrix";

interface ClassTableProps {
  matrix: Matrix;
  classes: readonly string[];
  /** The class whose curves are drawn, and how to choose another; null when there is nothing to choose. */
  focus: { index: number; choose: (index: number) => void } | null;
}

/** More classes than this scroll in their own frame. */
const MOST_AT_ONCE = 12;

type Order = "class" | "rows" | "precision" | "recall" | "f1";

const COLUMNS: readonly { key: Order; label: string }[] = [
  { key: "rows", label: "Rows" },
  { key: "precision", label: "Precision" },
  { key: "recall", label: "Recall" },
  { key: "f1", label: "F1" },
];

export function ClassTable({ matrix, classes, focus }: ClassTableProps) {
  const [order, setOrder] = useState<Order>("class");
  const rows = sorted(classRates(matrix), order);
  return (
    <div class={rows.length > MOST_AT_ONCE ? "classes many" : "classes"}>
      <table>
        <thead>
          <tr>
            <Heading order={order} mine="class" label="Class" onSort={setOrder} />
            {COLUMNS.map(({ key, label }) => (
              <Heading key={key} order={order} mine={key} label={label} onSort={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.index} class={focus?.index === row.index ? "selected" : undefined}>
              <td>
                <ClassName name={classes[row.index] ?? ""} index={row.index} focus={focus} />
              </td>
              <td class="num">
                {formatCount(row.rows)}
                <small title="Rows that are called this class">{formatCount(row.called)} called</small>
              </td>
              <RateCell rate={row.precision} why="never called" />
              <RateCell rate={row.recall} why="does not occur" />
              <RateCell rate={row.f1} why="neither occurs nor is called" />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ClassName({ name, index, focus }: { name: string; index: number; focus: ClassTableProps["focus"] }) {
  if (focus === null) return <MiddleEllipsis text={name} />;
  return (
    <button
      type="button"
      class="link"
      aria-pressed={focus.index === index}
      title={`Draw the curves of ${name}`}
      onClick={() => focus.choose(index)}
    >
      <MiddleEllipsis text={name} />
    </button>
  );
}

interface HeadingProps {
  order: Order;
  mine: Order;
  label: string;
  onSort: (order: Order) => void;
}

function Heading({ order, mine, label, onSort }: HeadingProps) {
  const on = order === mine;
  const direction = mine === "rows" ? "descending" : "ascending";
  return (
    <th scope="col" class={mine === "class" ? undefined : "num"} aria-sort={on ? direction : undefined}>
      <button type="button" class="sort" onClick={() => onSort(mine)}>
        {label}
        {on && mine !== "class" && (direction === "ascending" ? " ↑" : " ↓")}
      </button>
    </th>
  );
}

function RateCell({ rate, why }: { rate: Rate; why: string }) {
  if (rate.value === null) return <td class="num small">{why}</td>;
  return (
    <td class="num">
      {formatFixed(rate.value, 3)}
      <small>{formatInterval(rate.low, rate.high, 3)}</small>
    </td>
  );
}

/** Worst first for rates, largest first for rows. */
function sorted(rows: ClassRates[], order: Order): ClassRates[] {
  if (order === "class") return rows;
  if (order === "rows") return rows.sort((a, b) => b.rows - a.rows);
  return rows.sort((a, b) => (a[order].value ?? 2) - (b[order].value ?? 2));
}
