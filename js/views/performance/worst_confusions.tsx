/** The largest confusions of many classes as a list that selects. */
import { useState } from "preact/hooks";
import { type Choice, formatCount, formatPercent, MiddleEllipsis, Segmented } from "../../ui";
import type { CellSelection } from "./cells";
import { type Matrix, worstConfusions } from "./matrix";

type Order = "rows" | "share";

const ORDERS: readonly Choice<Order>[] = [
  { value: "rows", label: "by rows" },
  { value: "share", label: "by share" },
];

interface WorstConfusionsProps {
  matrix: Matrix;
  classes: readonly string[];
  selection: CellSelection;
}

export function WorstConfusions({ matrix, classes, selection }: WorstConfusionsProps) {
  const [order, setOrder] = useState<Order>("rows");
  const worst = worstConfusions(matrix, order);
  const { select } = selection;
  return (
    <section class="worst" aria-label="Largest confusions">
      <div class="heading">
        <h3>Largest confusions</h3>
        <Segmented label="Order of confusions" choices={ORDERS} value={order} onChange={setOrder} />
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">Truth</th>
            <th scope="col">Predicted</th>
            <th scope="col" class="num">
              Rows
            </th>
            <th scope="col" class="num">
              Of the truth
            </th>
          </tr>
        </thead>
        <tbody>
          {worst.map(({ truth, predicted, rows, share }) => {
            const selected = selection.cell?.truth === truth && selection.cell.predicted === predicted;
            const name = classes[truth] ?? "";
            return (
              <tr key={`${truth}-${predicted}`} class={selected ? "selected" : undefined}>
                <td>
                  {select === null ? (
                    <MiddleEllipsis text={name} />
                  ) : (
                    <button
                      type="button"
                      class="link"
                      aria-pressed={selected}
                      onClick={() => select({ truth, predicted }, rows)}
                    >
                      <MiddleEllipsis text={name} />
                    </button>
                  )}
                </td>
                <td>
                  <MiddleEllipsis text={classes[predicted] ?? ""} />
                </td>
                <td class="num">{formatCount(rows)}</td>
                <td class="num">{formatPercent(share)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {worst.length === 0 && <p class="quiet">No row of this split is confused.</p>}
    </section>
  );
}
