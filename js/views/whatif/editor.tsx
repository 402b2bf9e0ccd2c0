/** One open row: controls on the left, the model's answer on the right. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Feature, NearestRow, WhatifResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { Button, CopyButton, useShared, useTrait } from "../../ui";
import { AnswerCard } from "./answer_card";
import { type CurveDrawing, outputOn } from "./curve";
import { CurvePanel } from "./curve_panel";
import { FeatureList } from "./feature_list";
import { NearestPanel } from "./nearest_panel";
import { curveAnswer, type Subject, useAnswer } from "./use_answer";
import { useCurrentMark, useCurve, useThresholdMark } from "./use_curve";
import { useEdits } from "./use_edits";
import {
  currentValue,
  editsTowards,
  hasCurve,
  isOrdered,
  NO_EDITS,
  pythonCode,
  type Scalar,
  withEdit,
} from "./values";

interface EditorProps {
  host: ViewHost;
  result: WhatifResult;
  features: readonly Feature[];
  subject: Subject;
  nRows: number;
  /** A kernel answers. */
  live: boolean;
  onOpen: (row: number) => void;
}

export function Editor({ host, result, features, subject, nRows, live, onOpen }: EditorProps) {
  const [curves] = useTrait<readonly CurveDrawing[] | null>(host, "curves");
  const [kept] = useTrait<NearestRow | null>(host, "nearest_row");
  const [edits, setEdits] = useEdits(host, result.row);
  const [taken, take] = useState<number | null>(() => firstToShow(features));
  const wanted = useWanted(host, take);
  const feature = features.find(({ position }) => position === taken) ?? null;

  const asked = useAnswer(host, result, edits, live);
  const answer = curves === null ? asked : curveAnswer(result, edits, curves);
  const curve = useCurve(host, result, feature && hasCurve(feature) ? feature.position : null, edits, curves);
  const value = feature === null ? null : currentValue(result, edits, feature);
  // The mark follows the hand along the curve; the model's own answer for the same point comes a moment later.
  useCurrentMark(host, curve.drawing, value, curve.drawing && outputOn(curve.drawing.curve, value));
  useThresholdMark(host, curve.drawing, subject.threshold);

  const newest = useRef(edits);
  newest.current = edits;
  const edit = useCallback(
    (changed: Feature, next: Scalar) => {
      take(changed.position);
      newest.current = withEdit(result, curves === null ? newest.current : NO_EDITS, changed, next);
      setEdits(newest.current);
    },
    [curves, result, setEdits],
  );
  const changed = Object.keys(edits).length > 0;
  return (
    <div class="two">
      <FeatureList
        result={result}
        features={features}
        nRows={nRows}
        edits={edits}
        lockOf={(each) => lockOf(each, live, curves)}
        canBeMissing={curves === null}
        wanted={wanted}
        onEdit={edit}
        onTake={take}
      />
      <div class="side">
        <div class="card">
          <AnswerCard result={result} subject={subject} answer={answer} />
          <CurvePanel host={host} feature={feature} curve={curve} outputLabel={result.output_label} />
        </div>
        <div class="actions">
          <Button onClick={() => setEdits(NO_EDITS)} disabled={!changed}>
            Reset all
          </Button>
          <CopyButton text={pythonCode(result, edits, features)}>Copy as code</CopyButton>
        </div>
        <NearestPanel
          host={host}
          result={result}
          edits={edits}
          features={features}
          nRows={nRows}
          regression={subject.task === "regression"}
          kept={kept}
          live={live}
          onWalk={(target) => setEdits(editsTowards(result, features, target))}
          onOpen={onOpen}
        />
      </div>
    </div>
  );
}

/** The feature that another panel asks for: taken in hand, and the request taken back. */
function useWanted(host: ViewHost, take: (position: number) => void): { position: number } | null {
  const [asked, answer] = useShared<number | null>(host, "feature", null);
  const [wanted, want] = useState<{ position: number } | null>(null);
  useEffect(() => {
    if (asked === null) return;
    take(asked);
    want({ position: asked });
    answer(null);
  }, [asked, answer, take]);
  return wanted;
}

/** The first feature with a range, else the first with any curve. */
function firstToShow(features: readonly Feature[]): number | null {
  return (features.find(isOrdered) ?? features.find(hasCurve))?.position ?? null;
}

function lockOf(feature: Feature, live: boolean, curves: readonly CurveDrawing[] | null): string {
  if (live) return "";
  if (curves === null) return "No kernel answers: run the cell again";
  const known = curves.some(({ position }) => position === feature.position);
  return known ? "" : "Needs the notebook: no curve was computed for this feature";
}
