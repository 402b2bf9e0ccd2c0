/** "missing" or a value, where the data has missing values. */
import type { Feature } from "../../contract/generated";
import { values } from "../../contract/values";
import { type Choice, Segmented } from "../../ui";
import { type Scalar, sliderValue } from "./values";

type Presence = "missing" | "value";

const CHOICES: readonly Choice<Presence>[] = [
  { value: "missing", label: "missing" },
  { value: "value", label: "value" },
];

interface MissingSwitchProps {
  feature: Feature;
  original: Scalar;
  value: Scalar;
  disabled: boolean;
  onEdit: (feature: Feature, value: Scalar) => void;
}

export function MissingSwitch({ feature, original, value, disabled, onEdit }: MissingSwitchProps) {
  const choose = (presence: Presence) =>
    onEdit(feature, presence === "missing" ? null : (original ?? usualValue(feature)));
  return (
    <Segmented
      label={`Is ${feature.name} missing?`}
      choices={CHOICES}
      value={value === null ? "missing" : "value"}
      onChange={choose}
      disabled={disabled}
    />
  );
}

/** The middle of the fullest bin of the feature's histogram. */
function usualValue(feature: Feature): Scalar {
  const { low, high } = feature;
  if (low === null || high === null) return low;
  const counts = values(feature.counts);
  let fullest = 0;
  counts.forEach((count, bin) => {
    if (count > (counts[fullest] ?? 0)) fullest = bin;
  });
  return sliderValue(feature, low + ((fullest + 0.5) / Math.max(1, counts.length)) * (high - low), null);
}
