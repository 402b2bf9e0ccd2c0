/** Columns, largest first: a swarm of dots and the mean size of each. */
import { useMemo, useRef, useState } from "preact/hooks";
import type { FeatureAttributions } from "../../contract/attributions";
import { columnName, formatFixed, formatSigned, Meter, MiddleEllipsis, useSize } from "../../ui";
import type { DotHandlers } from "./dot_canvas";
import { across, type Dots } from "./dots";
import { distinctNames } from "./names";
import type { Colors } from "./paint";
import { decimalsOf } from "./steps";
import { SwarmView } from "./swarm";
import { dotWords } from "./words";

interface FeatureListProps extends DotHandlers {
  features: readonly FeatureAttributions[];
  shown: readonly FeatureAttributions[];
  dots: Dots;
  colors: Colors;
  decimals: number;
  /** Position of the column whose plot stands below. */
  plotted: number | null;
  onChoose: (position: number) => void;
  marked: number | null;
}

export function FeatureList(props: FeatureListProps) {
  const { features, shown, dots, colors, decimals, plotted, onChoose, marked, onPoint, onOpen } = props;
  const { ref, width } = useSize<HTMLSpanElement>();
  const list = useRef<HTMLUListElement>(null);
  const [stop, setStop] = useState(0);
  const named = useMemo(() => distinctNames(features.map(({ name }) => name)), [features]);
  const largest = features[0]?.mean_abs ?? 0;
  const goTo = (index: number) => {
    const clouds = list.current?.querySelectorAll<HTMLElement>(".dots") ?? [];
    const next = clouds[index];
    if (!next) return;
    setStop(index);
    next.focus();
  };
  return (
    <ul
      ref={list}
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
        <li key={feature.position} class={feature.position === plotted ? "chosen" : undefined}>
          <FeatureName
            feature={feature}
            short={named(feature.name)}
            chosen={feature.position === plotted}
            onClick={() => onChoose(feature.position)}
          />
          {width > 0 && dots.count > 0 ? (
            <SwarmView
              dots={dots}
              column={index}
              width={width}
              colors={colors}
              label={swarmWords(feature, dots, index)}
              words={(dot) => dotWords(feature, dots, dot, index)}
              marked={marked}
              tabStop={index === Math.min(stop, shown.length - 1)}
              onAcross={(by) => goTo(index + by)}
              onPoint={onPoint}
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
  );
}

interface FeatureNameProps {
  feature: FeatureAttributions;
  short: string;
  chosen: boolean;
  onClick: () => void;
}

function FeatureName({ feature: { name, kind }, short, chosen, onClick }: FeatureNameProps) {
  const text = <MiddleEllipsis text={short} whole={columnName(name)} />;
  // Texts have no order to plot them by.
  if (kind === "text") return <span class="name still">{text}</span>;
  return (
    <button type="button" class="name" aria-label={columnName(name)} aria-pressed={chosen} onClick={onClick}>
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
