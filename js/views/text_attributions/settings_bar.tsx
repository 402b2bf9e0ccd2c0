/** By which methods, and for which class. A change computes the texts again. */
import type { TextRequests, TextSettings } from "../../contract/text_attributions";
import { Select } from "../../ui";

interface SettingsBarProps {
  settings: TextSettings;
  onChange: (wanted: TextRequests["configure"]) => void;
}

export function SettingsBar({ settings, onChange }: SettingsBarProps) {
  const { methods, all_methods, target, targets } = settings;
  const toggle = (name: string) => {
    const next = methods.includes(name) ? methods.filter((each) => each !== name) : [...methods, name];
    onChange({ methods: next, target });
  };
  return (
    <div class="settings" role="group" aria-label="How it is computed">
      {all_methods.map(({ value, label }) => (
        <label key={value}>
          <input
            type="checkbox"
            checked={methods.includes(value)}
            disabled={methods.length === 1 && methods.includes(value)}
            onChange={() => toggle(value)}
          />
          {label}
        </label>
      ))}
      {targets.length > 1 && (
        <span class="labelled">
          <span class="quiet" aria-hidden="true">
            Class
          </span>
          <Select
            label="Class"
            choices={targets}
            value={target}
            onChange={(next) => onChange({ methods, target: next })}
          />
        </span>
      )}
    </div>
  );
}
