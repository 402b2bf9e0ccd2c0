/** Findings, worst first: a sentence with a number, its evidence, what to try, and where it can be seen. */
import type { Finding, FindingsResult } from "../contract/generated";
import type { ViewHost } from "../contract/host";
import type { Panel } from "../contract/workbench";
import { ALL_ROWS, nextSelection, type Selection } from "../contract/workbench";
import { CopyButton, LinkButton } from "./controls";
import { formatSeconds, plural } from "./format";
import { useShared } from "./hooks";
import { Severity } from "./marks";

const NO_PANELS: readonly Panel[] = [];

export function FindingsList({ host, findings }: { host: ViewHost; findings: readonly Finding[] }) {
  const [panels] = useShared<readonly Panel[]>(host, "panels", NO_PANELS);
  const [current] = useShared<string>(host, "panel", "");
  return (
    <ul class="findings">
      {findings.map((finding) => {
        const panel = panels.find(({ id }) => id === finding.panel);
        return (
          <li key={`${finding.code} ${finding.title}`}>
            <Severity severity={finding.severity} />
            <div class="what">
              <b>{finding.title}</b>
              {finding.text !== "" && <p>{finding.text}</p>}
              {finding.advice !== "" && (
                <p class="try">
                  Try: <em>{finding.advice}</em>
                </p>
              )}
            </div>
            <div class="ways">
              {panel && (
                <PanelLink host={host} finding={finding} panel={panel} isOpen={panel.id === current} />
              )}
              {finding.code_text !== "" && <CopyButton text={finding.code_text}>Copy as code</CopyButton>}
              <span class="small">{finding.code}</span>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

interface PanelLinkProps {
  host: ViewHost;
  finding: Finding;
  panel: Panel;
  /** Whether this is the panel that is open. */
  isOpen: boolean;
}

/** The way to where a finding can be seen: to its rows and to its feature, where it is about such. */
function PanelLink({ host, finding, panel, isOpen }: PanelLinkProps) {
  const { feature } = finding;
  const asked = selectionOf(finding);
  const [selection, select] = useShared<Selection>(host, "selection", ALL_ROWS);
  const [, takeFeature] = useShared<number | null>(host, "feature", null);
  const [, openPanel] = useShared<string>(host, "panel", "");
  if (isOpen && asked === null && feature === null) return null;
  const open = () => {
    if (asked !== null) select(nextSelection(selection, asked));
    if (feature !== null) takeFeature(feature);
    openPanel(panel.id);
  };
  return <LinkButton onClick={open}>{linkText(finding, panel)}</LinkButton>;
}

/** The rows that a finding is about, as a selection to ask for; null where it is not about some rows. */
function selectionOf({ query, rows, title }: Finding): Omit<Selection, "token"> | null {
  if (query !== "") return { kind: "query", label: query, n: null, query };
  return rows.length === 0 ? null : { kind: "rows", label: title, n: rows.length, rows: [...rows] };
}

function linkText({ query, rows }: Finding, panel: Panel): string {
  if (query !== "") return "Open slice";
  return rows.length === 0 ? `Open ${panel.label}` : `Open the ${plural(rows.length, "row")}`;
}

/** Which checks found nothing, which could not tell and why, and how long it took. */
export function ChecksLine({ result }: { result: FindingsResult }) {
  const passed = result.outcomes.filter(({ outcome }) => outcome === "passed");
  const unclear = result.outcomes.filter(({ outcome }) => outcome === "cannot tell");
  return (
    <div class="checks">
      {passed.length > 0 && (
        <details>
          <summary>{plural(passed.length, "check")} passed</summary>
          <ul>
            {passed.map(({ code, name, why }) => (
              <li key={code}>
                {name}
                {why !== "" && `: ${why}`}
              </li>
            ))}
          </ul>
        </details>
      )}
      {unclear.length > 0 && (
        <details>
          <summary>{unclear.length} could not tell</summary>
          <ul>
            {unclear.map(({ code, name, why }) => (
              <li key={code}>
                {name}: {why}
              </li>
            ))}
          </ul>
        </details>
      )}
      {result.seconds !== null && <span>checked in {formatSeconds(result.seconds)}</span>}
    </div>
  );
}
