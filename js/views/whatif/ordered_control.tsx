/** Numbers and datetimes: a slider over the seen range with the data behind it, and a field for any value. */
import { useState } from "preact/hooks";
import type { Feature } from "../../contract/generated";
import { values } from "../../contract/values";
import { DataSlider } from "../../ui/data_slider";
import type { FeatureRowProps } from "./feature_row";
import {
  fieldNumber,
  formatValue,
  isOutside,
  parseDate,
  parseNumber,
  type Scalar,
  sliderValue,
} from "./values";

interface OrderedControlProps extends FeatureRowProps {
  feature: Feature & { low: number; high: number };
}

export function OrderedControl({ feature, original, value, locked, onEdit, onTake }: OrderedControlProps) {
  return (
    <DataSlider
      label={feature.name}
      low={feature.low}
      high={feature.high}
      step="any"
      value={typeof value === "number" ? value : null}
      valueText={formatValue(feature, value)}
      bars={[{ counts: values(feature.counts), tone: "calm" }]}
      original={typeof original === "number" ? original : null}
      disabled={locked !== "" || value === null}
      onStart={() => onTake(feature.position)}
      onInput={(position) => onEdit(feature, sliderValue(feature, position, original))}
    />
  );
}

interface ValueInputProps {
  feature: Feature;
  value: Scalar;
  edited: boolean;
  disabled: boolean;
  onEdit: (feature: Feature, value: Scalar) => void;
}

/** Takes effect on Enter and when it is left; what is not a value is shown as such and forgotten when it is left. */
export function ValueInput({ feature, value, edited, disabled, onEdit }: ValueInputProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const isDate = feature.kind === "datetime";
  const parse = isDate ? parseDate : parseNumber;
  const wrong = draft !== null && draft !== "" && parse(draft) === null;
  const decide = () => {
    const wanted = draft === null ? null : parse(draft);
    if (wanted !== null) onEdit(feature, wanted);
    setDraft(null);
  };
  return (
    <input
      class={`input${edited ? " edited" : ""}${isDate ? " date" : ""}`}
      inputMode={isDate ? "text" : "decimal"}
      aria-label={`Value of ${feature.name}`}
      aria-invalid={wrong}
      title={
        outsideText(feature, value) ?? (typeof value === "number" && !isDate ? String(value) : undefined)
      }
      disabled={disabled}
      placeholder={value === null ? "missing" : isDate ? "2013-07-04 18:30" : "a number"}
      value={draft ?? shown(feature, value)}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onBlur={decide}
      onKeyDown={(event) => {
        if (event.key === "Enter") decide();
        if (event.key === "Escape") setDraft(null);
      }}
    />
  );
}

function shown(feature: Feature, value: Scalar): string {
  if (typeof value !== "number") return "";
  return feature.kind === "datetime" ? formatValue(feature, value) : fieldNumber(value);
}

function outsideText(feature: Feature, value: Scalar): string | undefined {
  return isOutside(feature, value)
    ? "Outside of what the data holds: the model was not measured there"
    : undefined;
}
