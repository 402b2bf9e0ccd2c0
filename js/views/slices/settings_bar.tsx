/** What is searched for: rows, metric, direction and how many conditions. A change starts the search again. */
import type { SliceSettings } from "../../contract/slices";
import { type Choice, Segmented, Select } from "../../ui";
import { metricWord } from "./numbers";

/** More conditions are a matter for Python, which says what they cost. */
const MOST_CONDITIONS = 4;

export interface Wanted {
  scope: string;
  metric: string;
  direction: SliceSettings["direction"];
  max_predicates: number;
}

interface SettingsBarProps {
  settings: SliceSettings;
  scopes: readonly string[];
  scope: string;
  onSearch: (wanted: Wanted) => void;
}

const DIRECTIONS: readonly Choice<SliceSettings["direction"]>[] = [
  { value: "worse", label: "worst" },
  { value: "better", label: "best" },
];

export function SettingsBar({ settings, scopes, scope, onSearch }: SettingsBarProps) {
  const { metric, metrics, direction, max_predicates } = settings;
  const search = (change: Partial<Wanted>) =>
    onSearch({ scope, metric, direction, max_predicates, ...change });
  const depths = Array.from({ length: Math.max(MOST_CONDITIONS, max_predicates) }, (_, index) => index + 1);
  return (
    <div class="settings" role="group" aria-label="What is searched">
      {scopes.length > 1 && (
        <Select
          label="Rows"
          choices={scopes.map((name) => ({
            value: name,
            label: name === "all" ? "all rows" : `${name} rows`,
          }))}
          value={scope}
          onChange={(name) => search({ scope: name })}
        />
      )}
      {metrics.length > 1 && (
        <Select
          label="Metric"
          choices={metrics.map((name) => ({ value: name, label: metricWord(name) }))}
          value={metric}
          onChange={(name) => search({ metric: name })}
        />
      )}
      <Select
        label="Conditions per slice"
        choices={depths.map((depth) => ({
          value: String(depth),
          label: depth === 1 ? "1 condition" : `up to ${depth} conditions`,
        }))}
        value={String(max_predicates)}
        onChange={(depth) => search({ max_predicates: Number(depth) })}
      />
      <Segmented
        label="Direction"
        choices={DIRECTIONS}
        value={direction}
        onChange={(next) => search({ direction: next })}
      />
    </div>
  );
}
