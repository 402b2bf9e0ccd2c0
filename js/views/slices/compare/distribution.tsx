/** One feature on both sides: the second as bars, the first as a line over them, and the difference in words. */
import { useMemo } from "preact/hooks";
import type { ComparedFeature } from "../../../contract/generated";
import { columnName, formatFixed, MiddleEllipsis } from "../../../ui";
import { contrast, type Shares, sharesOf } from "./shares";

export function Distribution({ feature }: { feature: ComparedFeature }) {
  const shares = useMemo(() => sharesOf(feature), [feature]);
  const words = contrast(shares);
  return (
    <figure class="distribution">
      <figcaption>
        <MiddleEllipsis text={columnName(feature.name)} />
        <span class="small" title="share of rows that would have to move to make both sides equal">
          {formatFixed(feature.distance, 2)}
        </span>
      </figcaption>
      <Bars shares={shares} />
      <span class="small contrast" title={words}>
        {words}
      </span>
    </figure>
  );
}

const HEIGHT = 40;

function Bars({ shares }: { shares: Shares }) {
  const { first, second, highest, ordered, labels } = shares;
  // A gap sets "missing" apart from what has an order.
  const left = (bin: number) => (ordered > 0 && bin >= ordered ? bin + 0.5 : bin);
  const width = left(first.length - 1) + 1;
  const height = (share: number) => (highest > 0 ? (HEIGHT * share) / highest : 0);
  return (
    <svg viewBox={`0 0 ${Math.max(1, width)} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {second.map((share, bin) => (
        <rect
          class="second"
          key={labels[bin]}
          x={left(bin) + 0.06}
          width={0.88}
          y={HEIGHT - height(share)}
          height={height(share)}
        />
      ))}
      <path class="first" d={outline(shares, left, height)} />
      {first.map((share, bin) => (
        <rect class="hit" key={labels[bin]} x={left(bin)} width={1} y={0} height={HEIGHT}>
          <title>{`${labels[bin]}: ${(100 * share).toFixed(1)}% against ${(100 * (second[bin] ?? 0)).toFixed(1)}%`}</title>
        </rect>
      ))}
    </svg>
  );
}

/** Steps over bins that have an order; every other bin by itself. */
function outline(
  { first, ordered }: Shares,
  left: (bin: number) => number,
  height: (share: number) => number,
): string {
  const steps = first.map((share, bin) => {
    const top = (HEIGHT - height(share)).toFixed(2);
    const joined = bin > 0 && bin < ordered;
    const ends = bin >= ordered - 1;
    return `${joined ? "" : `M${left(bin)} ${HEIGHT}`}V${top}h1${ends ? `V${HEIGHT}` : ""}`;
  });
  return steps.join("");
}
