/** All rows: per column its mean size and a swarm of dots; a column opens to its dependence plot. */
import { useMemo, useState } from "preact/hooks";
import type { AttributionsSummary, FeatureAttributions } from "../../contract/attributions";
import {
  columnName,
  formatCount,
  formatFixed,
  formatSigned,
  LinkButton,
  Meter,
  MiddleEllipsis,
  useSize,
} from "../../ui";
import { useTokenColors } from "../../ui/token_colors";
import { DependencePlot } from "./dependence";
import { across, cellText, type Dots } from "./dots";
import { distinctNames } from "./names";
import { TOKENS } from "./paint";
import { decimalsOf } from "./steps";
import { SwarmView } from "./swarm";
import { footNotes } from "./words";

/** Columns that are listed at first. */
const FIRST = 10;

interface OverallProps {
  summary: AttributionsSummary;
  dots: Dots;
  /** The row whose steps are shown. */
  openRow: number | null;
  onOpen: ((dot: number) => void) | null;
}

export function Overall({ summary, dots, openRow, onOpen }: OverallProps) {
  const { features, n_others, others_mean_abs } = summary;
  const { ref, width } = useSize<HTMLSpanElement>();
  const { probe, colors } = useTokenColors(TOKENS);
  const [all, setAll] = useState(false);
  const [chosen, choose] = useState<number | null>(null);
  const [pointed, point] = useState<number | null>(null);
  const openDot = useMemo(() => (openRow === null ? -1 : dots.rows.indexOf(openRow)), [dots, openRow]);
  const marked = pointed ?? (openDot < 0 ? null : openDot);
  const largest = features[0]?.mean_abs ?? 0;
  const decimals = decimalsOf(features.map(({ mean_abs }) => mean_abs));
  const named = useMemo(() => distinctNames(features.map(({ name }) => name)), [features]);
  const shown = all ? features : features.slice(0, FIRST);
  const column = features.findIndex(({ position }) => position === chosen);
  return (
    <>
      <span class="hidden" ref={probe} />
      <ul
        class={dots.count > 0 ? "overall" : "overall bare"}
        aria-label="Columns by mean size of their attributions"
      >
        <li class="axis" aria-hidden="true">
          <span />
          <span class="ticks" ref={ref}>
            {dots.count > 0 && <Ticks dots={dots} width={width} />}
          </span>
          <span class="num">mean size</span>
        </li>
        {shown.map((feature, index) => (
          <li key={feature.position} class={feature.position === chosen ? "chosen" : undefined}>
            <FeatureName
              feature={feature}
              short={named(feature.name)}
              open={feature.position === chosen}
              onClick={() => choose(feature.position === chosen ? null : feature.position)}
            />
            {width > 0 && dots.count > 0 ? (
              <SwarmView
                dots={dots}
                column={index}
                width={width}
                colors={colors}
                label={swarmWords(feature, dots, index)}
                marked={marked}
                onPoint={point}
                onOpen={onOpen}
              />
            ) : (
              <span />
            )}
            <Meter share={largest > 0 ? (feature.mean_abs ?? 0) / largest : 0} tone="calm">
              <span class="num">{formatFixed(feature.mean_abs, decimals)}</span>
            </Meter>
          </li>
        ))}
      </ul>
      <p class="pointed small" aria-live="off">
        {pointed === null ? hint(onOpen !== null && dots.count > 0) : pointedWords(shown, dots, pointed)}
      </p>
      {features.length > FIRST && (
        <LinkButton onClick={() => setAll(!all)}>
          {all ? `Show the first ${FIRST}` : `Show ${formatCount(features.length)} columns`}
        </LinkButton>
      )}
      {n_others > 0 && all && (
        <p class="small">
          {formatCount(n_others)} more columns, together {formatFixed(others_mean_abs, decimals)}.
        </p>
      )}
      {features[column] && (
        <DependencePlot
          feature={features[column]}
          column={column}
          dots={dots}
          colors={colors}
          unit={summary.unit}
        />
      )}
      <div class="foot">
        {footNotes(summary).map((note) => (
          <span key={note}>{note}</span>
        ))}
      </div>
    </>
  );
}

interface FeatureNameProps {
  feature: FeatureAttributions;
  short: string;
  open: boolean;
  onClick: () => void;
}

function FeatureName({ feature: { name, kind }, short, open, onClick }: FeatureNameProps) {
  const text = <MiddleEllipsis text={short} whole={columnName(name)} />;
  // Texts have no order to plot them by.
  if (kind === "text") return <span class="name still">{text}</span>;
  return (
    <button type="button" class="name" aria-label={columnName(name)} aria-expanded={open} onClick={onClick}>
      {text}
    </button>
  );
}

function Ticks({ dots, width }: { dots: Dots; width: number }) {
  const decimals = decimalsOf([dots.low, dots.high]);
  const zero = across(0, dots, width);
  return (
    <>
      {zero > 40 && <span class="first">{formatSigned(dots.low, decimals)}</span>}
      <span class="middle-tick" style={{ left: `${zero}px` }}>
        0
      </span>
      {zero < width - 40 && <span class="last">{formatSigned(dots.high, decimals)}</span>}
    </>
  );
}

function hint(opens: boolean): string {
  return opens
    ? "Click a dot for its row, a name for how the attribution runs over its values."
    : "Click a name for how the attribution runs over its values.";
}

function pointedWords(features: readonly FeatureAttributions[], dots: Dots, dot: number): string {
  const largest = features
    .map((feature, column) => ({ feature, column, value: dots.values[dot * dots.width + column] as number }))
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value))
    .slice(0, 3)
    .map(({ feature, column, value }) => {
      const cell = cellText(feature, dots.x[dot * dots.width + column] as number);
      return `${columnName(feature.name)}${cell === "" ? "" : ` = ${cell}`} ${formatSigned(value, decimalsOf([dots.low, dots.high]))}`;
    });
  return `Row ${formatCount(dots.rows[dot] as number)}: ${largest.join(", ")}`;
}

function swarmWords(feature: FeatureAttributions, dots: Dots, column: number): string {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let dot = 0; dot < dots.count; dot++) {
    const value = dots.values[dot * dots.width + column] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const decimals = decimalsOf([dots.low, dots.high]);
  if (low > high) return `${feature.name}: no row is drawn`;
  return `${feature.name}: from ${formatSigned(low, decimals)} to ${formatSigned(high, decimals)}`;
}
