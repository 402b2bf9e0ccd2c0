/** Which method, against which baseline, for which class. A change computes everything again. */
import type { ComponentChildren } from "preact";
import type { AttributionRequests, AttributionSettings } from "../../contract/attributions";
import { Select } from "../../ui";
import { RowInput } from "../whatif/row_bar";

interface SettingsBarProps {
  settings: AttributionSettings;
  nRows: number;
  onChange: (settings: AttributionRequests["configure"]) => void;
}

export function SettingsBar({ settings, nRows, onChange }: SettingsBarProps) {
  const { method, methods, baseline, baselines, baseline_row, target, targets } = settings;
  const change = (changed: Partial<AttributionRequests["configure"]>) =>
    onChange({ method, baseline, baseline_row, target, ...changed });
  return (
    <div class="settings" role="group" aria-label="How it is computed">
      <Labelled name="Method">
        <Select
          label="Method"
          choices={methods}
          value={method}
          onChange={(next) => change({ method: next })}
        />
      </Labelled>
      <Labelled name="Baseline">
        <Select
          label="Baseline"
          choices={baselines}
          value={baseline}
          onChange={(next) => change({ baseline: next, baseline_row: next === "row" ? 0 : null })}
        />
      </Labelled>
      {baseline === "row" && (
        <RowInput row={baseline_row} nRows={nRows} onOpen={(row) => change({ baseline_row: row })} />
      )}
      {targets.length > 1 && (
        <Labelled name="Class">
          <Select
            label="Class"
            choices={targets}
            value={target}
            onChange={(next) => change({ target: next })}
          />
        </Labelled>
      )}
    </div>
  );
}

function Labelled({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <span class="labelled">
      <span class="quiet" aria-hidden="true">
        {name}
      </span>
      {children}
    </span>
  );
}
