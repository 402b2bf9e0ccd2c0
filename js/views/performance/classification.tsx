/** Two classes at a threshold, or many: matrix, rates per class, curves. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { PerformanceResult, SplitPerformance, ThresholdSweep } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { formatFixed, formatInterval } from "../../ui";
import { useCellSelection } from "./cells";
import { ClassTable } from "./class_table";
import { ConfusionTable } from "./confusion_table";
import { countsAt, type Rate, rates, readSweep, stopAt } from "./counts";
import { Curves } from "./curves";
import { type Matrix, matrixOfArray, matrixOfCounts } from "./matrix";
import { metricTiles } from "./summary";
import { ThresholdBar } from "./threshold_bar";
import { type Tile, Tiles } from "./tiles";
import { useThreshold } from "./use_threshold";
import { WorstConfusions } from "./worst_confusions";

interface SplitProps {
  host: ViewHost;
  result: PerformanceResult;
  split: SplitPerformance;
}

export function TwoClasses({ host, result, split, sweep: record }: SplitProps & { sweep: ThresholdSweep }) {
  const sweep = useMemo(() => readSweep(record), [record]);
  const threshold = useThreshold(host, sweep, result.threshold ?? 0.5);
  const counts = countsAt(sweep, threshold.stop);
  const positive = result.positive ?? 1;
  const matrix = matrixOfCounts(counts, positive);
  const name = result.classes[positive] ?? "positive";
  const selection = useCellSelection(host, split.split, result.classes, threshold.value);
  const decide = (wanted: number) => {
    const at = threshold.move(wanted);
    threshold.settle();
    const decided = matrixOfCounts(countsAt(sweep, stopAt(sweep, at)), positive);
    selection.follow(at, ({ truth, predicted }) => decided.at(truth, predicted));
  };
  return (
    <>
      <ThresholdBar
        sweep={sweep}
        value={threshold.value}
        onMove={threshold.move}
        onDecide={decide}
        positive={name}
        negative={result.classes[1 - positive] ?? "negative"}
      />
      <Tiles tiles={rateTiles(rates(counts), name)} live />
      <div class="pair">
        <section aria-label="Confusion matrix">
          <h3>Confusion matrix</h3>
          <ConfusionTable matrix={matrix} classes={result.classes} selection={selection} />
          <SelectHint selectable={selection.select !== null} />
        </section>
        <section aria-label="Classes">
          <h3>Classes</h3>
          <ClassTable matrix={matrix} classes={result.classes} focus={null} />
        </section>
      </div>
      <Curves host={host} result={result} split={split} curve={0} of={name} counts={counts} />
    </>
  );
}

export function ManyClasses({ host, result, split }: SplitProps) {
  const matrix = useMemo(() => matrixOfArray(split.confusion), [split]);
  const selection = useCellSelection(host, split.split, result.classes, null);
  const [chosen, choose] = useState<number | null>(null);
  const focus = chosen ?? weakest(matrix);
  useEffect(() => choose(null), [result]);
  return (
    <>
      <Tiles tiles={metricTiles(split, result)} />
      <div class={matrix.size > 6 ? "stack" : "pair"}>
        <section aria-label="Confusion matrix">
          <h3>Confusion matrix</h3>
          <ConfusionTable matrix={matrix} classes={result.classes} selection={selection} />
          <SelectHint selectable={selection.select !== null} />
        </section>
        <WorstConfusions matrix={matrix} classes={result.classes} selection={selection} />
      </div>
      <h3>Classes</h3>
      <ClassTable matrix={matrix} classes={result.classes} focus={{ index: focus, choose }} />
      <Curves
        host={host}
        result={result}
        split={split}
        curve={focus}
        of={`${result.classes[focus]} against the rest`}
        counts={null}
      />
    </>
  );
}

function SelectHint({ selectable }: { selectable: boolean }) {
  if (!selectable) return null;
  return (
    <p class="small">Rows are the truth, shares are of the truth. A cell selects its rows everywhere.</p>
  );
}

/** The class with the lowest recall among those that occur. */
function weakest(matrix: Matrix): number {
  let lowest = 0;
  let at = 0;
  matrix.occurs.forEach((rows, index) => {
    const missed = rows > 0 ? 1 - matrix.at(index, index) / rows : -1;
    if (missed > lowest) {
      lowest = missed;
      at = index;
    }
  });
  return at;
}

function rateTiles(all: ReturnType<typeof rates>, positive: string): Tile[] {
  const tile = (label: string, rate: Rate, why: string, method = "Wilson"): Tile => ({
    label,
    value: formatFixed(rate.value, 3),
    context: rate.value === null ? why : formatInterval(rate.low, rate.high, 3),
    title: rate.value === null ? why : `95% interval: ${method}`,
  });
  return [
    tile("Accuracy", all.accuracy, "no rows"),
    tile(`Recall, ${positive}`, all.recall, `no row is ${positive}`),
    tile(`Precision, ${positive}`, all.precision, `no row is called ${positive}`),
    tile("Specificity", all.specificity, `every row is ${positive}`),
    tile(`F1, ${positive}`, all.f1, "nothing to find and nothing called", "delta method"),
  ];
}
