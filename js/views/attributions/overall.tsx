/** All rows: per column its mean size and a swarm of dots; below it how one column runs over its values. */
import { useMemo, useState } from "preact/hooks";
import type { AttributionsSummary, FeatureAttributions } from "../../contract/attributions";
import { formatCount, formatFixed, LinkButton } from "../../ui";
import { useTokenColors } from "../../ui/token_colors";
import { DependencePlot } from "./dependence";
import type { Dots } from "./dots";
import { FeatureList } from "./feature_list";
import { TOKENS } from "./paint";
import { decimalsOf } from "./steps";
import { footNotes, rowWords } from "./words";

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
  const { probe, colors } = useTokenColors(TOKENS);
  const [all, setAll] = useState(false);
  const [chosen, choose] = useState<number | null>(null);
  const [pointed, point] = useState<number | null>(null);
  const openDot = useMemo(() => (openRow === null ? -1 : dots.rows.indexOf(openRow)), [dots, openRow]);
  const marked = pointed ?? (openDot < 0 ? null : openDot);
  const decimals = decimalsOf(features.map(({ mean_abs }) => mean_abs));
  const shown = all ? features : features.slice(0, FIRST);
  const plotted = features.find(({ position }) => position === chosen) ?? features.find(hasPlot);
  const hands = { marked, onPoint: point, onOpen };
  return (
    <>
      <span class="hidden" ref={probe} />
      <FeatureList
        features={features}
        shown={shown}
        dots={dots}
        colors={colors}
        decimals={decimals}
        plotted={plotted?.position ?? null}
        onChoose={choose}
        {...hands}
      />
      <p class="pointed small">
        {pointed === null ? hint(onOpen !== null && dots.count > 0) : rowWords(shown, dots, pointed)}
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
      <div class="foot">
        {footNotes(summary).map((note) => (
          <span key={note}>{note}</span>
        ))}
      </div>
      {plotted && (
        <DependencePlot
          feature={plotted}
          column={features.indexOf(plotted)}
          dots={dots}
          colors={colors}
          unit={summary.unit}
          {...hands}
        />
      )}
    </>
  );
}

/** Texts have no order to plot them by. */
function hasPlot({ kind }: FeatureAttributions): boolean {
  return kind !== "text";
}

function hint(opens: boolean): string {
  return opens
    ? "Click a dot for its row, a name for its plot below; arrow keys and Enter do the same."
    : "Click a name for its plot below.";
}
