/** One text by one method: every word on the scale from down to up, its number on hover and focus. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { AttributedText } from "../../contract/generated";
import { values } from "../../contract/values";
import { parts, type Scale, signed, strength } from "./numbers";

interface WordsProps {
  text: AttributedText;
  label: string;
  scale: Scale;
  /** What stands above the words; the number of the word in focus is beside it. */
  children: ComponentChildren;
}

export function Words({ text, label, scale, children }: WordsProps) {
  const numbers = values(text.values);
  const [shown, show] = useState<number | null>(null);
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLOListElement>(null);
  const move = (event: KeyboardEvent) => {
    const next = target(event.key, current, text.words.length, isRightToLeft(list.current));
    if (next === null) return;
    event.preventDefault();
    setCurrent(next);
    list.current?.querySelectorAll<HTMLElement>(".word")[next]?.focus();
  };
  const said = shown === null ? null : parts(text.words[shown] ?? "").word;
  return (
    <>
      <p class="method">
        <span>{children}</span>
        <span class="readout num" aria-hidden="true">
          {said !== null && (
            <>
              <bdi>{said}</bdi> <b>{signed(numbers[shown as number] as number, scale)}</b>
            </>
          )}
        </span>
      </p>
      <ol class="words" dir="auto" ref={list} aria-label={label} onKeyDown={move}>
        {text.words.map((piece, at) => {
          const { before, word, after } = parts(piece);
          const value = numbers[at] as number;
          return (
            <li key={at}>
              {before}
              {word !== "" && (
                // biome-ignore lint/a11y/noStaticElementInteractions: nothing happens but that its number is shown
                <span
                  class={`word ${tone(strength(value, scale))}`}
                  style={{ "--share": `${Math.round(45 * Math.abs(strength(value, scale)))}%` }}
                  tabIndex={at === current ? 0 : -1}
                  onMouseEnter={() => show(at)}
                  onMouseLeave={() => show(null)}
                  onFocus={() => {
                    setCurrent(at);
                    show(at);
                  }}
                  onBlur={() => show(null)}
                >
                  {word}
                  <span class="hidden"> {signed(value, scale)}</span>
                </span>
              )}
              {after}
            </li>
          );
        })}
      </ol>
    </>
  );
}

/** Words below this share of the largest are not underlined. */
const FAINT = 0.15;

function tone(share: number): string {
  if (share === 0) return "";
  const side = share > 0 ? "up" : "down";
  return Math.abs(share) < FAINT ? side : `${side} marked`;
}

function isRightToLeft(element: HTMLElement | null): boolean {
  return element !== null && getComputedStyle(element).direction === "rtl";
}

function target(key: string, current: number, count: number, mirrored: boolean): number | null {
  const forward = mirrored ? "ArrowLeft" : "ArrowRight";
  const backward = mirrored ? "ArrowRight" : "ArrowLeft";
  if (key === forward) return Math.min(current + 1, count - 1);
  if (key === backward) return Math.max(current - 1, 0);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}
