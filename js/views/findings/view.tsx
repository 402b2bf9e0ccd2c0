/** Findings alone: what `mld.show(mld.findings(ev))` draws. */
import type { FindingsResult } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { ChecksLine, EmptyState, FindingsList, plural, useTrait, ViewFrame } from "../../ui";

export function Findings({ host }: { host: ViewHost }) {
  return (
    <ViewFrame host={host}>
      <FindingsBody host={host} />
    </ViewFrame>
  );
}

function FindingsBody({ host }: { host: ViewHost }) {
  const [result] = useTrait<FindingsResult | null>(host, "result");
  if (result === null)
    return <EmptyState title="No findings yet">Run the checks with mld.findings(ev).</EmptyState>;
  const { findings, outcomes } = result;
  return (
    <>
      <h2>Findings</h2>
      <p class="lead">
        {plural(outcomes.length + findings.length, "result")} of the checks, worst first: {leadOf(result)}.
      </p>
      {findings.length === 0 ? (
        <EmptyState title="No check fired">The known faults were looked for and not found.</EmptyState>
      ) : (
        <FindingsList host={host} findings={findings} />
      )}
      <ChecksLine result={result} />
    </>
  );
}

function leadOf({ findings }: FindingsResult): string {
  const counts = (["critical", "warning", "info"] as const)
    .map((severity) => ({ severity, n: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ n }) => n > 0);
  return counts.length === 0 ? "none fired" : counts.map(({ severity, n }) => `${n} ${severity}`).join(", ");
}
