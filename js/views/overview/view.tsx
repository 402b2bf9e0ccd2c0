/** Overview: how good the model is on which rows, against what, and what to look at first. */
import type { FindingsResult, OverviewResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import type { Status } from "../../contract/workbench";
import {
  ChecksLine,
  EmptyState,
  FindingsList,
  formatSeconds,
  Progress,
  useConnection,
  useShared,
  useTrait,
  ViewFrame,
} from "../../ui";
import { MetricsTable } from "./metrics_table";
import { leadSentence, type Tile, tilesOf } from "./summary";

const IDLE: Status = { state: "idle", text: "", fraction: null };

export function Overview({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <OverviewBody host={host} />
    </ViewFrame>
  );
}

function OverviewBody({ host }: { host: ViewHost }) {
  const [result] = useTrait<OverviewResult | null>(host, "result");
  const [findings] = useTrait<FindingsResult | null>(host, "findings");
  const working = useWorking(host);
  if (result === null) {
    return (
      <>
        <h2>Overview</h2>
        <Progress text="Computing the metrics" fraction={null} />
      </>
    );
  }
  return (
    <>
      <h2>Overview</h2>
      <p class="lead">{leadSentence(result)}</p>
      <Tiles tiles={tilesOf(result)} />
      <Findings host={host} findings={findings} />
      <h3>Metrics</h3>
      <MetricsTable result={result} fitting={result.baselines.length === 0 && working} />
      {result.seconds !== null && (
        <div class="foot">
          <span>metrics computed on all rows in {formatSeconds(result.seconds)}</span>
        </div>
      )}
    </>
  );
}

/** True while the kernel may still fill in what is missing. */
function useWorking(host: ViewHost): boolean {
  const [status] = useShared<Status>(host, "status", IDLE);
  return useConnection(host) === "live" && status.state === "running";
}

function Tiles({ tiles }: { tiles: readonly Tile[] }) {
  return (
    <dl class="tiles" style={{ "--tiles": tiles.length }}>
      {tiles.map((tile) => (
        <div class="tile" key={tile.label} title={tile.title}>
          <dt>{tile.label}</dt>
          <dd class="figure">{tile.value}</dd>
          <dd class="context">{tile.context}</dd>
        </div>
      ))}
    </dl>
  );
}

function Findings({ host, findings }: { host: ViewHost; findings: FindingsResult | null }) {
  const working = useWorking(host);
  const alone = host.shared === null;
  if (findings === null && alone) return null;
  return (
    <section aria-label="Findings" aria-busy={findings === null && working}>
      {findings === null && working && (
        <div class="pending">
          <Progress text="Checking for known faults" fraction={null} />
        </div>
      )}
      {findings === null && !working && (
        <EmptyState title="The checks did not run">
          They were cancelled or are not in this file. In Python: mld.findings(evaluation).
        </EmptyState>
      )}
      {findings?.findings.length === 0 && (
        <EmptyState title="No check fired">
          The known faults were looked for and not found. The weakest rows are the next place: open Rows.
        </EmptyState>
      )}
      {findings !== null && findings.findings.length > 0 && (
        <FindingsList host={host} findings={findings.findings} />
      )}
      {findings !== null && <ChecksLine result={findings} />}
    </section>
  );
}
