/** Where a strip's cubes come from and its brushes go: to the kernel, or, in an exported file, to what it carries. */
import type { BrushCube, CarriedPairs, SelectedBins } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { ALL_ROWS, nextSelection, type Selection } from "../../contract/workbench";
import type { AskCube } from "./cubes";
import { carriedRows, cubeOfPairs } from "./pairs";
import {
  type Bins,
  type Brushes,
  brushesOf,
  brushRecords,
  emptyBins,
  follow,
  type Histogram,
  readCube,
  readSelected,
  type Strip,
  totalOf,
  wordsOf,
} from "./strip";

/** What is selected, as far as it can be shown: null bins are all rows. */
export type Settle = (bins: Bins | null, brushes: Brushes) => void;

export interface Source {
  ask: AskCube;
  select(brushes: Brushes): Promise<void>;
  /** Tells what is selected, now and after every change. Returns the function that ends it. */
  follow(settle: Settle): () => void;
  /** How many histograms can be brushed at once. */
  readonly most: number;
}

const NO_BRUSH: Brushes = new Map();

export function kernelSource(host: ViewHost, strip: Strip): Source {
  return {
    most: strip.histograms.length,
    ask: async (active, fixed) =>
      readCube(await host.request<BrushCube>("cube", { active, brushes: brushRecords(fixed) })),
    async select(brushes) {
      await host.request("select", { brushes: brushRecords(brushes) });
    },
    follow(settle) {
      const tell = () => {
        const selected = host.get<SelectedBins | null>("selected");
        settle(selected && readSelected(selected), brushesOf(selected?.brushes ?? []));
      };
      tell();
      return host.subscribe("selected", tell);
    },
  };
}

/** In a file one brush is followed at a time: the joint histograms of three columns would be too many. */
export function fileSource(host: ViewHost, strip: Strip, carried: CarriedPairs): Source {
  const { shared } = host;
  const written = host.get<SelectedBins | null>("selected");
  const first = shared?.get<Selection>("selection").token ?? 0;
  let own: { token: number; bins: Bins; brushes: Brushes } | null = null;
  let settled: Settle = () => {};

  function tell(): void {
    const selection = shared?.get<Selection>("selection");
    if (own !== null && (selection === undefined || selection.token === own.token)) {
      settled(own.bins, own.brushes);
    } else if (selection?.kind !== "all" && selection?.token === first && written !== null) {
      settled(readSelected(written), NO_BRUSH);
    } else {
      settled(null, NO_BRUSH);
    }
  }
  return {
    most: 1,
    ask: async (active) => cubeOfPairs(strip, carried, active),
    async select(brushes) {
      const now = shared?.get<Selection>("selection") ?? null;
      const [brush] = brushes;
      const next = nextSelection(now, brush ? selectionOf(strip, carried, brush) : ALL_ROWS);
      own = brush ? { token: next.token, brushes, bins: binsOf(strip, carried, brush) } : null;
      if (shared) shared.set("selection", next);
      else tell();
    },
    follow(settle) {
      settled = settle;
      tell();
      return shared?.subscribe("selection", tell) ?? (() => {});
    },
  };
}

type Brush = readonly [dimension: number, range: readonly [number, number]];

function selectionOf(
  strip: Strip,
  carried: CarriedPairs,
  [dimension, range]: Brush,
): Omit<Selection, "token"> {
  const histogram = strip.histograms[dimension] as Histogram;
  return {
    kind: "query",
    label: `${histogram.name} ${wordsOf(histogram, range)}`,
    n: totalOf(strip.all, histogram, range).rows,
    rows: carriedRows(strip, carried, dimension, range),
  };
}

function binsOf(strip: Strip, carried: CarriedPairs, [dimension, range]: Brush): Bins {
  const bins = emptyBins(strip.size);
  follow(strip, cubeOfPairs(strip, carried, dimension), range, bins);
  return bins;
}
