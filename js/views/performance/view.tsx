/** Performance: where predictions and truth disagree, and what another threshold would do. */
import type { PerformanceResult, SplitPerformance } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { EmptyState, Progress, Segmented, Select, useTrait, ViewFrame } from "../../ui";
import { ManyClasses, TwoClasses } from "./classification";
import { ManyLabels } from "./multilabel";
import { Regression } from "./regression";
import { leadSentence } from "./summary";

export function Performance({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <PerformanceBody host={host} />
    </ViewFrame>
  );
}

function PerformanceBody({ host }: { host: ViewHost }) {
  const [result] = useTrait<PerformanceResult | null>(host, "result");
  const [chosen, choose] = useTrait<string>(host, "split");
  const split = result?.splits.find((each) => each.split === chosen) ?? result?.splits[0];
  if (result === null || split === undefined) {
    return (
      <>
        <h2>Performance</h2>
        <Progress text="Counting right and wrong answers" fraction={null} />
      </>
    );
  }
  return (
    <>
      <header class="title">
        <h2>Performance</h2>
        <SplitSwitch splits={result.splits} value={split.split} onChange={choose} />
      </header>
      <p class="lead">{leadSentence(result, split)}</p>
      {split.n_scored === 0 ? (
        <EmptyState title={`Nothing to measure in ${split.split}`}>
          No row of it has both a finite score and a known target. Choose another split.
        </EmptyState>
      ) : (
        <OfTask host={host} result={result} split={split} />
      )}
    </>
  );
}

function OfTask({
  host,
  result,
  split,
}: {
  host: ViewHost;
  result: PerformanceResult;
  split: SplitPerformance;
}) {
  if (result.task === "regression") return <Regression host={host} result={result} split={split} />;
  if (result.task === "multilabel") return <ManyLabels host={host} result={result} split={split} />;
  if (split.sweep) return <TwoClasses host={host} result={result} split={split} sweep={split.sweep} />;
  return <ManyClasses host={host} result={result} split={split} />;
}

interface SplitSwitchProps {
  splits: readonly SplitPerformance[];
  value: string;
  onChange: (split: string) => void;
}

function SplitSwitch({ splits, value, onChange }: SplitSwitchProps) {
  const choices = splits.map(({ split }) => ({ value: split, label: split }));
  if (choices.length < 2) return null;
  if (choices.length > 4) return <Select label="Split" choices={choices} value={value} onChange={onChange} />;
  return <Segmented label="Split" choices={choices} value={value} onChange={onChange} />;
}
