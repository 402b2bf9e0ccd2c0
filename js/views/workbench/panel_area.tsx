/** The open panel: its widget, or what stands in its place. */
import type { ViewHost } from "../../contract/host";
import type { Panel, Status } from "../../contract/workbench";
import { EmptyState, ErrorState, Progress, useConnection, WidgetSlot } from "../../ui";

interface PanelAreaProps {
  host: ViewHost;
  panel: Panel;
  status: Status;
}

export function PanelArea({ host, panel, status }: PanelAreaProps) {
  const { reference, error } = panel;
  return (
    <>
      {error && <ErrorState error={error} />}
      {reference === "" ? (
        !error && <Unbuilt host={host} panel={panel} status={status} />
      ) : (
        <WidgetSlot host={host} reference={reference} name={`panel-${panel.id}`} label={panel.label} />
      )}
    </>
  );
}

/** No widget yet: being built, or nobody is there who could build it. */
function Unbuilt({ host, panel, status }: PanelAreaProps) {
  const connection = useConnection(host);
  if (connection === "report") {
    return (
      <EmptyState title={`${panel.label} is not in this file`}>
        Run the notebook and open the panel there.
      </EmptyState>
    );
  }
  if (connection === "gone") {
    return (
      <EmptyState title={`${panel.label} was not computed`}>
        A panel is computed when it is first opened, and the kernel has gone. Run the cell again.
      </EmptyState>
    );
  }
  return (
    <>
      <h2>{panel.label}</h2>
      <p class="lead">
        Computed when first opened. It starts as soon as the kernel has finished what it runs now.
      </p>
      <Progress text={status.text || "Waiting for the kernel"} fraction={status.fraction} />
    </>
  );
}
