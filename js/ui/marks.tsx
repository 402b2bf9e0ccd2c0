/** Small marks that carry a value or a name: bars, severities, shortened names. */
import type { ComponentChildren } from "preact";

interface MeterProps {
  /** Share of the bar that is filled, 0 to 1; null draws an empty track. */
  share: number | null;
  /** The comparison mark, 0 to 1. */
  mark?: number | null;
  /** Where zero stands on the track: the bar is drawn from there to `share`. */
  zero?: number;
  /** `hot` is for error and loss, `calm` for everything that is merely there. */
  tone?: "hot" | "calm";
  /** The value in words: the bar itself is not read aloud. */
  children?: ComponentChildren;
}

/** A horizontal bar with its value beside it and, where there is one, the mark to compare with. */
export function Meter({ share, mark = null, zero = 0, tone = "hot", children }: MeterProps) {
  return (
    <span class="meter">
      <span class="track" aria-hidden="true">
        {share !== null && (
          <span class={tone === "calm" ? "fill calm" : "fill"} style={extent(zero, share)} />
        )}
        {mark !== null && <span class="mark" style={{ left: percent(mark) }} />}
      </span>
      {children}
    </span>
  );
}

function extent(zero: number, share: number) {
  const width = percent(Math.abs(share - zero));
  return zero === 0 ? { width } : { left: percent(Math.min(zero, share)), width };
}

function percent(share: number): string {
  return `${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%`;
}

export type SeverityWord = "critical" | "warning" | "info" | "passed";

/** A severity: the word carries it, the colour repeats it. */
export function Severity({ severity }: { severity: SeverityWord }) {
  return <span class={`severity ${severity}`}>{severity}</span>;
}

interface MiddleEllipsisProps {
  text: string;
  /** What is on hover, where that is more than the text. */
  whole?: string;
  tail?: number;
}

/**
 * A name that is shortened in the middle when there is no room (its end often tells more than its middle);
 * the whole is on hover. Must stand in a flex or grid cell that may shrink.
 */
export function MiddleEllipsis({ text, whole = text, tail = 8 }: MiddleEllipsisProps) {
  const characters = Array.from(text);
  const cut = characters.length > 2 * tail ? characters.length - tail : characters.length;
  return (
    <span class="middle" title={whole}>
      <span class="start">{characters.slice(0, cut).join("")}</span>
      {cut < characters.length && <span class="end">{characters.slice(cut).join("")}</span>}
    </span>
  );
}
