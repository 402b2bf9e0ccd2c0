/** What the model answers now, against what it answered for the unchanged row. */
import type { WhatifResult } from "../../contract/generated";
import { values } from "../../contract/values";
import { ErrorState, formatFixed, formatNumber, formatSigned, Meter, MiddleEllipsis, plural } from "../../ui";
import { type Answer, answerText, answerWord, type Subject } from "./use_answer";

/** More classes than this are summed up in a line. */
const MOST_CLASSES = 6;

interface AnswerCardProps {
  result: WhatifResult;
  subject: Subject;
  answer: Answer;
}

export function AnswerCard({ result, subject, answer }: AnswerCardProps) {
  const { output, stale, error } = answer;
  const before = result.prediction.output;
  const change = output === null || before === null ? null : output - before;
  const isShare = subject.task !== "regression";
  const invisible = change === 0 || (isShare && Math.abs(change ?? 0) < 0.0005);
  const text = (value: number | null) => (isShare ? formatFixed(value, 3) : formatNumber(value, 5));
  return (
    <div class={stale ? "answer stale-soon" : "answer"} aria-busy={stale}>
      <div class="quiet label">
        <MiddleEllipsis text={sentence(result.output_label)} tail={14} />
      </div>
      <div class="output" role="status" aria-live="polite" aria-atomic="true">
        <span class="number">{text(output)}</span>{" "}
        {change !== null && !invisible && (
          <span class={change > 0 ? "delta up" : "delta down"}>
            {isShare ? formatSigned(change, 3) : signedNumber(change)}
          </span>
        )}
      </div>
      <div class="quiet label">{verdict(result, subject, answer, text(before))}</div>
      {error !== null && <ErrorState error={error} />}
      {subject.classes.length > 2 && answer.scores !== null && (
        <ClassScores
          classes={subject.classes}
          scores={answer.scores}
          before={values(result.prediction.scores)}
        />
      )}
    </div>
  );
}

/** "was 0.41, threshold 0.50: the answer flips to late". */
function verdict(result: WhatifResult, subject: Subject, answer: Answer, before: string): string {
  const now = answerText(answer, subject);
  const then = answerText(result.prediction, subject);
  const at = subject.threshold === null ? "" : `, threshold ${formatNumber(subject.threshold, 3)}`;
  const edited = Object.keys(answer.edits).length > 0;
  if (answer.output === null && answer.predicted === null) return "no curve reaches this value";
  if (subject.task === "regression")
    return edited ? `was ${before}` : `truth ${answerWord(result.truth, subject)}`;
  if (!edited) return `the answer is ${then}${at}`;
  if (now === null) return `was ${before} (${then})`;
  return now === then ? `was ${before}${at}: still ${now}` : `was ${before}${at}: the answer flips to ${now}`;
}

interface ClassScoresProps {
  classes: readonly string[];
  scores: readonly number[];
  before: ArrayLike<number>;
}

/** The classes with the highest scores now or before; the mark is the unchanged row's score. */
function ClassScores({ classes, scores, before }: ClassScoresProps) {
  const order = scores
    .map((score, index) => ({ index, weight: Math.max(score, before[index] ?? 0) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST_CLASSES);
  const rest = classes.length - order.length;
  return (
    <div class="scores">
      {order.map(({ index }) => (
        <div key={index} class="score">
          <MiddleEllipsis text={classes[index] ?? ""} tail={6} />
          <Meter share={scores[index] ?? null} mark={before[index] ?? null} tone="calm">
            <span class="num">{formatFixed(scores[index], 3)}</span>
          </Meter>
        </div>
      ))}
      {rest > 0 && <p class="small">and {plural(rest, "class", "classes")} with lower scores</p>}
    </div>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function signedNumber(value: number): string {
  return value > 0 ? `+${formatNumber(value, 4)}` : formatNumber(value, 4);
}
