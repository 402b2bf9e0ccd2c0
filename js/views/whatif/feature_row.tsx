/** One feature: its name and range, the control that fits its kind, its value, and the way back. */
import type { Feature } from "../../contract/generated";
import { columnName, formatCount, formatDate, formatNumber, formatPercent, MiddleEllipsis } from "../../ui";
import { memo } from "../../ui/memo";
import { CategoryControl } from "./category_control";
import { MissingSwitch } from "./missing_switch";
import { OrderedControl, ValueInput } from "./ordered_control";
import { isOrdered, isOutside, type Scalar } from "./values";

export interface FeatureRowProps {
  feature: Feature;
  nRows: number;
  original: Scalar;
  value: Scalar;
  /** Why the control does nothing now, or "". */
  locked: string;
  /** The value can be made missing: a model answers, which a curve over numbers cannot. */
  canBeMissing: boolean;
  onEdit: (feature: Feature, value: Scalar) => void;
  /** The control is taken in hand. */
  onTake: (position: number) => void;
}

/** While one slider is dragged the other rows stay as they are. */
export const FeatureRow = memo(function FeatureRow(props: FeatureRowProps) {
  const { feature, nRows, original, value, locked, canBeMissing, onEdit, onTake } = props;
  const range = rangeText(feature, nRows);
  const edited = value !== original;
  const outside = isOutside(feature, value);
  const number = feature.kind === "numeric" || feature.kind === "datetime";
  return (
    <div
      class={locked === "" ? "feature" : "feature locked"}
      title={locked || undefined}
      data-feature={feature.position}
    >
      <div class="name">
        <MiddleEllipsis text={columnName(feature.name)} tail={6} />
        <small class={outside ? "outside" : undefined} title={range}>
          {locked !== "" && "needs a kernel · "}
          {outside && "outside the data: "}
          {range}
        </small>
      </div>
      <div class="control" onFocusCapture={() => onTake(feature.position)}>
        {feature.missing > 0 && number && (
          <MissingSwitch
            feature={feature}
            original={original}
            value={value}
            disabled={locked !== "" || (!canBeMissing && original !== null)}
            onEdit={onEdit}
          />
        )}
        <Control {...props} />
      </div>
      <div class="value">
        {number ? (
          <ValueInput
            feature={feature}
            value={value}
            edited={edited}
            disabled={locked !== ""}
            onEdit={onEdit}
          />
        ) : null}
      </div>
      <button
        type="button"
        class="link"
        style={{ visibility: edited ? "visible" : "hidden" }}
        onClick={() => onEdit(feature, original)}
        aria-label={`Reset ${feature.name}`}
      >
        reset
      </button>
    </div>
  );
});

function Control(props: FeatureRowProps) {
  const { feature, value } = props;
  if (isOrdered(feature)) return <OrderedControl {...props} feature={feature} />;
  if (feature.kind === "text") return <TextControl {...props} />;
  if (feature.kind === "boolean" && feature.missing === 0 && typeof value === "boolean") {
    return <SwitchControl {...props} value={value} />;
  }
  if (feature.kind === "categorical" || feature.kind === "boolean") return <CategoryControl {...props} />;
  return <span class="quiet">one value in the data</span>;
}

function SwitchControl({ feature, value, locked, onEdit }: FeatureRowProps & { value: boolean }) {
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      aria-checked={value}
      aria-label={feature.name}
      disabled={locked !== ""}
      onClick={() => onEdit(feature, !value)}
    >
      <i aria-hidden="true" />
      {value ? "yes" : "no"}
    </button>
  );
}

function TextControl({ feature, value, locked, onEdit }: FeatureRowProps) {
  return (
    <textarea
      class="input text"
      rows={2}
      aria-label={feature.name}
      disabled={locked !== ""}
      value={typeof value === "string" ? value : ""}
      placeholder={value === null ? "missing" : ""}
      onChange={(event) => {
        const text = event.currentTarget.value;
        onEdit(feature, text === "" && feature.missing > 0 ? null : text);
      }}
    />
  );
}

function rangeText(feature: Feature, nRows: number): string {
  const missing =
    feature.missing > 0 ? ` · ${formatPercent(feature.missing / Math.max(1, nRows))} missing` : "";
  const { low, high, kind, unique } = feature;
  if (low !== null && high !== null && kind !== "boolean") {
    const text = kind === "datetime" ? dayText : (value: number) => formatNumber(value, 4);
    return `${text(low)} to ${text(high)}${missing}`;
  }
  return `${formatCount(unique)} ${kind === "text" ? "texts" : unique === 1 ? "value" : "values"}${missing}`;
}

function dayText(value: number): string {
  return formatDate(value).slice(0, 10);
}
