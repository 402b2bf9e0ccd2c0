/** Crossfilter: a strip of small histograms. Brush one and the others follow. */
import { useMemo, useState } from "preact/hooks";
import type { CrossfilterResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { Progress, useSize, useTrait, ViewFrame } from "../../ui";
import { Foot, type Pointed } from "./foot";
import { HistogramView } from "./histogram";
import { type Brushes, type Histogram, totalOf } from "./strip";
import { useBrushing } from "./use_brushing";
import { useColors } from "./use_colors";
import { rangeSentence } from "./words";

export function Crossfilter({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <Waiting host={host} />
    </ViewFrame>
  );
}

function Waiting({ host }: { host: ViewHost }) {
  const [result] = useTrait<CrossfilterResult | null>(host, "result");
  if (!result) return <Progress text="Counting histograms" fraction={null} />;
  return <StripView host={host} result={result} />;
}

/** Narrowest histogram and the space between two, in px. */
const NARROWEST = 118;
const SPACE = 12;
const ROWS = 2;

function StripView({ host, result }: { host: ViewHost; result: CrossfilterResult }) {
  const { ref, width } = useSize<HTMLDivElement>();
  const { strip, brushing, error, idle, single } = useBrushing(host, result);
  const { probe, colors } = useColors();
  const [open, setOpen] = useState(false);
  const [pointed, point] = useState<Pointed | null>(null);
  const across = Math.max(2, Math.floor((width + SPACE) / (NARROWEST + SPACE)));
  const each = Math.floor((width - SPACE * (across - 1)) / across);
  const visible = useMemo(
    () => (open ? strip.histograms : firstOnes(strip.histograms, across * ROWS, brushing.brushes)),
    [strip, open, across, brushing.brushes],
  );
  const bins = brushing.shown ?? strip.all;
  return (
    <div class="strip" ref={ref}>
      <span class="hidden" ref={probe} />
      {width > 0 && (
        <div class="histograms" style={{ gridTemplateColumns: `repeat(${across}, ${each}px)` }}>
          {visible.map((histogram) => (
            <HistogramView
              key={histogram.index}
              strip={strip}
              histogram={histogram}
              brushing={brushing}
              width={each}
              colors={colors}
              idle={idle}
              describe={(which, range) => rangeSentence(strip, which, range, totalOf(bins, which, range))}
              onPoint={(which, bin) => point(bin === null ? null : { histogram: which, bin })}
            />
          ))}
        </div>
      )}
      <Foot
        strip={strip}
        brushing={brushing}
        pointed={pointed}
        error={error}
        single={single}
        hidden={strip.histograms.length - visible.length}
        open={open}
        onToggle={() => setOpen(!open)}
      />
    </div>
  );
}

/**
 * The most telling columns, with what is known of the answers (loss first) in up to a third of the places. What is
 * brushed is never hidden.
 */
function firstOnes(histograms: readonly Histogram[], most: number, brushes: Brushes): readonly Histogram[] {
  if (histograms.length <= most) return histograms;
  const columns = histograms.filter(({ role }) => role === "feature" || role === "metadata");
  const outcomes = histograms.filter((histogram) => !columns.includes(histogram)).reverse();
  const kept = new Set(outcomes.slice(0, Math.max(1, Math.floor(most / 3))));
  for (const column of columns.slice(0, most - kept.size)) kept.add(column);
  return histograms.filter((histogram) => kept.has(histogram) || brushes.has(histogram.index));
}
