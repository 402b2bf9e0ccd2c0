/** All features as rows of controls; a field finds one among many. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Feature, WhatifResult } from "../../contract/generated";
import { formatCount, LinkButton } from "../../ui";
import { FeatureRow } from "./feature_row";
import { currentValue, type Edits, originalValue, type Scalar } from "./values";

/** Fewer features than this need no search. */
const MANY = 15;
/** Controls drawn at once; more cost time and are rarely looked at. */
const MOST_DRAWN = 60;

interface FeatureListProps {
  result: WhatifResult;
  features: readonly Feature[];
  nRows: number;
  edits: Edits;
  /** Why a feature cannot be moved here, or "". */
  lockOf: (feature: Feature) => string;
  canBeMissing: boolean;
  /** A feature that is to be found here; another object asks again. */
  wanted: { position: number } | null;
  onEdit: (feature: Feature, value: Scalar) => void;
  onTake: (position: number) => void;
}

export function FeatureList({
  result,
  features,
  nRows,
  edits,
  lockOf,
  canBeMissing,
  wanted,
  onEdit,
  onTake,
}: FeatureListProps) {
  const list = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState("");
  const [whole, setWhole] = useState(false);
  const found = features.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
  const drawn = whole ? found : found.slice(0, MOST_DRAWN);
  useEffect(() => {
    if (wanted === null) return;
    setSearch("");
    if (wanted.position >= MOST_DRAWN) setWhole(true);
    requestAnimationFrame(() => bringInto(list.current, wanted.position));
  }, [wanted]);
  return (
    <div class="features" ref={list}>
      {features.length >= MANY && (
        <input
          class="input find"
          type="search"
          aria-label="Find a feature"
          placeholder={`Find one of ${formatCount(features.length)} features`}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {drawn.map((feature) => (
        <FeatureRow
          key={feature.position}
          feature={feature}
          nRows={nRows}
          original={originalValue(result, feature)}
          value={currentValue(result, edits, feature)}
          locked={lockOf(feature)}
          canBeMissing={canBeMissing}
          onEdit={onEdit}
          onTake={onTake}
        />
      ))}
      {found.length === 0 && <p class="quiet">No feature has "{search}" in its name.</p>}
      {drawn.length < found.length && (
        <LinkButton onClick={() => setWhole(true)}>
          Show the other {formatCount(found.length - drawn.length)} features
        </LinkButton>
      )}
    </div>
  );
}

/** Scrolls to the control of a feature and gives it the focus, which takes it in hand. */
function bringInto(list: HTMLElement | null, position: number): void {
  const row = list?.querySelector<HTMLElement>(`[data-feature="${position}"]`);
  row?.scrollIntoView?.({ block: "nearest" });
  row?.querySelector<HTMLElement>("input, select, button")?.focus({ preventScroll: true });
}
