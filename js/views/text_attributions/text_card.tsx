/** One row's text: what the model said of it, and its words by every method that is shown. */
import { useState } from "preact/hooks";
import type { AttributedText, TextAttributionsResult } from "../../contract/generated";
import { values } from "../../contract/values";
import { formatCount, formatNumber, LinkButton } from "../../ui";
import { parts, scaleOf, signed } from "./numbers";
import { Words } from "./words";

export interface Shown {
  result: TextAttributionsResult;
  text: AttributedText;
}

interface TextCardProps {
  /** The same row's text by each method. */
  shown: readonly Shown[];
  onOpen: ((row: number) => void) | null;
}

export function TextCard({ shown, onOpen }: TextCardProps) {
  const first = shown[0]?.text;
  if (first === undefined) return null;
  const name = `Row ${formatCount(first.row)}`;
  return (
    <article aria-label={name}>
      <header>
        {onOpen ? (
          <LinkButton onClick={() => onOpen(first.row)} title="Open this row under What-if">
            {name}
          </LinkButton>
        ) : (
          <b>{name}</b>
        )}
        <span class={first.truth !== "" && first.truth !== first.predicted ? "wrong" : "quiet"}>
          {answerSentence(first)}
        </span>
        {first.cut && <span class="severity warning">longer than the model takes</span>}
      </header>
      {first.words.length === 0 && <p class="quiet">The text is empty.</p>}
      {shown.map(({ result, text }) => (
        <section key={result.method}>
          <Words text={text} label={`${name}, ${result.method_label}`} scale={scaleOf(result)}>
            {shown.length > 1 && <b>{result.method_label}</b>} {fromTo(text, result)}
          </Words>
        </section>
      ))}
      {first.words.length > 0 && <Numbers shown={shown} />}
    </article>
  );
}

/** A long text has thousands of numbers: they are written when they are asked for. */
function Numbers({ shown }: { shown: readonly Shown[] }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Numbers</summary>
      {open && <NumbersTable shown={shown} />}
    </details>
  );
}

function NumbersTable({ shown }: { shown: readonly Shown[] }) {
  const columns = shown.map(({ result, text }) => ({ result, numbers: values(text.values) }));
  return (
    <div class="numbers">
      <table>
        <thead>
          <tr>
            <th>Word</th>
            {columns.map(({ result }) => (
              <th key={result.method} class="num">
                {result.method_label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown[0]?.text.words.map((piece, at) => (
            <tr key={at}>
              <td>
                <bdi>{parts(piece).word}</bdi>
              </td>
              {columns.map(({ result, numbers }) => (
                <td key={result.method} class="num">
                  {signed(numbers[at] as number, scaleOf(result))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function answerSentence({ truth, predicted }: AttributedText): string {
  if (truth === "") return `The model says ${predicted || "nothing"}`;
  return `True answer: ${truth}, the model says ${predicted || "nothing"}`;
}

/** "0.02 without the words to 3.22, log-odds of good", as far as the ends are known and mean something. */
function fromTo(
  { output, baseline_output, target }: AttributedText,
  { method, unit }: TextAttributionsResult,
): string {
  const of = target === "" ? unit : `${unit} of ${target}`;
  if (output === null) return of;
  if (method === "saliency") return `${formatNumber(output, 3)} ${of}; how strongly words act, not which way`;
  if (baseline_output === null) return `${formatNumber(output, 3)} ${of}`;
  return `${formatNumber(baseline_output, 3)} without the words to ${formatNumber(output, 3)}, ${of}`;
}
