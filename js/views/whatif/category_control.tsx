/** Categories: a few side by side, some as a list, many as a field that completes what is typed. */
import { useId, useState } from "preact/hooks";
import { values } from "../../contract/values";
import { type Choice, formatPercent, Segmented, Select } from "../../ui";
import type { FeatureRowProps } from "./feature_row";
import type { Scalar } from "./values";

const MOST_SEGMENTS = 4;
const LONGEST_SEGMENTS = 36;
const MOST_LISTED = 40;
const MISSING = "missing";

interface Option {
  /** Names in data can be anything, so a choice is known by its place in the list. */
  key: string;
  label: string;
  value: Scalar;
  share: number | null;
}

export function CategoryControl({ feature, nRows, original, value, locked, onEdit }: FeatureRowProps) {
  const options = optionsOf({ feature, nRows, original, value });
  const disabled = locked !== "";
  const chosen = options.find((option) => option.value === value);
  const choose = (key: string) => {
    const option = options.find((each) => each.key === key);
    if (option !== undefined) onEdit(feature, option.value);
  };
  const width = options.reduce((sum, { label }) => sum + label.length + 3, 0);
  if (options.length <= MOST_SEGMENTS && width <= LONGEST_SEGMENTS) {
    const choices = options.map(({ key, label }): Choice<string> => ({ value: key, label }));
    return (
      <Segmented
        label={feature.name}
        choices={choices}
        value={chosen?.key ?? null}
        onChange={choose}
        disabled={disabled}
      />
    );
  }
  if (options.length <= MOST_LISTED) {
    const choices = options.map(({ key, label, share }) => ({
      value: key,
      label: share === null ? label : `${label}  (${formatPercent(share)})`,
    }));
    return (
      <Select
        label={feature.name}
        choices={choices}
        value={chosen?.key ?? ""}
        onChange={choose}
        disabled={disabled}
      />
    );
  }
  return (
    <TypedCategory
      name={feature.name}
      options={options}
      value={value}
      open={feature.unique > feature.categories.length}
      disabled={disabled}
      onChoose={(wanted) => onEdit(feature, wanted)}
    />
  );
}

/** The listed values, most frequent first; the row's own where it is too rare to be listed; and "missing". */
function optionsOf({
  feature,
  nRows,
  original,
  value,
}: Pick<FeatureRowProps, "feature" | "nRows" | "original" | "value">) {
  const counts = values(feature.counts);
  const boolean = feature.kind === "boolean";
  const options = feature.categories.map(
    (label, index): Option => ({
      key: String(index),
      label: boolean ? (label === "True" ? "yes" : "no") : label,
      value: boolean ? label === "True" : label,
      share: index < counts.length ? (counts[index] ?? 0) / Math.max(1, nRows) : null,
    }),
  );
  if (boolean) options.sort((a, b) => Number(a.value) - Number(b.value));
  for (const [key, rare] of [
    ["original", original],
    ["current", value],
  ] as const) {
    if (rare !== null && !options.some((option) => option.value === rare)) {
      options.unshift({ key, label: String(rare), value: rare, share: null });
    }
  }
  if (feature.missing > 0) {
    options.push({ key: MISSING, label: MISSING, value: null, share: feature.missing / Math.max(1, nRows) });
  }
  return options;
}

interface TypedCategoryProps {
  name: string;
  options: readonly Option[];
  value: Scalar;
  /** The data holds more values than are listed: the kernel decides about others. */
  open: boolean;
  disabled: boolean;
  onChoose: (value: Scalar) => void;
}

function TypedCategory({ name, options, value, open, disabled, onChoose }: TypedCategoryProps) {
  const list = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const option = draft === null ? undefined : options.find(({ label }) => label === draft);
  const wrong = draft !== null && draft !== "" && option === undefined && !open;
  const decide = () => {
    if (option !== undefined) onChoose(option.value);
    else if (open && draft !== null && draft !== "") onChoose(draft);
    setDraft(null);
  };
  return (
    <>
      <input
        class="input text"
        list={list}
        aria-label={name}
        aria-invalid={wrong}
        disabled={disabled}
        placeholder={`${options.length} values, type to find one`}
        value={draft ?? (value === null ? MISSING : String(value))}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onChange={decide}
        onBlur={decide}
      />
      <datalist id={list}>
        {options.map(({ key, label, share }) => (
          <option key={key} value={label}>
            {share === null ? "" : formatPercent(share)}
          </option>
        ))}
      </datalist>
    </>
  );
}
