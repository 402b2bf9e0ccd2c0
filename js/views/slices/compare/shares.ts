/** Two distributions as shares, and the difference between them in words. */
import type { ComparedFeature } from "../../../contract/generated";
import { values } from "../../../contract/values";
import { formatDate, formatNumber, formatPercent } from "../../../ui";

export interface Shares {
  /** Words for every bin. */
  labels: readonly string[];
  first: readonly number[];
  second: readonly number[];
  /** The largest share of any bin on either side. */
  highest: number;
  /** Bins whose place has a meaning; "missing" stands apart, after them. */
  ordered: number;
}

export function sharesOf(feature: ComparedFeature): Shares {
  const [first, second] = [portions(feature.first), portions(feature.second)];
  const labels = labelsOf(feature, first.length);
  const ordered = feature.edges.shape[0] ? feature.edges.shape[0] - 1 : 0;
  return { labels, first, second, ordered, highest: Math.max(...first, ...second, 0) };
}

/** Where the two sides differ most: "more 1,830 to 1,950: 41% against 11%". */
export function contrast({ labels, first, second }: Shares): string {
  let widest = 0;
  first.forEach((share, bin) => {
    if (Math.abs(share - (second[bin] ?? 0)) > Math.abs((first[widest] ?? 0) - (second[widest] ?? 0)))
      widest = bin;
  });
  const [here, there] = [first[widest] ?? 0, second[widest] ?? 0];
  if (here === there) return "the same on both sides";
  return `${here > there ? "more" : "less"} ${labels[widest]}: ${formatPercent(here)} against ${formatPercent(there)}`;
}

function portions(counts: ComparedFeature["first"]): number[] {
  const rows = [...values(counts)];
  const total = rows.reduce((sum, count) => sum + count, 0);
  return rows.map((count) => (total > 0 ? count / total : 0));
}

function labelsOf({ edges, labels, kind }: ComparedFeature, bins: number): string[] {
  const borders = edges.shape[0] ? [...values(edges)] : [];
  const text = kind === "datetime" ? momentText(borders) : (edge: number) => formatNumber(edge, 4);
  return Array.from({ length: bins }, (_, bin) => {
    const [low, high] = [borders[bin], borders[bin + 1]];
    if (low === undefined || high === undefined) {
      return labels[borders.length > 0 ? labels.length - 1 : bin] ?? "missing";
    }
    // Borders half way between whole numbers: the bin holds whole numbers only.
    const inset = kind === "datetime" || Math.abs(low % 1) !== 0.5 || Math.abs(high % 1) !== 0.5 ? 0 : 0.5;
    const [first, last] = [text(low + inset), text(high - inset)];
    return first === last ? first : `${first} to ${last}`;
  });
}

const DAY = 86_400_000;

/** Bins of a day and more are named by their dates. */
function momentText([first = 0, second = 0]: readonly number[]): (moment: number) => string {
  return second - first < DAY ? formatDate : (moment) => formatDate(moment).split(" ")[0] ?? "";
}
