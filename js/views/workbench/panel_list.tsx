/** The panels to choose from: a list on the left, or a select where there is no room for one. */
import { useRef } from "preact/hooks";
import type { Panel } from "../../contract/workbench";
import { plural } from "../../ui";

interface PanelListProps {
  panels: readonly Panel[];
  current: string;
  onOpen: (id: string) => void;
}

interface Group {
  name: string;
  panels: Panel[];
}

export function PanelList({ panels, current, onOpen }: PanelListProps) {
  const list = useRef<HTMLElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const focused = buttons.indexOf(event.target as HTMLButtonElement);
    buttons[(focused + step + buttons.length) % buttons.length]?.focus();
    event.preventDefault();
  };
  return (
    <nav class="panels" aria-label="Panels" ref={list} onKeyDown={move}>
      {grouped(panels).map((group) => (
        <div key={group.name} role="group" aria-label={group.name}>
          <div class="group">{group.name}</div>
          {group.panels.map((panel) => (
            <div class="entry" key={panel.id}>
              <button
                type="button"
                aria-describedby={badgeId(panel)}
                aria-current={panel.id === current ? "page" : undefined}
                onClick={() => onOpen(panel.id)}
              >
                {panel.label}
              </button>
              <BadgeMark panel={panel} />
            </div>
          ))}
        </div>
      ))}
    </nav>
  );
}

function badgeId({ id }: Panel): string {
  return `badge-${id}`;
}

function BadgeMark({ panel }: { panel: Panel }) {
  const id = badgeId(panel);
  if (panel.state === "failed") {
    return (
      <span class="badge critical" id={id}>
        failed
      </span>
    );
  }
  if (panel.badge === null) return null;
  const { count, severity } = panel.badge;
  const words = `${plural(count, "finding")}, worst: ${severity}`;
  return (
    <span class={`badge ${severity}`} id={id} title={words}>
      <span aria-hidden="true">{count}</span>
      <span class="hidden">{words}</span>
    </span>
  );
}

export function PanelSelect({ panels, current, onOpen }: PanelListProps) {
  return (
    <div class="panel-select">
      <select
        class="select"
        aria-label="Panel"
        value={current}
        onChange={(event) => onOpen(event.currentTarget.value)}
      >
        {grouped(panels).map((group) => (
          <optgroup key={group.name} label={group.name}>
            {group.panels.map((panel) => (
              <option key={panel.id} value={panel.id}>
                {optionText(panel)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}

function optionText({ label, badge, state }: Panel): string {
  if (state === "failed") return `${label} (failed)`;
  return badge === null ? label : `${label} (${plural(badge.count, "finding")})`;
}

function grouped(panels: readonly Panel[]): Group[] {
  const groups: Group[] = [];
  for (const panel of panels) {
    const last = groups.at(-1);
    if (last?.name === panel.group) last.panels.push(panel);
    else groups.push({ name: panel.group, panels: [panel] });
  }
  return groups;
}
