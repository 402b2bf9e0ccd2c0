/** Several labels per row: metrics over labels, and the curves of one label at a time. */
import { useState } from "preact/hooks";
import type { PerformanceResult, SplitPerformance } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { Select } from "../../ui";
import { Curves } from "./curves";
import { metricTiles } from "./summary";
import { Tiles } from "./tiles";

interface ManyLabelsProps {
  host: ViewHost;
  result: PerformanceResult;
  split: SplitPerformance;
}

export function ManyLabels({ host, result, split }: ManyLabelsProps) {
  const [label, setLabel] = useState("0");
  const choices = result.classes.map((name, index) => ({ value: String(index), label: name }));
  return (
    <>
      <Tiles tiles={metricTiles(split, result)} />
      <div class="heading">
        <h3>Label</h3>
        <Select label="Label" choices={choices} value={label} onChange={setLabel} />
      </div>
      <Curves
        host={host}
        result={result}
        split={split}
        curve={Number(label)}
        of={result.classes[Number(label)] ?? ""}
        counts={null}
      />
    </>
  );
}
