/** What stands beside the images: what the maps show, how opaque they are, and how far to trust them. */
import type { ViewHost } from "../../contract/host";
import { useConnection, useTrait } from "../../ui";
import type { Names } from "./captions";
import { type Method, type Settings, targetWords } from "./settings";
import { SettingsPanel } from "./settings_panel";
import { Trust } from "./trust";
import type { ImagesState } from "./use_images";

interface SideProps {
  host: ViewHost;
  state: ImagesState;
  settings: Settings;
  names: Names;
  opacity: number;
  onSettings: (change: Partial<Settings>) => void;
  /** While the slider moves. */
  onDrag: (opacity: number) => void;
  /** When it is let go. */
  onOpacity: (opacity: number) => void;
}

const NO_METHODS: readonly Method[] = [];

export function Side(props: SideProps) {
  const { host, state, settings, names, opacity, onSettings, onDrag, onOpacity } = props;
  const [methods] = useTrait<readonly Method[] | undefined>(host, "methods");
  const live = useConnection(host) === "live" && host.shared !== null;
  const { page } = state;
  const hasMaps = page !== null && page.maps.shape[0] !== 0;
  const lines = state.checks?.trust_lines ?? page?.trust_lines ?? [];
  return (
    <div class="side">
      {live ? (
        <SettingsPanel
          settings={settings}
          methods={methods ?? NO_METHODS}
          classes={names.classes}
          task={names.task}
          page={page}
          onChange={onSettings}
        />
      ) : (
        host.shared !== null && <Fixed settings={settings} names={names} />
      )}
      {hasMaps && (
        <label class="opacity">
          <span class="label">Opacity of the map</span>
          <input
            type="range"
            min={0}
            max={100}
            value={Math.round(100 * opacity)}
            aria-valuetext={`${Math.round(100 * opacity)}%`}
            onInput={(event) => onDrag(event.currentTarget.valueAsNumber / 100)}
            onChange={(event) => onOpacity(event.currentTarget.valueAsNumber / 100)}
          />
          <span class="ramp" aria-hidden="true" />
          <span class="ends small">
            <span>mattered little</span>
            <span>most in the picture</span>
          </span>
        </label>
      )}
      {hasMaps && (
        <Trust
          lines={lines}
          checking={state.checking}
          error={state.uncheckedError}
          onCancel={() => void host.request("cancel").catch(() => {})}
          onCheck={state.again}
        />
      )}
      {page && page.notes.length > 0 && (
        <ul class="notes small">
          {page.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Without a kernel the maps stay those that are here. */
function Fixed({ settings, names }: { settings: Settings; names: Names }) {
  const explained = names.task === "regression" ? "" : ` of ${targetWords(settings.target, names.classes)}`;
  return <p class="small">Maps{explained}. Other images, classes, methods and layers need the notebook.</p>;
}
