/** The model's answer for the edited row: asked while a slider is dragged, or read off a curve in an exported file. */
import { useLayoutEffect, useMemo } from "preact/hooks";
import type { CodedError } from "../../contract/errors";
import type { Prediction, WhatifResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { values } from "../../contract/values";
import { formatNumber, useLatest } from "../../ui";
import { type CurveDrawing, outputOn } from "./curve";
import type { Edits, Scalar } from "./values";

export interface Answer {
  output: number | null;
  /** The answer in words; null where it is not known (a curve gives only the followed number). */
  predicted: string | null;
  /** Scores of all classes; null where they are not known. */
  scores: readonly number[] | null;
  /** The edits that it answers. */
  edits: Edits;
  /** True while the newest edits are not answered yet. */
  stale: boolean;
  error: CodedError | null;
}

export interface Subject {
  task: string;
  classes: readonly string[];
  /** Decision threshold of two classes, else null. */
  threshold: number | null;
}

export function useAnswer(host: ViewHost, result: WhatifResult, edits: Edits, live: boolean): Answer {
  const asked = useLatest<Edits, Prediction>((wanted) =>
    host.request<Prediction>("predict", { row: result.row, edits: wanted }),
  );
  const { ask, reset } = asked;
  const edited = Object.keys(edits).length > 0;
  // In the same task as the input event: after the next paint would be a frame later.
  useLayoutEffect(() => {
    if (!live) return;
    if (edited) ask(edits);
    else reset();
  }, [live, edited, edits, ask, reset]);

  const newest = edited ? asked.answer : null;
  const error = edited && !asked.stale ? asked.error : null;
  const prediction = newest?.data ?? result.prediction;
  const scores = useMemo(() => Array.from(values(prediction.scores)), [prediction]);
  return {
    output: prediction.output,
    predicted: prediction.predicted,
    scores,
    edits: newest?.params ?? {},
    stale: edited && live && error === null && newest?.params !== edits,
    error,
  };
}

/** In an exported file: the curve of the one edited feature. */
export function curveAnswer(result: WhatifResult, edits: Edits, curves: readonly CurveDrawing[]): Answer {
  const [entry] = Object.entries(edits);
  const known = { edits, stale: false, error: null };
  if (entry === undefined) {
    const { output, predicted, scores } = result.prediction;
    return { ...known, output, predicted, scores: Array.from(values(scores)) };
  }
  const [position, value] = entry;
  const drawing = curves.find((curve) => curve.position === Number(position));
  const output = drawing === undefined ? null : outputOn(drawing.curve, value as Scalar);
  return { ...known, output, predicted: null, scores: null };
}

/** What Python wrote for an answer or a truth, as the view writes numbers. */
export function answerWord(text: string, { task }: Subject): string {
  const value = Number(text);
  return task === "regression" && text !== "" && Number.isFinite(value) ? formatNumber(value, 5) : text;
}

/** The answer in words at the threshold on screen; null where only a model could tell. */
export function answerText(
  { output, predicted }: { output: number | null; predicted: string | null },
  subject: Subject,
): string | null {
  const { task, classes, threshold } = subject;
  if (task !== "binary" || threshold === null || output === null) {
    return predicted === null ? null : answerWord(predicted, subject);
  }
  return classes[output >= threshold ? 1 : 0] ?? predicted;
}
