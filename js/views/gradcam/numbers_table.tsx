/** The numbers of a map, as the method gave them, before they were scaled to colours. */
import { useMemo } from "preact/hooks";
import { CopyButton, formatNumber } from "../../ui";
import type { Numbers } from "./images";

interface NumbersTableProps {
  title: string;
  numbers: Numbers;
  /** Each number is the mean of so many by so many; 1 for the numbers as they are. */
  block: number;
}

export function NumbersTable({ title, numbers, block }: NumbersTableProps) {
  const { height, width } = numbers;
  const text = useMemo(() => tabSeparated(numbers), [numbers]);
  const highest = useMemo(() => highestOf(numbers), [numbers]);
  return (
    <section class="numbers" aria-label={title}>
      <div class="numbers-head">
        <h3>{title}</h3>
        <CopyButton text={text}>Copy as table</CopyButton>
      </div>
      <p class="small">
        {height} x {width} before scaling{block > 1 && `, each the mean of ${block} x ${block}`}; the highest
        is in bold.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by key */}
      <div class="scroll" tabIndex={0} role="group" aria-label="Numbers, scrollable">
        <table>
          <tbody>
            {rowsOfNumbers(numbers).map((row, y) => (
              <tr key={y}>
                {row.map((cell, x) => (
                  <td key={x} class={cell === highest && highest > 0 ? "num highest" : "num"}>
                    {formatNumber(cell, 3)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function rowsOfNumbers({ cells, height, width }: Numbers): number[][] {
  return Array.from({ length: height }, (_, y) => Array.from(cells.subarray(y * width, (y + 1) * width)));
}

function highestOf({ cells }: Numbers): number {
  let highest = 0;
  for (const cell of cells) highest = Math.max(highest, cell);
  return highest;
}

function tabSeparated(numbers: Numbers): string {
  return rowsOfNumbers(numbers)
    .map((row) => row.join("\t"))
    .join("\n");
}
