/** Small controls shared by all views. Native elements first: keyboard and roles come with them. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";

interface ButtonProps {
  children: ComponentChildren;
  onClick: () => void;
  disabled?: boolean;
  /** Why it does nothing now, or more than the word says. */
  title?: string | undefined;
}

export function Button({ children, onClick, disabled = false, title }: ButtonProps) {
  return (
    <button type="button" class="button" onClick={onClick} disabled={disabled} title={title}>
      {children}
    </button>
  );
}

/** An action written as a link: "Open Performance", "Copy as code". */
export function LinkButton({ children, onClick, disabled = false, title }: ButtonProps) {
  return (
    <button type="button" class="link" onClick={onClick} disabled={disabled} title={title}>
      {children}
    </button>
  );
}

/** Copies `text`; says so in place of its own words for a moment. */
export function CopyButton({ text, children }: { text: string; children: string }) {
  const [said, say] = useState<string | null>(null);
  const copy = () =>
    copyText(text).then(
      () => say("Copied"),
      () => say("Copying is not allowed here"),
    );
  return (
    <button type="button" class="link" onClick={copy} onBlur={() => say(null)} title={text}>
      <span aria-live="polite">{said ?? children}</span>
    </button>
  );
}

async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // A page that is served over plain http has no clipboard; copying a selected field is what is left.
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand?.("copy") ?? false;
  field.remove();
  if (!copied) throw new Error("Copying was refused");
}

export interface Choice<T extends string> {
  value: T;
  label: string;
}

interface SegmentedProps<T extends string> {
  label: string;
  choices: readonly Choice<T>[];
  value: T | null;
  onChange: (value: T) => void;
  disabled?: boolean;
}

/** A few exclusive choices side by side: a radio group, arrow keys move. */
export function Segmented<T extends string>(props: SegmentedProps<T>) {
  const { label, choices, value, onChange, disabled = false } = props;
  const group = useRef<HTMLDivElement>(null);
  const current = Math.max(
    0,
    choices.findIndex((choice) => choice.value === value),
  );
  const move = (event: KeyboardEvent) => {
    const step = ARROWS[event.key];
    const next = step === undefined ? undefined : choices[(current + step + choices.length) % choices.length];
    if (next === undefined) return;
    event.preventDefault();
    onChange(next.value);
    group.current?.querySelectorAll("button")[choices.indexOf(next)]?.focus();
  };
  return (
    <div class="segmented" role="radiogroup" aria-label={label} ref={group} onKeyDown={move}>
      {choices.map((choice, index) => (
        <button
          type="button"
          role="radio"
          key={choice.value}
          aria-checked={choice.value === value}
          tabIndex={index === current ? 0 : -1}
          disabled={disabled}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}

const ARROWS: Record<string, number | undefined> = {
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
};

interface SelectProps {
  label: string;
  choices: readonly Choice<string>[];
  value: string;
  onChange: (value: string) => void;
  disabled?: boolean;
}

export function Select({ label, choices, value, onChange, disabled = false }: SelectProps) {
  return (
    <select
      class="select"
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}
