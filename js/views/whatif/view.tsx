/** What-if: one row, a control per feature, and the model's answer while a control is dragged. */
import type { Feature, WhatifResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import {
  Button,
  EmptyState,
  formatCount,
  Progress,
  useConnection,
  useShared,
  useTrait,
  ViewFrame,
} from "../../ui";
import type { CurveDrawing } from "./curve";
import { Editor } from "./editor";
import { RowBar, RowInput } from "./row_bar";
import { answerText, answerWord, type Subject } from "./use_answer";

export function Whatif({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <WhatifBody host={host} />
    </ViewFrame>
  );
}

function WhatifBody({ host }: { host: ViewHost }) {
  const [unavailable] = useTrait<string>(host, "unavailable");
  const [result] = useTrait<WhatifResult | null>(host, "result");
  const [features] = useTrait<readonly Feature[]>(host, "features");
  const [nRows] = useTrait<number>(host, "n_rows");
  const [curves] = useTrait<readonly CurveDrawing[] | null>(host, "curves");
  const [asked, open] = useRow(host);
  // An exported file holds one row's curves, whether or not a row was open in the workbench.
  const row = curves === null ? asked : (result?.row ?? null);
  const subject = useSubject(host);
  const live = useConnection(host) === "live";
  const locked = live ? "" : "Other rows need the notebook: no kernel answers here";
  if (unavailable !== "") {
    return (
      <>
        <h2>What-if</h2>
        <EmptyState title="The model cannot be asked about changed rows">{sentence(unavailable)}</EmptyState>
      </>
    );
  }
  if (row === null || (result === null && !live)) return <NoRow host={host} live={live} onOpen={open} />;
  return (
    <>
      <header class="title">
        <h2>What-if</h2>
        <RowBar row={row} nRows={nRows} locked={locked} onOpen={open} />
      </header>
      {result === null ? (
        <Progress text={`Opening row ${formatCount(row)}`} fraction={null} />
      ) : (
        <>
          <p class="lead">{leadSentence(result, subject)}</p>
          {curves !== null && <p class="note">{REPORT_TEXT}</p>}
          <Editor
            key={result.row}
            host={host}
            result={result}
            features={features}
            subject={subject}
            nRows={nRows}
            live={live}
            onOpen={open}
          />
        </>
      )}
    </>
  );
}

const REPORT_TEXT =
  "Exported file: the answer moves on curves that were computed for this row, one feature at a time, linear between their points. Moving several features, other rows and the search need the notebook.";

function NoRow({ host, live, onOpen }: { host: ViewHost; live: boolean; onOpen: (row: number) => void }) {
  const [highest] = useTrait<number | null>(host, "highest_loss_row");
  const [nRows] = useTrait<number>(host, "n_rows");
  return (
    <>
      <h2>What-if</h2>
      <EmptyState title="No row is open">
        {live
          ? "Choose a row in Rows, or open one here: every feature gets a control, and the model answers while you move it."
          : "The file was exported without an open row. Open one in the notebook and export again."}
      </EmptyState>
      {live && (
        <div class="actions">
          {highest !== null && (
            <Button onClick={() => onOpen(highest)}>
              Open the row with the highest loss ({formatCount(highest)})
            </Button>
          )}
          <RowInput row={null} nRows={nRows} onOpen={onOpen} />
        </div>
      )}
    </>
  );
}

/** The open row: the workbench's, or the view's own where it stands alone. */
function useRow(host: ViewHost): [number | null, (row: number) => void] {
  const [own, setOwn] = useTrait<number | null>(host, "row");
  const [shared, setShared] = useShared<number | null>(host, "row", null);
  return host.shared === null ? [own, setOwn] : [shared, setShared];
}

function useSubject(host: ViewHost): Subject {
  const [task] = useTrait<string>(host, "task");
  const [classes] = useTrait<readonly string[]>(host, "classes");
  const [own] = useTrait<number | null>(host, "threshold");
  const [shared] = useShared<number | null>(host, "threshold", null);
  return { task, classes, threshold: task === "binary" ? (shared ?? own) : null };
}

function leadSentence(result: WhatifResult, subject: Subject): string {
  const split = result.split === "" ? "" : ` of ${result.split}`;
  const says = answerText(result.prediction, subject);
  return `Row ${formatCount(result.row)}${split}. True answer: ${answerWord(result.truth, subject)}, the model says ${says}. The grey mark is the original value.`;
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return upper.endsWith(".") ? upper : `${upper}.`;
}
