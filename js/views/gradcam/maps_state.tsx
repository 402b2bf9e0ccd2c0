/** How far the maps are: being made, cancelled, refused; in a file, what it cannot do. */
import { useState } from "preact/hooks";
import type { CodedError } from "../../contract/errors";
import type { ViewHost } from "../../contract/host";
import type { Status } from "../../contract/workbench";
import { Button, EmptyState, ErrorState, Progress, useConnection, useTrait } from "../../ui";
import type { ImagesState } from "./use_images";

/** The kernel's word for work that was ended. */
const CANCELLED = "MLD-W04";

export function MapsState({ host, state }: { host: ViewHost; state: ImagesState }) {
  const [status] = useTrait<Status | undefined>(host, "status");
  const connection = useConnection(host);
  const [asked, ask] = useState(false);
  const { error, pending, page, again } = state;
  if (connection !== "live") {
    if (page === null) return <EmptyState title="This file holds no images" />;
    return error ? <Refused error={error} /> : null;
  }
  if (pending) {
    const cancel = () => {
      ask(true);
      host.request("cancel").catch(() => ask(false));
    };
    return (
      <div class="maps-state" role="status">
        <Progress
          text={status?.text || "Making maps"}
          fraction={status?.fraction ?? null}
          {...(asked ? {} : { onCancel: cancel })}
        />
      </div>
    );
  }
  if (asked) ask(false);
  if (error === null) return null;
  if (error.code !== CANCELLED) return <ErrorState error={error} onRetry={again} />;
  return (
    <div class="state maps-state" role="status">
      <b>Cancelled</b>
      <p>These maps were not finished.</p>
      <div class="actions">
        <Button onClick={again}>Make the maps</Button>
      </div>
    </div>
  );
}

function Refused({ error }: { error: CodedError }) {
  return <ErrorState error={error} />;
}
